// SPDX-License-Identifier: Apache-2.0
#include "stackwalk/core_registers.h"

#include <algorithm>
#include <cstdint>
#include <span>

#include "base/byte_reader.h"

namespace sigla {
namespace {

// For each register of CpuContext, which word of pr_reg it is.
constexpr std::uint8_t kX86Words[] = {12, 15, 5, 6, 0, 1, 2, 3, 4};
constexpr std::uint8_t kAmd64Words[] = {10, 12, 11, 5, 13, 14, 4, 19, 9, 8, 7, 6, 3, 2, 1, 0, 16};
constexpr std::uint8_t kArmWords[] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
constexpr std::uint8_t kArm64Words[] = {0,  1,  2,  3,  4,  5,  6,  7,  8,  9,  10,
                                        11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21,
                                        22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32};

struct Layout {
  std::span<const std::uint8_t> words;
  std::size_t word_size = 0;
  std::size_t status_word = 0;
};

Layout layout_of(Arch arch) {
  switch (arch) {
    case Arch::kX86:
      return {kX86Words, 4, 14};
    case Arch::kX86_64:
      return {kAmd64Words, 8, 18};
    case Arch::kArm:
      return {kArmWords, 4, 16};
    case Arch::kArm64:
      return {kArm64Words, 8, 33};
    default:
      return {};
  }
}

}  // namespace

std::optional<CpuContext> read_core_registers(Arch arch, Bytes pr_reg, std::endian order) {
  const Layout layout = layout_of(arch);
  if (layout.words.empty()) return std::nullopt;
  const auto word = [&](std::size_t index) {
    ByteReader reader(pr_reg, order);
    reader.skip(index * layout.word_size);
    return layout.word_size == 8 ? reader.u64() : reader.u32();
  };
  if (pr_reg.size() / layout.word_size <= layout.status_word ||
      pr_reg.size() / layout.word_size <= std::size_t{*std::ranges::max_element(layout.words)}) {
    return std::nullopt;
  }
  CpuContext context;
  context.arch = arch;
  for (std::size_t i = 0; i < layout.words.size(); ++i) {
    context.registers[i] = word(layout.words[i]);
  }
  context.status = static_cast<std::uint32_t>(word(layout.status_word));
  return context;
}

}  // namespace sigla
