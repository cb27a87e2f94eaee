// SPDX-License-Identifier: Apache-2.0
#include "api/home.h"

#include <gmock/gmock.h>

namespace sigla::api {
namespace {

TEST(Home, ShowsUrlsOfThisHost) {
  const std::string page = home_page("http://symbols.example:8484");
  EXPECT_THAT(page, testing::HasSubstr("DEBUGINFOD_URLS=http://symbols.example:8484<"));
  EXPECT_THAT(page, testing::HasSubstr("body { font"));
}

TEST(Home, EscapesAHostHeaderThatIsMarkup) {
  const std::string page = home_page("http://\"><script>alert('x')</script>");
  EXPECT_EQ(page.find("<script>"), std::string::npos);
  EXPECT_THAT(page, testing::HasSubstr("&lt;script&gt;"));
}

}  // namespace
}  // namespace sigla::api
