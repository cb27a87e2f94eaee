// SPDX-License-Identifier: Apache-2.0
#include "app/text_table.h"

#include <gtest/gtest.h>

namespace sigla::app {
namespace {

TEST(TextTable, AlignsColumnsAndEndsLinesWithText) {
  EXPECT_EQ(align_columns({{"ID", "NAME", "NOTE"}, {"1", "long name"}, {"23", "ü", "x"}}),
            "ID  NAME       NOTE\n"
            "1   long name\n"
            "23  ü          x\n");
  EXPECT_EQ(align_columns({}), "");
}

TEST(TextTable, KeepsTheTerminalSafe) {
  EXPECT_EQ(align_columns({{"a\x1b[2J\n", "b"}}), "a?[2J?  b\n");
}

}  // namespace
}  // namespace sigla::app
