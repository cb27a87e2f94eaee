// SPDX-License-Identifier: Apache-2.0
#include "app/crash_annotations.h"

#include <gtest/gtest.h>

#include "testing/matchers.h"

namespace sigla::app {
namespace {

Report report_of() {
  Report report;
  report.modules.resize(2);
  report.modules[0].code_file = "C:\\app\\app.exe";
  report.modules[1].code_file = "other.dll";
  return report;
}

TEST(CrashAnnotations, NameTheSubjectsOfCertificates) {
  for (const char* text : {R"({"ModuleSignatureInfo": {"Example": ["app.exe", "x.dll"]}})",
                           R"({"ModuleSignatureInfo": "{\"Example\": [\"app.exe\"]}"})"}) {
    Report report = report_of();
    ASSERT_TRUE(apply_crash_annotations(text, report).has_value()) << text;
    EXPECT_EQ(report.modules[0].cert_subject, "Example");
    EXPECT_EQ(report.modules[1].cert_subject, "");
    EXPECT_TRUE(report.has_certificates);
  }
}

TEST(CrashAnnotations, NameTheMicrocode) {
  Report report = report_of();
  ASSERT_TRUE(apply_crash_annotations(R"({"CPUMicrocodeVersion": "0xf0"})", report).has_value());
  EXPECT_EQ(report.details.microcode_version, 0xf0U);
  ASSERT_TRUE(apply_crash_annotations(R"({"CPUMicrocodeVersion": "0x1"})", report).has_value());
  EXPECT_EQ(report.details.microcode_version, 0xf0U) << "the dump knows better";
}

TEST(CrashAnnotations, RefuseOtherShapes) {
  for (const char* text : {"",
                           "[]",
                           "{",
                           R"({"ModuleSignatureInfo": 1})",
                           R"({"ModuleSignatureInfo": "[]"})",
                           R"({"ModuleSignatureInfo": {"x": 1}})"}) {
    Report report = report_of();
    EXPECT_THAT(apply_crash_annotations(text, report), IsError(ErrorCode::kMalformed, "")) << text;
  }
}

}  // namespace
}  // namespace sigla::app
