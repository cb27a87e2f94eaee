// SPDX-License-Identifier: Apache-2.0
#include "formats/microdump/microdump.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "base/text.h"

namespace sigla::microdump {
namespace {

using testing::HasSubstr;

constexpr std::string_view kRecords[] = {
    "-----BEGIN BREAKPAD MICRODUMP-----",
    "V WebView:48.0.2564.106",
    "O A arm 06 armv8l lge/p1 6.0/MRA58K:user",
    "P webview",
    "R 0000000B SIGSEGV DEADBEE0",
    "G OpenGL ES 3.1 V@136.0|Qualcomm|Adreno (TM) 418",
    "S 0 C3A39008 C3A39000 00000010",
    "S C3A39000 6000000001020304",
    "S C3A39008 0a0B0c0D00000000",
    "H 12C00000 FFF73000",
    "C 06000040000000000000",
    "M AAB37000 00001000 00005000 CDDB210E1401729DD9368E97D91BFA6F0 app_process32 (deleted)",
    "M F6FB8000 00000000 0000A000 51CB626B9BC61903D8FB79C054262BA70 liblog.so",
    "-----END BREAKPAD MICRODUMP-----",
};

std::string log_of(std::string_view without = "-", std::string_view line_end = "\n") {
  std::string log = "--------- beginning of main\n";
  for (const std::string_view record : kRecords) {
    if (record.starts_with(without)) continue;
    log += fmt::format("02-25 07:59:17.030 F/google-breakpad(16162): {}{}", record, line_end);
    log += "02-25 07:59:17.031 I/other( 99): S 0 not ours\n";
  }
  return log;
}

class Reading {
 public:
  explicit Reading(std::string_view log)
      : dump_(read_microdump(as_bytes(log), Limits(), diagnostics_)) {}
  const Microdump& operator*() const { return *dump_; }
  const Microdump* operator->() const { return &*dump_; }
  const Result<Microdump>& result() const { return dump_; }
  std::string findings() const { return diagnostics_.summary(); }

