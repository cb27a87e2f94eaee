// SPDX-License-Identifier: Apache-2.0
#include "app/name_table.h"

#include <gtest/gtest.h>

namespace sigla::app {
namespace {

TEST(NameTable, TellsNamesApartByWhereTheyBegin) {
  const std::string text = "alpha beta alpha";
  const std::string_view first = std::string_view(text).substr(0, 5);
  const std::string_view second = std::string_view(text).substr(11);
  NameTable table;
  EXPECT_EQ(table.add(first), 0);
  EXPECT_EQ(table.add(second), 1);
  EXPECT_EQ(table.add(first), 0);
  EXPECT_EQ(table.add({}), 2);
  EXPECT_EQ(table.add({}), 2);
  EXPECT_EQ(table.size(), 3);
  EXPECT_EQ(table.shown(0), "alpha");
  table.show(0, "readable");
  EXPECT_EQ(table.shown(0), "readable");
  EXPECT_EQ(table.name(0), "alpha");
  EXPECT_EQ(table.shown(1), "alpha");
}

TEST(NameTable, FindsEveryNameAfterGrowing) {
  const std::string text(100'000, 'x');
  NameTable table;
  for (std::uint32_t i = 0; i < text.size(); ++i) {
    ASSERT_EQ(table.add(std::string_view(text).substr(i, 1)), i);
  }
  for (std::uint32_t i = 0; i < text.size(); ++i) {
    ASSERT_EQ(table.add(std::string_view(text).substr(i, 1)), i);
  }
}

}  // namespace
}  // namespace sigla::app
