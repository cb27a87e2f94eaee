// SPDX-License-Identifier: Apache-2.0
#include "api/served_files.h"

#include <gtest/gtest.h>

namespace sigla::api {
namespace {

std::shared_ptr<const ServedFile> served_of_size(std::uint64_t size) {
  auto served = std::make_shared<ServedFile>();
  served->size = size;
  return served;
}

TEST(ServedFiles, ForgetsWhatIsOfAnEarlierGeneration) {
  ServedFiles files(10, 1'000);
  files.insert("a", 1, served_of_size(10));
  EXPECT_NE(files.find("a", 1), nullptr);
  EXPECT_EQ(files.find("a", 2), nullptr);
  EXPECT_EQ(files.find("a", 1), nullptr);
}

TEST(ServedFiles, DropsTheLeastRecentlyUsedByCountAndBySize) {
  ServedFiles files(3, 1'000);
  files.insert("a", 1, served_of_size(10));
  files.insert("b", 1, served_of_size(10));
  files.insert("c", 1, served_of_size(10));
  ASSERT_NE(files.find("a", 1), nullptr);
  files.insert("d", 1, served_of_size(10));
  EXPECT_EQ(files.find("b", 1), nullptr);
  files.insert("e", 1, served_of_size(985));
  EXPECT_NE(files.find("e", 1), nullptr);
  EXPECT_NE(files.find("d", 1), nullptr);
  EXPECT_EQ(files.find("a", 1), nullptr);
  files.insert("huge", 1, served_of_size(1'001));
  EXPECT_EQ(files.find("huge", 1), nullptr);
  EXPECT_NE(files.find("e", 1), nullptr);
}

TEST(ServedFiles, ReplacesAnEntry) {
  ServedFiles files(3, 100);
  files.insert("a", 1, served_of_size(60));
  files.insert("a", 2, served_of_size(70));
  ASSERT_NE(files.find("a", 2), nullptr);
  EXPECT_EQ(files.find("a", 2)->size, 70u);
}

}  // namespace
}  // namespace sigla::api
