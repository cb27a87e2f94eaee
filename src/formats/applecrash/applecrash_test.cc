// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include <string>

#include "formats/applecrash/report.h"
#include "testing/fixture.h"
#include "testing/matchers.h"

namespace sigla::applecrash {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

std::string seed(const std::string& name) {
  const Buffer bytes = read_fixture("fuzz/corpus/applecrash_report_fuzz/" + name);
  return std::string(as_text(bytes));
}

std::string_view place_of(std::string_view file, const Frame& frame) {
  return file.substr(frame.place_offset, frame.place_size);
}

TEST(AppleCrashText, ReadsAReport) {
  const std::string file = seed("text.crash");
  EXPECT_TRUE(is_report(file));
  ASSERT_OK_AND_ASSIGN(const Report report, read_report(file, Limits()));
  EXPECT_FALSE(report.is_json);
  EXPECT_EQ(report.process, "My App");
  EXPECT_EQ(report.process_id, 1234U);
  EXPECT_EQ(report.os, "Mac OS X");
  EXPECT_EQ(report.os_version, "10.14.6");
  EXPECT_EQ(report.os_build, "18G103");
  EXPECT_EQ(report.arch, Arch::kX86_64);
  EXPECT_EQ(report.exception_type, "EXC_BAD_ACCESS (SIGSEGV)");
  EXPECT_EQ(report.crash_address, 0x10U);
  EXPECT_EQ(report.termination, "Namespace SIGNAL, Code 11 Segmentation fault: 11");
  EXPECT_THAT(report.messages, ElementsAre("crashed on purpose"));

  ASSERT_THAT(report.images, SizeIs(2));
  EXPECT_EQ(report.images[0].base, 0x102fcc000U);
  EXPECT_EQ(report.images[0].size, 0x8000U);
  EXPECT_EQ(report.images[0].name, "com.example.app");
  EXPECT_EQ(report.images[0].version, "1.2 - 34");
  EXPECT_EQ(report.images[0].uuid, "5c32df8431a043e787d0239f7f594940");
  EXPECT_EQ(report.images[0].path, "/Applications/My App.app/Contents/MacOS/My App");
  EXPECT_EQ(report.images[1].name, "libsystem_kernel.dylib");
  EXPECT_EQ(report.images[1].uuid, "11112222333344445555666677778888");

  ASSERT_THAT(report.threads, SizeIs(2));
  EXPECT_EQ(report.threads[0].name, "com.apple.main-thread");
  EXPECT_FALSE(report.threads[0].has_crashed);
  const Thread& crashed = report.threads[1];
  EXPECT_TRUE(crashed.has_crashed);
  EXPECT_EQ(crashed.name, "worker");
  ASSERT_THAT(crashed.frames, SizeIs(3));
  EXPECT_EQ(crashed.frames[0].address, 0x102fd0f5cU);
  EXPECT_EQ(crashed.frames[0].image, 0U);
  EXPECT_EQ(crashed.frames[0].symbol, "");
  EXPECT_FALSE(crashed.frames[0].is_return_address);
  EXPECT_EQ(place_of(file, crashed.frames[0]), "0x102fcc000 + 20316");
  EXPECT_EQ(crashed.frames[1].symbol, "main");
  EXPECT_EQ(crashed.frames[1].symbol_offset, 16U);
  EXPECT_EQ(crashed.frames[1].file, "main.m");
  EXPECT_EQ(crashed.frames[1].line, 12U);
  EXPECT_TRUE(crashed.frames[1].is_return_address);
  EXPECT_FALSE(crashed.frames[2].image.has_value());
  ASSERT_THAT(crashed.registers, SizeIs(4));
  EXPECT_EQ(crashed.registers[3].name, "rflags");
  ASSERT_THAT(report.last_exception, SizeIs(1));
  EXPECT_EQ(report.last_exception[0].image, 1U);
}

TEST(AppleCrashText, ReadsArmReportsAndLineEndsOfWindows) {
  ASSERT_OK_AND_ASSIGN(
      const Report report,
      read_report(
          "OS Version:  iPhone OS 15.0 (19A346)\r\n"
          "Code Type:  ARM-64 (Native)\r\n"
          "Thread 0 Crashed:\r\n"
          "0   App   0x0000000104500010 App + 16\r\n"
          "Thread 0 crashed with ARM Thread State (64-bit):\r\n"
          "    x0: 0x0000000000000001   x1: 0x0000000000000002\r\n"
          "\r\n"
          "Binary Images:\r\n"
          "0x104500000 - 0x10450ffff App arm64e  <0123456789abcdef0123456789abcdef> /a/App\r\n",
          Limits()));
  EXPECT_EQ(report.os, "iOS");
  ASSERT_THAT(report.images, SizeIs(1));
  EXPECT_EQ(report.images[0].arch, Arch::kArm64e);
  ASSERT_THAT(report.threads, SizeIs(1));
  EXPECT_EQ(report.threads[0].frames[0].image, 0U);
  EXPECT_THAT(report.threads[0].registers, SizeIs(2));
}

TEST(AppleCrashJson, ReadsAReport) {
  const std::string file = seed("report.ips");
  EXPECT_TRUE(is_report(file));
  ASSERT_OK_AND_ASSIGN(const Report report, read_report(file, Limits()));
  EXPECT_TRUE(report.is_json);
  EXPECT_EQ(report.process, "App");
  EXPECT_EQ(report.process_id, 4711U);
  EXPECT_EQ(report.os, "Mac OS X");
  EXPECT_EQ(report.os_version, "12.1");
  EXPECT_EQ(report.arch, Arch::kArm64);
  EXPECT_EQ(report.exception_type, "EXC_BAD_ACCESS (SIGSEGV)");
  EXPECT_EQ(report.crash_address, 0x10U);
  EXPECT_EQ(report.termination, "Namespace SIGNAL, Code 11 Segmentation fault: 11");
  EXPECT_THAT(report.messages, ElementsAre("abort() called"));
  ASSERT_THAT(report.images, SizeIs(1));
  EXPECT_EQ(report.images[0].uuid, "5c32df8431a043e787d0239f7f594940");
  ASSERT_THAT(report.threads, SizeIs(1));
  const Thread& thread = report.threads[0];
  EXPECT_TRUE(thread.has_crashed);
  EXPECT_EQ(thread.id, 7U);
  EXPECT_THAT(thread.registers, SizeIs(3));
  ASSERT_THAT(thread.frames, SizeIs(3));
  EXPECT_EQ(thread.frames[0].address, 4345085952U + 20316);
  EXPECT_EQ(file.substr(thread.frames[0].offset, thread.frames[0].size),
            R"({"imageOffset":20316,"imageIndex":0})");
  EXPECT_EQ(thread.frames[1].symbol, "main");
  EXPECT_FALSE(thread.frames[0].is_return_address);
  EXPECT_TRUE(thread.frames[1].is_return_address);
  EXPECT_FALSE(thread.frames[2].image.has_value()) << "there is no image 9";
}

TEST(AppleCrashJson, ReadsTheReportWithoutItsMetadata) {
  const std::string file = seed("report.ips");
  ASSERT_OK_AND_ASSIGN(const Report report,
                       read_report(file.substr(file.find('\n') + 1), Limits()));
  EXPECT_THAT(report.threads, SizeIs(1));
  std::string one_line = file.substr(file.find('\n') + 1);
  std::erase(one_line, '\n');
  ASSERT_OK_AND_ASSIGN(const Report again, read_report(one_line + "\n", Limits()));
  EXPECT_THAT(again.threads, SizeIs(1));
}

TEST(AppleCrash, FailsCleanlyOnEveryPrefix) {
  for (const std::string name : {"text.crash", "report.ips"}) {
    const std::string file = seed(name);
    for (std::size_t size = 0; size < file.size(); ++size) {
      const auto report = read_report(std::string_view(file).substr(0, size), Limits());
      if (!report.has_value()) {
        EXPECT_THAT(report, IsError(ErrorCode::kMalformed, "Apple crash report"));
      }
    }
  }
}

TEST(AppleCrash, RefusesWhatHasNoFrames) {
  EXPECT_FALSE(is_report("hello"));
  EXPECT_THAT(read_report("hello", Limits()), IsError(ErrorCode::kMalformed, "no frames"));
  EXPECT_THAT(read_report(R"({"usedImages":[],"threads":{}})", Limits()),
              IsError(ErrorCode::kMalformed, "no frames"));
}

}  // namespace
}  // namespace sigla::applecrash
