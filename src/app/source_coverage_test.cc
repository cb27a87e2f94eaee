// SPDX-License-Identifier: Apache-2.0
#include "app/source_coverage.h"

#include <gtest/gtest.h>

#include "testing/matchers.h"

namespace sigla::app {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

SourceFiles make_sources() {
  SourceFiles sources;
  sources.files = {{"/_/a.cs", {}, false}, {"/obj/b.cs", {}, true}, {"/obj/c.cs", {}, false}};
  return sources;
}

TEST(SourceCoverage, CountsEmbeddedAndMappedSources) {
  SourceFiles sources = make_sources();
  ASSERT_OK_AND_ASSIGN(const SourceCoverage without, coverage_of(sources));
  EXPECT_EQ(without.file_count, 3U);
  EXPECT_THAT(without.uncovered, ElementsAre("/_/a.cs", "/obj/c.cs"));
  sources.source_link = R"({"documents":{"/_/*":"https://example.org/*"}})";
  ASSERT_OK_AND_ASSIGN(const SourceCoverage mapped, coverage_of(sources));
  EXPECT_THAT(mapped.uncovered, ElementsAre("/obj/c.cs"));
  sources.srcsrv =
      "SRCSRV: ini\r\nVERSION=2\r\nSRCSRV: variables\r\nSRCSRVTRG=https://example.org/%var2%\r\n"
      "SRCSRV: source files\r\n/obj/c.cs*c.cs\r\nSRCSRV: end\r\n";
  ASSERT_OK_AND_ASSIGN(const SourceCoverage all, coverage_of(sources));
  EXPECT_THAT(all.uncovered, IsEmpty());
}

TEST(SourceCoverage, RefusesADamagedMap) {
  SourceFiles sources = make_sources();
  sources.source_link = "{";
  EXPECT_THAT(coverage_of(sources), IsError(ErrorCode::kMalformed, ""));
}

}  // namespace
}  // namespace sigla::app
