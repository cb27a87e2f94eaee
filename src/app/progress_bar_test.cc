// SPDX-License-Identifier: Apache-2.0
#include "app/progress_bar.h"

#include <gtest/gtest.h>

namespace sigla::app {
namespace {

TEST(ProgressLine, ShowsBytesRateTimeAndFile) {
  EXPECT_EQ(progress_line({.total = 4U << 20,
                           .done = 1U << 20,
                           .bytes_per_second = 1U << 18,
                           .current = "out/a.pdb"},
                          100),
            "[====>           ]  25%  1.0 MiB of 4.0 MiB  256.0 KiB/s  0:12 left  out/a.pdb");
}

TEST(ProgressLine, FitsTheTerminal) {
  const std::string name(300, 'n');
  for (const std::size_t width : {0U, 10U, 40U, 72U, 120U}) {
    const std::string line =
        progress_line({.total = 100, .done = 50, .bytes_per_second = 7, .current = name}, width);
    EXPECT_LE(line.size(), width);
  }
  EXPECT_NE(progress_line({.total = 1, .done = 0, .current = "a\x1b[2Jb"}, 100).find("a?[2Jb"),
            std::string::npos);
}

TEST(ProgressLine, SaysHundredOnlyAtTheEnd) {
  EXPECT_NE(progress_line({.total = 10'000, .done = 9'999}, 100).find(" 99%"), std::string::npos);
  EXPECT_NE(progress_line({.total = 10'000, .done = 10'000}, 100).find("100%"), std::string::npos);
  EXPECT_NE(progress_line({}, 100).find("100%"), std::string::npos);
}

TEST(SizeText, ChoosesTheUnit) {
  EXPECT_EQ(size_text(17), "17 bytes");
  EXPECT_EQ(size_text(1'024), "1.0 KiB");
  EXPECT_EQ(size_text((1U << 20) - 1), "1.0 MiB");
  EXPECT_EQ(size_text(3ULL << 40), "3.0 TiB");
}

}  // namespace
}  // namespace sigla::app
