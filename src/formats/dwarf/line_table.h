// SPDX-License-Identifier: Apache-2.0
// The rows that one program of .debug_line computes (DWARF 5 section 6.2.5). Borrows the sections.
// One thread at a time; its vectors are used again by the next program.
//
//   LineTable table;
//   SIGLA_TRY(table.read(sections, offset, encoding, filter, limits));
//   table.append(0x1000, 0x1040, rows);       // those that hold there
//   table.header().file_path(rows[0].file, comp_dir, path);
#pragma once

#include <cstdint>
#include <vector>

#include "formats/dwarf/addresses.h"
#include "formats/dwarf/line_header.h"

namespace sigla::dwarf {

// Holds from its address up to that of the next one.
struct LineRow {
  static constexpr std::uint32_t kNoFile = 0xffffffff;

  std::uint64_t address = 0;
  std::uint32_t file = 1;  // as the program counts; kNoFile where a sequence ends
  std::uint32_t line = 1;
  std::uint32_t column = 0;

  bool is_same_place(const LineRow& other) const {
    return file == other.file && line == other.line && column == other.column;
  }
};

// Code that was laid down in one piece.
struct LineSequence {
  std::uint64_t low;
  std::uint64_t high;  // one past the last address
  std::size_t first_row;
  std::size_t row_count;
};

class LineTable {
 public:
  void clear();
  // The program at `offset`. Sequences that lie where no code is are left out, and one that the
  // program does not end. After an error, what was read before it is there.
  Status read(const Sections& sections,
              std::uint64_t offset,
              Encoding unit,
              const CodeFilter& filter,
              const Limits& limits);

  const LineHeader& header() const { return header_; }
  // Ascending and disjoint: where two overlap, the one that ends first holds.
  const std::vector<LineSequence>& sequences() const { return sequences_; }
  // Appends the rows that hold somewhere in [low, high), and a row of kNoFile where a sequence ends
  // before `high`. No row's address is below `low`.
  void append(std::uint64_t low, std::uint64_t high, std::vector<LineRow>& out) const;

 private:
  class Machine;
  void end_sequence(std::size_t first_row,
                    std::uint64_t high,
                    bool is_sorted,
                    const CodeFilter& filter);
  void keep_last_of_each_address(std::size_t first_row);
  void sort_sequences();

  LineHeader header_;
  std::vector<LineRow> rows_;
  std::vector<LineSequence> sequences_;
};

}  // namespace sigla::dwarf
