// SPDX-License-Identifier: Apache-2.0
#include "sourcelink/map_file.h"

#include <gtest/gtest.h>

#include "sourcelink/map.h"

namespace sigla::sourcelink {
namespace {

Checkout checkout_of_two() {
  const std::string commit(40, 'a');
  Checkout checkout;
  checkout.work_tree = "/src/app";
  checkout.roots = {{"", "https://github.com/o/app.git", commit},
                    {"lib/x/", "https://unknown.example/x", commit},
                    {"lib/y/", "https://github.com/o/y.git", commit}};
  return checkout;
}

TEST(MapFile, MapsEachRootThatHasAUrl) {
  const auto file = make_map_file(checkout_of_two(), {}, {});
  ASSERT_TRUE(file.has_value());
  const auto map = SourceLinkMap::parse(file->json, Limits());
  ASSERT_TRUE(map.has_value());
  const std::string base = "https://raw.githubusercontent.com/o/";
  const std::string commit(40, 'a');
  EXPECT_EQ(map->url_of("/src/app/a b.c"), base + "app/" + commit + "/a%20b.c");
  EXPECT_EQ(map->url_of("/src/app/lib/y/z.c"), base + "y/" + commit + "/z.c");
  ASSERT_EQ(file->warnings.size(), 1U);
  EXPECT_TRUE(file->warnings[0].starts_with("/src/app/lib/x/ has no URL: no provider knows"));
}

TEST(MapFile, CallsTheRootAsTheCompilerDoes) {
  const std::string json = make_map_file(checkout_of_two(), {}, "Z:\\src")->json;
  EXPECT_NE(json.find(R"("Z:\\src\\*":)"), std::string::npos) << json;
  EXPECT_NE(json.find(R"("Z:\\src\\lib\\y\\*":)"), std::string::npos) << json;
  EXPECT_NE(make_map_file(checkout_of_two(), {}, "/_/")->json.find(R"("/_/lib/y/*":)"),
            std::string::npos);
  EXPECT_FALSE(make_map_file(checkout_of_two(), {}, "/a*").has_value());
}

TEST(MapFile, IsEmptyWithoutUrls) {
  Checkout checkout = checkout_of_two();
  for (SourceRoot& root : checkout.roots) root.remote.clear();
  EXPECT_EQ(make_map_file(checkout, {}, {})->json, "");
}

}  // namespace
}  // namespace sigla::sourcelink