 private:
  Diagnostics diagnostics_;
  Result<Microdump> dump_;
};

std::string whole_log() { return log_of("nothing"); }

TEST(ReadMicrodump, ReadsEveryRecord) {
  const Reading dump(whole_log());
  ASSERT_TRUE(dump.result().has_value()) << dump.result().error().message();
  EXPECT_EQ(dump->product, "WebView:48.0.2564.106");
  EXPECT_EQ(dump->process_type, "webview");
  EXPECT_EQ(dump->system, 'A');
  EXPECT_EQ(dump->arch, "arm");
  EXPECT_EQ(dump->cpu_count, 6U);
  EXPECT_EQ(dump->hardware, "armv8l");
  EXPECT_EQ(dump->os_version, "lge/p1 6.0/MRA58K:user");
  EXPECT_TRUE(dump->has_reason);
  EXPECT_EQ(dump->signal, 11U);
  EXPECT_EQ(dump->signal_name, "SIGSEGV");
  EXPECT_EQ(dump->crash_address, 0xdeadbee0U);
  EXPECT_EQ(dump->gl_version, "OpenGL ES 3.1 V@136.0");
  EXPECT_EQ(dump->gl_vendor, "Qualcomm");
  EXPECT_EQ(dump->gl_renderer, "Adreno (TM) 418");
  ASSERT_EQ(dump->stack.size(), 1U);
  EXPECT_EQ(dump->stack[0].base, 0xc3a39000U);
  EXPECT_EQ(hex_lower(dump->stack[0].bytes), "60000000010203040a0b0c0d00000000");
  EXPECT_EQ(hex_lower(dump->context), "06000040000000000000");
  ASSERT_EQ(dump->modules.size(), 2U);
  EXPECT_EQ(dump->modules[0].base, 0xaab37000U);
  EXPECT_EQ(dump->modules[0].size, 0x5000U);
  EXPECT_EQ(dump->modules[0].file_offset, 0x1000U);
  EXPECT_EQ(dump->modules[0].identifier, "CDDB210E1401729DD9368E97D91BFA6F0");
  EXPECT_EQ(dump->modules[0].name, "app_process32");
  EXPECT_EQ(dump.findings(), "");
}

TEST(ReadMicrodump, ReadsAnyLogcatFormatAndLineEnd) {
  const std::string log = log_of("nothing", "\r\n");
  EXPECT_EQ(Reading(log)->modules[1].name, "liblog.so");
  std::string threadtime;
  for (const std::string_view record : kRecords) {
    threadtime += fmt::format("02-23 15:49:14.700  1740  1739 F google-breakpad: {}\n", record);
  }
  EXPECT_EQ(Reading(threadtime)->signal_name, "SIGSEGV");
}

TEST(ReadMicrodump, LeavesOutWhatIsNotKnown) {
  const Reading dump(
      "google-breakpad: -----BEGIN BREAKPAD MICRODUMP-----\n"
      "google-breakpad: V UNKNOWN:0.0.0.0\n"
      "google-breakpad: O L mips64 01 mips64 3.10.0 #112\n"
      "google-breakpad: G UNKNOWN\n"
      "google-breakpad: C 00\n"
      "google-breakpad: -----END BREAKPAD MICRODUMP-----\n");
  EXPECT_EQ(dump->product, "");
  EXPECT_EQ(dump->gl_version, "");
  EXPECT_FALSE(dump->has_reason);
  EXPECT_EQ(dump->os_version, "3.10.0 #112");
}

TEST(ReadMicrodump, TakesTheFirstOfMany) {
  const std::string log = "google-breakpad: M 1 2 3 4 of one whose start is lost\n" + whole_log() +
                          "google-breakpad: -----BEGIN BREAKPAD MICRODUMP-----\n"
                          "google-breakpad: O L x86 01 i686 -\n";
  const Reading dump(log);
  EXPECT_EQ(dump->arch, "arm");
  EXPECT_EQ(dump->modules.size(), 2U);
  EXPECT_THAT(dump.findings(), HasSubstr("1 after the one shown"));
}

TEST(ReadMicrodump, KeepsWhatALossyLogLeftOver) {
  std::string log = whole_log();
  const std::string_view kPiece = "S C3A39000";
  log.replace(log.find(kPiece), kPiece.size(), "S C3A38000");
  const Reading dump(log);
  ASSERT_EQ(dump->stack.size(), 2U);
  EXPECT_EQ(dump->stack[1].base, 0xc3a39008U);
  EXPECT_THAT(dump.findings(), HasSubstr("lost lines"));
  const Reading unfinished(log_of("-----END"));
  EXPECT_EQ(unfinished->modules.size(), 2U);
  EXPECT_THAT(unfinished.findings(), HasSubstr("ends before"));
}

TEST(ReadMicrodump, ReportsRecordsThatItCannotRead) {
  for (const std::string_view bad :
       {"R zz SIGSEGV 0", "R 1", "S C3A39010 6", "S x 00", "C 0", "M 1 2", "M x 0 1 2 name"}) {
    std::string log = whole_log();
    const std::string end = "google-breakpad(16162): -----END";
    log.insert(log.find(end), fmt::format("google-breakpad: {}\n", bad));
    const Reading dump(log);
    ASSERT_TRUE(dump.result().has_value()) << bad;
    EXPECT_THAT(dump.findings(), HasSubstr(fmt::format("{} at line", bad.front()))) << bad;
  }
}

TEST(ReadMicrodump, NeedsSystemAndRegisters) {
  EXPECT_EQ(Reading("").result().error().message(), "microdump: none begins in this text");
  EXPECT_THAT(Reading(log_of("O ")).result().error().message(), HasSubstr("system"));
  EXPECT_THAT(Reading(log_of("C ")).result().error().message(), HasSubstr("registers"));
  EXPECT_TRUE(is_microdump(as_bytes(whole_log())));
  EXPECT_FALSE(is_microdump(as_bytes("MDMP")));
}

TEST(ReadMicrodump, SurvivesEveryTruncation) {
  const std::string log = whole_log();
  for (std::size_t size = 0; size < log.size(); ++size) {
    static_cast<void>(Reading(std::string_view(log).substr(0, size)));
  }
}

TEST(ReadMicrodump, KeepsItsLimits) {
  const std::string log = whole_log();
  Diagnostics diagnostics;
  const auto code = [&](const Limits& limits) {
    return read_microdump(as_bytes(log), limits, diagnostics).error().code();
  };
  Limits size;
  size.minidump_size_max = log.size() - 1;
  EXPECT_EQ(code(size), ErrorCode::kLimitExceeded);
  Limits modules;
  modules.minidump_module_count_max = 1;
  EXPECT_EQ(code(modules), ErrorCode::kLimitExceeded);
  std::string stack;
  const std::string piece = fmt::format("S 0100 {}\n", std::string(2 << 20U, '0'));
  for (int i = 0; i < 9; ++i) stack += "google-breakpad: " + piece;
  std::string large = log;
  large.insert(large.find("02-25 07:59:17.030 F/google-breakpad(16162): C"), stack);
  EXPECT_EQ(Reading(large).result().error().code(), ErrorCode::kLimitExceeded);
}

}  // namespace
}  // namespace sigla::microdump
