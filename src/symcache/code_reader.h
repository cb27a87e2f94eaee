// SPDX-License-Identifier: Apache-2.0
// Reads one record of section kCode in place: a piece of a function (or the reach of a symbol) with
// its lines and inlined calls. docs/formats/symcache.md, "Code".
//
//   CodeReader code(record, has_columns);
//   if (code.covers(offset) && code.seek(offset)) ... code.row(), code.file_of_row(), code.scope()
//
// Offsets count from the record's address. A damaged record answers nonsense, never more.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>

#include "base/bytes.h"
#include "symcache/layout.h"
#include "symcache/varint.h"

namespace sigla::symcache {

class CodeReader {
 public:
  struct Row {
    std::uint64_t offset = 0;
    std::uint32_t scope = 0;  // kRootScope; else of scope()
    std::uint32_t line = 0;
    std::uint32_t column = 0;
    std::uint64_t line_offset = 0;  // where the line record began; may lie before 0, then it wraps
  };
  struct Scope {
    std::uint32_t outer = 0;  // scope
    std::uint32_t name = 0;
    std::uint32_t body_file = 0;  // of the record, here and below; 0: none
    bool has_call_file = false;   // otherwise it is the outer scope's body file
    std::uint32_t call_file = 0;
    std::uint32_t call_line = 0;
    std::uint32_t call_column = 0;
  };
  static constexpr std::uint32_t kRootScope = 0;

  CodeReader(Bytes record, bool has_columns) : reader_(record), has_columns_(has_columns) {
    flags_ = reader_.next32();
    name_ = reader_.next32();
    size_ = reader_.next();
    if ((flags_ & kCodeParameters) != 0) parameter_size_ = reader_.next32();
    if ((flags_ & kCodeStartsBefore) != 0) start_distance_ = reader_.next();
  }

  bool is_public() const { return (flags_ & kCodePublic) != 0; }
  bool is_multiple() const { return (flags_ & kCodeMultiple) != 0; }
  std::uint32_t name() const { return name_; }
  std::uint64_t size() const { return size_; }  // of the whole function; 0: a symbol without one
  std::uint32_t parameter_size() const { return parameter_size_; }
  // How far before the record's address the function begins.
  std::uint64_t start_distance() const { return start_distance_; }
  bool covers(std::uint64_t offset) const { return size_ == 0 || offset + start_distance_ < size_; }

  // Moves to the row that holds at `offset`. False when the record has no rows.
  bool seek(std::uint64_t offset) {
    if (!find_block(offset)) return false;
    read_block(offset);
    return true;
  }
  // The same in two steps, between which the bytes of the block have time to arrive.
  bool find_block(std::uint64_t offset) {
    if (!read_layout()) return false;
    block_ = block_at(offset);
    __builtin_prefetch(row_bytes_.data() + block_start(block_));
    return true;
  }
  void read_block(std::uint64_t offset) {
    enter_block(block_);
    while (next_until(offset)) {
    }
  }
  void prefetch_scope() const {
    if (row_.scope < scopes_.size()) __builtin_prefetch(&scopes_[row_.scope]);
  }
  // Every row: open_rows(), then next() until it is false.
  bool open_rows() {
    if (!read_layout()) return false;
    enter_block(0);
    return true;
  }
  bool next() {
    if (next_until(UINT64_MAX)) return true;
    if (block_ + 1 >= block_count_) return false;
    enter_block(block_ + 1);
    return true;
  }
  const Row& row() const { return row_; }
  // Index + 1 in section kFiles; 0: no line record holds here.
  std::uint32_t file_of_row() const {
    return file(has_own_file_ ? own_file_ : body_file(file_scope_));
  }
  // Index + 1 in section kFiles, of a file number of this record.
  std::uint32_t file(std::uint32_t number) const;
  std::uint32_t body_file(std::uint32_t scope) const;
  // Nothing when there is no such scope. Each lies in one of a smaller number.
  std::optional<Scope> scope(std::uint32_t number) const;

 private:
  std::uint64_t index_value(std::size_t i) const;
  std::size_t block_at(std::uint64_t offset) const;
  std::size_t block_start(std::size_t block) const;
  void enter_block(std::size_t block);
  bool read_layout();
  bool next_until(std::uint64_t offset) {
    if (rows_.at_end()) return false;
    const std::uint64_t distance = rows_.next();
    if (distance > offset - row_.offset) return false;
    row_.offset += distance;
    read_row();
    return true;
  }
  void read_row();
  void read_first_row();

  VarintReader reader_;
  bool has_columns_;
  std::uint32_t flags_ = 0;
  std::uint32_t name_ = 0;
  std::uint32_t parameter_size_ = 0;
  std::uint64_t size_ = 0;
  std::uint64_t start_distance_ = 0;

  Bytes files_;
  std::size_t file_width_ = 2;
  Bytes scopes_;
  std::size_t block_count_ = 0;
  std::size_t index_width_ = 2;
  Bytes index_;  // offsets of blocks 1 and up, then where they begin in row_bytes_
  Bytes row_bytes_;
  std::uint32_t base_line_ = 0;

