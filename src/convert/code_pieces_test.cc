// SPDX-License-Identifier: Apache-2.0
#include "convert/code_pieces.h"

#include <gmock/gmock.h>

#include <string>

namespace sigla {
namespace {

std::string text_of(const CodePieces& pieces) {
  std::string text;
  for (const CodePiece& piece : pieces.pieces()) {
    text += "[" + std::to_string(piece.low) + "," + std::to_string(piece.high) + ")" +
            std::to_string(piece.function) + " ";
  }
  return text;
}

TEST(CodePieces, PutsDisjointFunctionsInOrder) {
  CodePieces pieces;
  pieces.add(30, 40, 0);
  pieces.add(10, 20, 1);
  pieces.add(20, 30, 0);
  pieces.add(50, 50, 2);
  pieces.resolve();
  EXPECT_EQ(text_of(pieces), "[10,20)1 [20,30)0 [30,40)0 ");
}

TEST(CodePieces, GivesAnOverlapToTheLaterFunction) {
  CodePieces pieces;
  pieces.add(10, 50, 1);
  pieces.add(20, 30, 2);
  pieces.add(0, 15, 0);
  pieces.add(45, 60, 3);
  pieces.add(45, 60, 4);
  pieces.resolve();
  EXPECT_EQ(text_of(pieces), "[0,10)0 [10,20)1 [20,30)2 [30,45)1 [45,60)4 ");
}

// The owner of each address, found the slow way.
TEST(CodePieces, AgreesWithASearchOfEveryAddress) {
  std::uint32_t state = 1;
  const auto random = [&](std::uint32_t below) {
    state = state * 1664525 + 1013904223;
    return (state >> 8) % below;
  };
  for (int round = 0; round < 200; ++round) {
    CodePieces pieces;
    std::vector<int> owners(100, -1);
    for (std::uint32_t function = 0; function < 12; ++function) {
      const std::uint32_t low = random(90);
      const std::uint32_t high = low + random(10);
      pieces.add(low, high, function);
      for (std::uint32_t i = low; i < high; ++i) owners[i] = static_cast<int>(function);
    }
    pieces.resolve();
    std::vector<int> found(100, -1);
    std::uint64_t end = 0;
    for (const CodePiece& piece : pieces.pieces()) {
      ASSERT_LE(end, piece.low);
      ASSERT_LT(piece.low, piece.high);
      end = piece.high;
      for (std::uint64_t i = piece.low; i < piece.high; ++i) {
        found[i] = static_cast<int>(piece.function);
      }
    }
    ASSERT_EQ(found, owners);
    std::vector<CodeRange> gaps;
    pieces.restart();
    pieces.append_gaps(0, 40, gaps);
    pieces.append_gaps(40, 41, gaps);
    pieces.append_gaps(60, 100, gaps);
    std::vector<bool> is_gap(100, false);
    for (const CodeRange& gap : gaps) {
      ASSERT_LT(gap.low, gap.high);
      for (std::uint64_t i = gap.low; i < gap.high; ++i) is_gap[i] = true;
    }
    for (std::size_t i = 0; i < 100; ++i) {
      ASSERT_EQ(is_gap[i], owners[i] == -1 && (i < 41 || i >= 60)) << i;
    }
  }
}

}  // namespace
}  // namespace sigla
