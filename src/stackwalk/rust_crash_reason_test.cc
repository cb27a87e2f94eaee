// SPDX-License-Identifier: Apache-2.0
#include "stackwalk/rust_crash_reason.h"

#include <gtest/gtest.h>

namespace sigla {
namespace {

CrashException exception_of(std::uint32_t code, std::uint32_t flags) {
  CrashException exception;
  exception.code = code;
  exception.flags = flags;
  return exception;
}

TEST(RustCrashReason, NamesSignalsAndCodes) {
  const auto text = [](std::uint32_t signal, std::uint32_t code) {
    return rust_crash_reason(exception_of(signal, code), CrashSystem::kLinux, "");
  };
  EXPECT_EQ(text(11, 0), "SIGSEGV");
  EXPECT_EQ(text(11, 1), "SIGSEGV / SEGV_MAPERR");
  EXPECT_EQ(text(11, 0x80), "SIGSEGV / SI_KERNEL");
  EXPECT_EQ(text(6, 0xfffffffa), "SIGABRT / SI_TKILL");
  EXPECT_EQ(text(5, 1), "SIGTRAP / TRAP_BRKPT");
  EXPECT_EQ(text(31, 1), "SIGSYS / SYS_SECCOMP");
  EXPECT_EQ(text(7, 99), "SIGBUS / 0x00000063");
  EXPECT_EQ(text(99, 1), "unknown 0x00000063 / 0x00000001");
}

TEST(RustCrashReason, NamesWindowsErrors) {
  CrashException fast_fail = exception_of(0xc0000409, 0);
  fast_fail.parameters = {2};
  EXPECT_EQ(rust_crash_reason(fast_fail, CrashSystem::kWindows, ""),
            "EXCEPTION_STACK_BUFFER_OVERRUN / FAST_FAIL_STACK_COOKIE_CHECK_FAILURE");
  fast_fail.parameters = {0x999};
  EXPECT_EQ(rust_crash_reason(fast_fail, CrashSystem::kWindows, ""),
            "EXCEPTION_STACK_BUFFER_OVERRUN / 0x00000999");
  EXPECT_EQ(
      rust_crash_reason(
          exception_of(0xc0000005, 0), CrashSystem::kWindows, "EXCEPTION_ACCESS_VIOLATION_READ"),
      "EXCEPTION_ACCESS_VIOLATION_READ");
  EXPECT_EQ(windows_error_text(0), "ERROR_SUCCESS");
  EXPECT_EQ(windows_error_text(5), "ERROR_ACCESS_DENIED");
  EXPECT_EQ(windows_error_text(0xc0000022), "STATUS_ACCESS_DENIED");
  EXPECT_EQ(windows_error_text(0xffffffff), "unknown 0xffffffff");
}

}  // namespace
}  // namespace sigla
