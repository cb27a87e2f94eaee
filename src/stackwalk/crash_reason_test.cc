// SPDX-License-Identifier: Apache-2.0
#include "stackwalk/crash_reason.h"

#include <gtest/gtest.h>

#include "stackwalk/crash_codes.h"

namespace sigla {
namespace {

struct Case {
  std::uint32_t platform;
  std::uint16_t architecture;
  std::uint32_t code;
  std::uint32_t flags;
  std::vector<std::uint64_t> parameters;
  std::string text;
  std::uint64_t address = 0x1234567890;
};

class Reasons : public testing::TestWithParam<Case> {};

TEST_P(Reasons, AreBreakpads) {
  const Case& c = GetParam();
  minidump::SystemInfo system;
  system.raw.PlatformId = c.platform;
  system.raw.ProcessorArchitecture = c.architecture;
  minidump::MINIDUMP_EXCEPTION_STREAM exception;
  exception.ExceptionCode = c.code;
  exception.ExceptionFlags = c.flags;
  exception.ExceptionAddress = 0x1234567890;
  exception.NumberParameters = static_cast<std::uint32_t>(c.parameters.size());
  std::copy(c.parameters.begin(), c.parameters.end(), exception.ExceptionInformation.begin());
  const CrashReason reason = describe_exception(exception, &system);
  EXPECT_EQ(reason.text, c.text);
  EXPECT_EQ(reason.address, c.address);
}

constexpr auto kWin = minidump::VER_PLATFORM_WIN32_NT;
constexpr auto kLinux = minidump::MD_OS_LINUX;
constexpr auto kMac = minidump::MD_OS_MAC_OS_X;
constexpr auto kAmd64 = minidump::PROCESSOR_ARCHITECTURE_AMD64;
constexpr auto kX86 = minidump::PROCESSOR_ARCHITECTURE_INTEL;
constexpr auto kArm64 = minidump::PROCESSOR_ARCHITECTURE_ARM64;
constexpr auto kArm = minidump::PROCESSOR_ARCHITECTURE_ARM;

INSTANTIATE_TEST_SUITE_P(
    Systems,
    Reasons,
    testing::Values(
        Case{kWin, kAmd64, 0xc0000005, 0, {0, 5}, "EXCEPTION_ACCESS_VIOLATION_READ", 5},
        Case{kWin, kAmd64, 0xc0000005, 0, {8, 6}, "EXCEPTION_ACCESS_VIOLATION_EXEC", 6},
        Case{kWin, kAmd64, 0xc0000005, 0, {}, "EXCEPTION_ACCESS_VIOLATION"},
        Case{kWin,
             kX86,
             0xc0000006,
             0,
             {1, 0x100000007, 0xc0000034},
             "EXCEPTION_IN_PAGE_ERROR_WRITE / STATUS_OBJECT_NAME_NOT_FOUND",
             7},
        Case{
            kWin, kAmd64, 0xc0000006, 0, {0, 7, 1}, "EXCEPTION_IN_PAGE_ERROR_READ / 0x00000001", 7},
        Case{kWin, kAmd64, 0xc0000409, 0, {7}, "FAST_FAIL_FATAL_APP_EXIT"},
        Case{kWin, kAmd64, 0xc0000409, 0, {0x1000}, "EXCEPTION_STACK_BUFFER_OVERRUN"},
        Case{kWin, kAmd64, 0xe06d7363, 0, {}, "Unhandled C++ Exception"},
        Case{kWin, kAmd64, 0x1234, 1, {}, "0x00001234 / 0x00000001"},
        Case{kLinux, kAmd64, 11, 1, {}, "SIGSEGV /SEGV_MAPERR"},
        Case{kLinux, kAmd64, 11, 0, {}, "SIGSEGV /0x00000000"},
        Case{kLinux, kAmd64, 4, 2, {}, "SIGILL / ILL_ILLOPN"},
        Case{kLinux, kArm, 6, 0, {}, "SIGABRT", 0x34567890},
        Case{kLinux, kAmd64, 0xffffffff, 0, {}, "DUMP_REQUESTED"},
        Case{kMac, kAmd64, 1, 13, {}, "EXC_BAD_ACCESS / EXC_I386_GPFLT"},
        Case{kMac, kArm64, 1, 0x101, {}, "EXC_BAD_ACCESS / 0x00000101"},
        Case{kMac, kArm, 1, 0x101, {}, "EXC_BAD_ACCESS / EXC_ARM_DA_ALIGN", 0x34567890},
        Case{kMac, kArm64, 1, 2, {}, "EXC_BAD_ACCESS / KERN_PROTECTION_FAILURE"},
        Case{kMac, kAmd64, 7, 3, {}, "EXC_SYSCALL / 0x00000003"},
        Case{kMac, kAmd64, 0x43507378, 0, {}, "Simulated Exception"},
        Case{minidump::MD_OS_FUCHSIA, kArm64, 0x108, 2, {}, "FATAL_PAGE_FAULT / 0x00000002"},
        Case{minidump::MD_OS_SOLARIS,
             minidump::MD_CPU_ARCHITECTURE_SPARC,
             6,
             0,
             {},
             "SIGIOT | SIGABRT"}));

TEST(CrashReason, HasOnlyNumbersWithoutASystem) {
  minidump::MINIDUMP_EXCEPTION_STREAM exception;
  exception.ExceptionCode = 11;
  EXPECT_EQ(describe_exception(exception, nullptr).text, "0x0000000b / 0x00000000");
}

TEST(CrashReason, DescribesAssertions) {
  minidump::Assertion assertion{"x > 0", "f", "a.cc", 12, 1};
  EXPECT_EQ(
      describe_assertion(assertion),
      "Invalid parameter passed to library function x > 0 in function f, in file a.cc at line 12");
  EXPECT_EQ(describe_assertion({"", "", "", 0, 9}), "Unknown assertion type 0x00000009");
}

TEST(NtStatus, NamesTheFirstAndTheLast) {
  EXPECT_EQ(ntstatus_name(0xc0000001), "STATUS_UNSUCCESSFUL");
  EXPECT_EQ(ntstatus_name(0xc0000005), "STATUS_ACCESS_VIOLATION");
  EXPECT_EQ(ntstatus_name(0), "");
  EXPECT_EQ(ntstatus_name(0xffffffff), "");
}

}  // namespace
}  // namespace sigla
