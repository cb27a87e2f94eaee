// SPDX-License-Identifier: Apache-2.0
#include "symcache/rows.h"

namespace sigla::symcache {

bool RowWriter::repeats_previous(const Row& row) const {
  if (block_addresses_.empty()) return row.is_gap;
  if (row.is_gap || previous_.is_gap) return row.is_gap == previous_.is_gap;
  if (row.scope != previous_.scope || row.file != previous_.file) return false;
  return row.file == 0 || row.line_address == previous_.line_address;
}

bool RowWriter::continues_line(const Row& row) const {
  return row.file != 0 && row.line_address != row.address;
}

void RowWriter::add(const Row& row) {
  if (repeats_previous(row)) return;
  const bool same_line = !row.is_gap && continues_line(row);
  const bool carries_line = same_line && !previous_.is_gap && previous_.file == row.file &&
                            previous_.line == row.line &&
                            previous_.line_address == row.line_address;
  const bool starts_block =
      block_addresses_.empty() || rows_in_block_ == kRowsPerBlock || (same_line && !carries_line);
  if (starts_block) {
    block_addresses_.push_back(row.address);
    block_offsets_.push_back(static_cast<std::uint32_t>(bytes_.size()));
    rows_in_block_ = 0;
    scope_ = file_ = line_ = 0;
  } else {
    append_varint(bytes_, row.address - previous_.address);
  }
  ++rows_in_block_;
  previous_ = row;
  if (row.is_gap) {
    append_varint(bytes_, kRowGap);
    return;
  }
  std::uint64_t code = change(line_, row.line) << kRowCodeBits;
  if (row.scope != scope_) code |= kRowNewScope;
  if (same_line) code |= kRowSameLine;
  if (row.file != file_ && !starts_block) code |= kRowNewFile;
  append_varint(bytes_, code);
  if (row.scope != scope_) append_varint(bytes_, change(scope_, row.scope));
  if (row.file != file_ || starts_block) append_varint(bytes_, row.file);
  if (same_line && starts_block) append_varint(bytes_, row.address - row.line_address);
  if (has_columns_) append_varint(bytes_, row.column);
  scope_ = row.scope;
  file_ = row.file;
  line_ = row.line;
}

}  // namespace sigla::symcache