  std::size_t block_ = 0;
  VarintReader rows_{Bytes()};
  Row row_;
  bool has_own_file_ = false;
  std::uint32_t own_file_ = 0;
  std::uint32_t file_scope_ = 0;
};

inline bool CodeReader::read_layout() {
  if ((flags_ & kCodeRows) == 0) return false;
  const std::uint64_t files = reader_.next();
  file_width_ = (files & 1) != 0 ? 4 : 2;
  const std::uint64_t scopes_size = reader_.next();
  const std::uint64_t blocks = reader_.next();  // (count - 1) * 4 + log2(width) - 1
  base_line_ = reader_.next32();
  index_width_ = std::size_t{2} << std::min<unsigned>(blocks & 3, 2);
  index_ = reader_.bytes((blocks >> 2) * 2 * index_width_);
  files_ = reader_.bytes((files >> 1) * file_width_);
  scopes_ = reader_.bytes(scopes_size);
  row_bytes_ = reader_.rest();
  block_count_ = index_.size() / (2 * index_width_) + 1;
  return true;
}

inline std::uint32_t CodeReader::file(std::uint32_t number) const {
  if (number == 0 || number > files_.size() / file_width_) return 0;
  const Bytes at = files_.subspan((number - std::size_t{1}) * file_width_);
  return (file_width_ == 2 ? load<std::uint16_t>(at) : load<std::uint32_t>(at)) + 1U;
}

inline std::optional<CodeReader::Scope> CodeReader::scope(std::uint32_t number) const {
  if (number == kRootScope || number > scopes_.size()) return std::nullopt;
  VarintReader reader(scopes_.subspan(number - std::size_t{1}));
  Scope scope;
  const std::uint64_t head = reader.next();
  const std::uint64_t distance = head >> 1;
  if (distance >= number) return std::nullopt;
  scope.outer = distance == 0 ? kRootScope : number - static_cast<std::uint32_t>(distance);
  scope.has_call_file = (head & 1) != 0;
  scope.name = reader.next32();
  scope.body_file = reader.next32();
  if (scope.has_call_file) scope.call_file = reader.next32();
  scope.call_line = reader.next32();
  if (has_columns_) scope.call_column = reader.next32();
  return scope;
}

inline std::uint32_t CodeReader::body_file(std::uint32_t number) const {
  if (number == kRootScope) return 1;
  const auto at = scope(number);
  return at.has_value() ? at->body_file : 0;
}

inline std::uint64_t CodeReader::index_value(std::size_t i) const {
  const Bytes at = index_.subspan(i * index_width_);
  if (index_width_ == 2) return load<std::uint16_t>(at);
  if (index_width_ == 4) return load<std::uint32_t>(at);
  return load<std::uint64_t>(at);
}

inline std::size_t CodeReader::block_at(std::uint64_t offset) const {
  std::size_t first = 0;  // how many of the indexed blocks begin at or before the offset
  for (std::size_t count = block_count_ - 1; count > 0;) {
    const std::size_t half = (count + 1) / 2;
    if (index_value(first + half - 1) <= offset) first += half;
    count -= half;
  }
  return first;
}

inline std::size_t CodeReader::block_start(std::size_t block) const {
  if (block == 0) return 0;
  const std::uint64_t start = index_value(block_count_ - 1 + block - 1);
  return static_cast<std::size_t>(std::min<std::uint64_t>(start, row_bytes_.size()));
}

inline void CodeReader::enter_block(std::size_t block) {
  const std::size_t start = block_start(block);
  const std::size_t end = block + 1 < block_count_ ? block_start(block + 1) : row_bytes_.size();
  block_ = block;
  rows_ = VarintReader(end < start ? Bytes() : row_bytes_.subspan(start, end - start));
  row_ = {};
  row_.offset = block == 0 ? 0 : index_value(block - 1);
  row_.line = base_line_;
  read_first_row();
}

inline void CodeReader::read_row() {
  const std::uint64_t code = rows_.next();
  if ((code & kRowNewScope) != 0) row_.scope = apply_change(row_.scope, rows_.next());
  if ((code & kRowSameLine) != 0) return;
  has_own_file_ = (code & kRowOwnFile) != 0;
  file_scope_ = row_.scope;
  if (has_own_file_) {
    own_file_ = rows_.next32();
    if (own_file_ == 0) return;
  }
  row_.line = apply_change(row_.line, code >> kRowCodeBits);
  row_.line_offset = row_.offset;
  if (has_columns_) row_.column = rows_.next32();
}

// Says everything, even where the line record began earlier.
inline void CodeReader::read_first_row() {
  const std::uint64_t code = rows_.next();
  if ((code & kRowNewScope) != 0) row_.scope = apply_change(row_.scope, rows_.next());
  has_own_file_ = (code & kRowOwnFile) != 0;
  own_file_ = has_own_file_ ? rows_.next32() : 0;
  file_scope_ = row_.scope;
  row_.line = apply_change(row_.line, code >> kRowCodeBits);
  row_.line_offset = row_.offset - ((code & kRowSameLine) != 0 ? rows_.next() : 0);
  if (has_columns_) row_.column = rows_.next32();
}

}  // namespace sigla::symcache
