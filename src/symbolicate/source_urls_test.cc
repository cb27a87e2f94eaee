// SPDX-License-Identifier: Apache-2.0
#include "symbolicate/source_urls.h"

#include <gtest/gtest.h>

namespace sigla {
namespace {

TEST(SourceUrls, LeadToTheLine) {
  const SourceUrls urls(R"({"documents":{"D:\\app\\*":"https://host/raw/0123abcd/*"}})");
  EXPECT_EQ(urls.url_of("D:\\app\\lib\\a b.cc", 12), "https://host/raw/0123abcd/lib/a%20b.cc#L12");
  EXPECT_EQ(urls.url_of("d:\\APP\\main.cc", 0), "https://host/raw/0123abcd/main.cc");
  EXPECT_EQ(urls.url_of("C:\\vs\\string", 3), "");
  EXPECT_EQ(urls.url_of("", 3), "");
}

TEST(SourceUrls, AreNoneWithoutAMap) {
  EXPECT_EQ(SourceUrls().url_of("a.cc", 1), "");
  EXPECT_EQ(SourceUrls("").url_of("a.cc", 1), "");
  EXPECT_EQ(SourceUrls("{\"documents\":{\"*\":").url_of("a.cc", 1), "");
}

}  // namespace
}  // namespace sigla
