// SPDX-License-Identifier: Apache-2.0
#include "app/symbol_places.h"

#include <gmock/gmock.h>

namespace sigla::app {
namespace {

using testing::ElementsAre;

TEST(SplitPlaces, TakesListsApart) {
  EXPECT_THAT(split_places("symbols/"), ElementsAre("symbols/"));
  EXPECT_THAT(split_places("My Symbols;1"), ElementsAre("My Symbols;1")) << "a folder as it is";
  EXPECT_THAT(split_places("https://a.example/x"), ElementsAre("https://a.example/x"));
  EXPECT_THAT(split_places("https://a.example  http://b.example/"),
              ElementsAre("https://a.example", "http://b.example/"));
  EXPECT_THAT(split_places("srv*C:\\sym*https://a.example;D:\\pdb"),
              ElementsAre("C:\\sym", "https://a.example", "D:\\pdb"));
  EXPECT_THAT(split_places("SRV*https://a.example"), ElementsAre("https://a.example"));
  EXPECT_THAT(split_places("cache*c;symsrv*symsrv.dll*https://a.example"),
              ElementsAre("c", "https://a.example"));
}

TEST(IsUrl, TellsServersFromFolders) {
  EXPECT_TRUE(is_url("http://a"));
  EXPECT_TRUE(is_url("https://a"));
  EXPECT_FALSE(is_url("httpd/symbols"));
  EXPECT_FALSE(is_url("ftp://a"));
}

}  // namespace
}  // namespace sigla::app
