// SPDX-License-Identifier: Apache-2.0
#include "symbolicate/write_rust_minidump.h"

#include <gmock/gmock.h>

namespace sigla {
namespace {

using testing::HasSubstr;

Report report_of(std::string os) {
  Report report;
  report.os = std::move(os);
  report.arch = Arch::kX86_64;
  ReportModule module;
  module.base = 0x1000;
  module.size = 0x1000;
  module.code_file = "/app/prog";
  module.debug_file = "prog";
  module.debug_identifier = "11112222333344445555666677778888F";
  module.debug_id = DebugId::parse(module.debug_identifier).value();
  report.modules.push_back(module);
  return report;
}

TEST(WriteRustMinidump, TakesTheOneIdOfApplesProgramsForTheCodeId) {
  constexpr char kId[] = R"("code_id":"11112222333344445555666677778888")";
  EXPECT_THAT(write_rust_minidump(report_of("Mac OS X")), HasSubstr(kId));
  EXPECT_THAT(write_rust_minidump(report_of("iOS")), HasSubstr(kId));
  EXPECT_THAT(write_rust_minidump(report_of("Windows NT")), HasSubstr(R"("code_id":"")"));
  Report known = report_of("Mac OS X");
  known.modules[0].code_id = CodeId("ABCD1234");
  EXPECT_THAT(write_rust_minidump(known), HasSubstr(R"("code_id":"abcd1234")"));
}

TEST(WriteRustMinidump, TellsThreadsThatAreListedWithoutANameFromOthers) {
  Report report = report_of("Linux");
  report.threads.resize(1);
  EXPECT_THAT(write_rust_minidump(report), HasSubstr(R"("thread_name":null)"));
  report.threads[0].is_in_name_list = true;
  EXPECT_THAT(write_rust_minidump(report), HasSubstr(R"("thread_name":"")"));
}

TEST(WriteRustMinidump, CountsTheThreadThatWroteTheDump) {
  Report report = report_of("Linux");
  report.threads.resize(2);
  report.threads[0].id = 10;
  report.threads[1].id = 30;
  for (ReportThread& thread : report.threads) thread.frames.resize(1);
  report.requesting_thread = 1;
  report.details.dump_thread = {{1, 20}};
  const std::string json = write_rust_minidump(report);
  EXPECT_THAT(json, HasSubstr(R"("thread_count":3)"));
  EXPECT_THAT(json, HasSubstr(R"("threads_index":2)"));
  EXPECT_THAT(json,
              HasSubstr(R"("frame_count":0,"frames":[],"last_error_value":null,"thread_id":20)"));
}

}  // namespace
}  // namespace sigla
