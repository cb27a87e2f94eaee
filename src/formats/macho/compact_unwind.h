// SPDX-License-Identifier: Apache-2.0
// Apple's compact unwind information (mach-o/compact_unwind_encoding.h): one 32-bit encoding for
// each function says how its frame is laid out.
//
//   __TEXT,__unwind_info
//     version 1, common encodings, personalities, index { function, page, lsda } ...
//     regular page (2)      { function, encoding } ...
//     compressed page (3)   { 24 bits function, 8 bits which encoding } ..., encodings
//
// A function reaches up to the next one. Rules hold for all of it, which is not true of its
// prologue and epilogue; nothing here says where those end.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "base/bytes.h"
#include "base/limits.h"
#include "formats/macho/image.h"

namespace sigla::macho {

struct CompactFunction {
  std::uint64_t offset = 0;  // from the image's header
  std::uint64_t size = 0;
  std::uint32_t encoding = 0;
};

// Ascending. kMalformed when the tables contradict each other.
Result<std::vector<CompactFunction>> compact_functions(Bytes unwind_info, std::endian order);

// How a frame is laid out; registers by their DWARF numbers.
struct CompactFrame {
  struct Saved {
    std::uint32_t reg = 0;
    std::int32_t cfa_offset = 0;
  };
  std::uint32_t cfa_register = 0;
  std::int64_t cfa_offset = 0;
  std::optional<std::int32_t>
      return_address_offset;  // from the CFA; else it is in the link register
  std::array<Saved, 20> saved;
  std::size_t saved_count = 0;

  void save(std::uint32_t reg, std::int64_t cfa_offset_of_it) {
    if (saved_count < saved.size()) {
      saved[saved_count++] = {reg, static_cast<std::int32_t>(cfa_offset_of_it)};
    }
  }
};

// The frame is described in __eh_frame instead.
bool is_described_by_dwarf(std::uint32_t cputype, std::uint32_t encoding);

// `code` is what the function holds, for frames whose size stands in an instruction. Nothing when
// the encoding says nothing, or nothing that exists.
std::optional<CompactFrame> decode_compact(std::uint32_t cputype,
                                           std::uint32_t encoding,
                                           Bytes code);

}  // namespace sigla::macho
