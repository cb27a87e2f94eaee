// SPDX-License-Identifier: Apache-2.0
// Rows: the one table a look-up searches. A row says what is true from its address up to the next
// row's: the innermost scope (a function or an inlined call), file, line and column.
//
// Rows are kept in blocks of up to kRowsPerBlock. A block's first row has its address in the table
// of block addresses and changes against nothing; each later one begins with the distance to the
// one before. Then come the code (RowCode) and what it announces:
//
//   kRowNewScope   change of the scope (zigzag)
//   kRowNewFile    file, as index + 1 (0: no file); in a block's first row without being announced
//   kRowSameLine   only in a block's first row: distance back to where the line record began
//   (always)       the line's change, in the code itself; column, when the file has columns
#pragma once

#include <cstdint>
#include <vector>

#include "base/bytes.h"
#include "symcache/layout.h"
#include "symcache/varint.h"

namespace sigla::symcache {

struct Row {
  std::uint64_t address = 0;
  bool is_gap = false;      // no function here; the rest is meaningless
  std::uint32_t scope = 0;  // offset in section kScopes
  std::uint32_t file = 0;   // index + 1; 0: no line record here
  std::uint32_t line = 0;
  std::uint32_t column = 0;
  std::uint64_t line_address = 0;  // where the line record began; meaningless without one
};

// Reads the rows of one block, in place.
class RowReader {
 public:
  RowReader(Bytes block, std::uint64_t address, bool has_columns)
      : reader_(block), has_columns_(has_columns) {
    row_.address = address;
  }

  // The next row becomes row(); false at the end of the block.
  bool next() { return next_until(UINT64_MAX); }
  // The same, but a row that begins past `address` stays unread.
  bool next_until(std::uint64_t address) {
    if (reader_.at_end()) return false;
    if (is_first_) {
      is_first_ = false;
      read_row(true);
      return true;
    }
    const std::uint64_t distance = reader_.next();
    if (distance > address - row_.address) return false;
    row_.address += distance;
    read_row(false);
    return true;
  }
  bool has_row() const { return !is_first_; }
  const Row& row() const { return row_; }

 private:
  void read_row(bool is_first) {
    const std::uint64_t code = reader_.next();
    row_.is_gap = (code & kRowGap) == kRowGap;
    if (row_.is_gap) return;
    if ((code & kRowNewScope) != 0) row_.scope = apply_change(row_.scope, reader_.next());
    if (is_first || (code & kRowNewFile) != 0) row_.file = reader_.next32();
    row_.line = apply_change(row_.line, code >> kRowCodeBits);
    if ((code & kRowSameLine) == 0) {
      row_.line_address = row_.address;
    } else if (is_first) {
      row_.line_address = row_.address - reader_.next();
    }
    if (has_columns_) row_.column = reader_.next32();
  }

  VarintReader reader_;
  Row row_;
  bool has_columns_;
  bool is_first_ = true;
};

// Writes rows in ascending order of address.
class RowWriter {
 public:
  explicit RowWriter(bool has_columns) : has_columns_(has_columns) {}

  // A row that says what the one before it says is dropped.
  void add(const Row& row);

  const std::vector<std::uint64_t>& block_addresses() const { return block_addresses_; }
  const std::vector<std::uint32_t>& block_offsets() const { return block_offsets_; }
  const Buffer& bytes() const { return bytes_; }

 private:
  bool repeats_previous(const Row& row) const;
  bool continues_line(const Row& row) const;

  bool has_columns_;
  std::vector<std::uint64_t> block_addresses_;
  std::vector<std::uint32_t> block_offsets_;
  Buffer bytes_;
  std::size_t rows_in_block_ = 0;
  Row previous_;  // the last row written
  // What the reader holds at this point of the block.
  std::uint32_t scope_ = 0;
  std::uint32_t file_ = 0;
  std::uint32_t line_ = 0;
};

}  // namespace sigla::symcache
