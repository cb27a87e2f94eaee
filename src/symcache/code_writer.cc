// SPDX-License-Identifier: Apache-2.0
#include "symcache/code_writer.h"

#include <algorithm>
#include <bit>

#include "base/view.h"
#include "symcache/layout.h"
#include "symcache/varint.h"

namespace sigla::symcache {
namespace {

void append_number(Buffer& out, std::uint64_t value, std::size_t width) {
  const Bytes raw = bytes_of(value);  // little-endian
  out.insert(out.end(), raw.begin(), raw.begin() + static_cast<std::ptrdiff_t>(width));
}

bool continues_line(const Row& row) { return row.file != 0 && row.line_address != row.address; }

}  // namespace

void CodeWriter::write_head(const CodeHead& head, std::uint32_t flags, Buffer& out) const {
  const std::uint32_t parameter_size = head.info >> kParameterShift;
  flags |= head.info & (kFunctionPublic | kFunctionMultiple);
  if (parameter_size != 0) flags |= kCodeParameters;
  if (head.start_distance != 0) flags |= kCodeStartsBefore;
  append_varint(out, flags);
  append_varint(out, head.name);
  append_varint(out, head.size);
  if (parameter_size != 0) append_varint(out, parameter_size);
  if (head.start_distance != 0) append_varint(out, head.start_distance);
}

void CodeWriter::add(const CodeHead& head, Buffer& out) { write_head(head, 0, out); }

std::uint32_t CodeWriter::local_file(std::uint32_t file, const NumberMap& map) {
  if (file >= map.files.size()) return 0;  // kNoFile
  if (local_files_.size() < map.files.size()) local_files_.resize(map.files.size());
  std::uint32_t& local = local_files_[file];
  if (local == 0) {
    used_files_.push_back(file);
    local = static_cast<std::uint32_t>(used_files_.size());
  }
  return local;
}

// Which calls have rows, and which file the lines of each are in: that of its first line record.
// The function's own is number 1 of the record.
void CodeWriter::plan_scopes(std::span<const Row> rows,
                             std::span<const InlinedCall> calls,
                             const NumberMap& map) {
  scopes_.assign(calls.size() + 1, {});
  const Row* own = nullptr;
  for (const Row& row : rows) {
    if (row.file == 0) continue;
    if (own == nullptr || (own->scope != 0 && row.scope == 0)) own = &row;
    if (own->scope == 0) break;
  }
  if (own != nullptr) local_file(own->file - 1, map);
  scopes_[0].body_file = 1;
  for (const Row& row : rows) {
    for (std::uint32_t at = row.scope; at != 0 && !scopes_[at].is_used;
         at = calls[at - 1].parent + 1) {  // kFunctionItself + 1 is 0
      scopes_[at].is_used = true;
    }
    Scope& scope = scopes_[row.scope];
    if (row.scope == 0 || scope.body_file != 0 || row.file == 0 || continues_line(row)) continue;
    scope.body_file = local_file(row.file - 1, map);
  }
}

void CodeWriter::write_scopes(std::span<const InlinedCall> calls, const NumberMap& map) {
  scope_bytes_.clear();
  for (std::uint32_t i = 0; i < calls.size(); ++i) {
    const InlinedCall& call = calls[i];
    Scope& scope = scopes_[i + std::size_t{1}];
    if (!scope.is_used) continue;
    const Scope& outer = scopes_[call.parent + 1];
    scope.number = static_cast<std::uint32_t>(scope_bytes_.size() + 1);
    const std::uint64_t distance = outer.number == 0 ? 0 : scope.number - outer.number;
    const std::uint32_t call_file = local_file(call.call_file, map);
    const bool has_call_file = call_file != outer.body_file || call_file == 0;
    append_varint(scope_bytes_, distance << 1 | (has_call_file ? 1U : 0U));
    append_varint(scope_bytes_, map.names[call.name]);
    append_varint(scope_bytes_, scope.body_file);
    if (has_call_file) append_varint(scope_bytes_, call_file);
    append_varint(scope_bytes_, call.call_line);
    if (has_columns_) append_varint(scope_bytes_, call.call_column);
  }
}

void CodeWriter::write_row(const Row& row, bool is_first, bool same_line, const NumberMap& map) {
  const Scope& scope = scopes_[row.scope];
  std::uint64_t code = 0;
  if (scope.number != scope_) code |= kRowNewScope;
  if (same_line) code |= kRowSameLine;
  if (same_line && !is_first) {
    append_varint(row_bytes_, code);
    if (scope.number != scope_) append_varint(row_bytes_, change(scope_, scope.number));
    scope_ = scope.number;
    return;
  }
  const std::uint32_t file = row.file == 0 ? 0 : local_file(row.file - 1, map);
  const bool has_own_file = file != scope.body_file;
  const bool says_line = is_first || !has_own_file || file != 0;
  if (has_own_file) code |= kRowOwnFile;
  if (says_line) code |= change(line_, row.line) << kRowCodeBits;
  append_varint(row_bytes_, code);
  if (scope.number != scope_) append_varint(row_bytes_, change(scope_, scope.number));
  if (has_own_file) append_varint(row_bytes_, file);
  if (same_line) append_varint(row_bytes_, row.address - row.line_address);
  if (says_line && has_columns_) append_varint(row_bytes_, row.column);
  scope_ = scope.number;
  if (says_line) line_ = row.line;
}

void CodeWriter::write_rows(std::span<const Row> rows, const NumberMap& map) {
  row_bytes_.clear();
  blocks_.clear();
  std::size_t rows_in_block = 0;
  const Row* previous = nullptr;
  for (const Row& row : rows) {
    const bool same_line = continues_line(row);
    const bool carries_line = previous != nullptr && previous->file == row.file &&
                              previous->line == row.line &&
                              previous->line_address == row.line_address;
    const bool is_first =
        previous == nullptr || rows_in_block == kRowsPerBlock || (same_line && !carries_line);
    if (is_first) {
      blocks_.push_back({row.address - rows.front().address, row_bytes_.size()});
      rows_in_block = 0;
      scope_ = 0;
      line_ = base_line_;
    } else {
      append_varint(row_bytes_, row.address - previous->address);
    }
    write_row(row, is_first, same_line, map);
    ++rows_in_block;
    previous = &row;
  }
}

void CodeWriter::add(const CodeHead& head,
                     std::span<const Row> rows,
                     std::span<const InlinedCall> calls,
                     const NumberMap& map,
                     Buffer& out) {
  const bool says_nothing = rows.size() == 1 && rows[0].file == 0 && rows[0].scope == 0;
  if (says_nothing) return add(head, out);
  plan_scopes(rows, calls, map);
  write_scopes(calls, map);
  base_line_ = rows.front().line;
  write_rows(rows, map);

  std::uint32_t file_max = 0;
  for (const std::uint32_t file : used_files_) file_max = std::max(file_max, map.files[file]);
  const std::size_t file_width = file_max <= UINT16_MAX ? 2 : 4;
  const std::uint64_t largest =
      std::max<std::uint64_t>(blocks_.back().offset, blocks_.back().start);
  const unsigned width_code = largest <= UINT16_MAX ? 0 : largest <= UINT32_MAX ? 1 : 2;
  write_head(head, kCodeRows, out);
  append_varint(out, used_files_.size() << 1 | (file_width == 4 ? 1U : 0U));
  append_varint(out, scope_bytes_.size());
  append_varint(out, (blocks_.size() - 1) << 2 | width_code);
  append_varint(out, base_line_);
  const std::size_t width = std::size_t{2} << width_code;
  const auto indexed = std::span(blocks_).subspan(1);
  for (const Block& block : indexed) append_number(out, block.offset, width);
  for (const Block& block : indexed) append_number(out, block.start, width);
  for (const std::uint32_t file : used_files_) append_number(out, map.files[file], file_width);
  out.insert(out.end(), scope_bytes_.begin(), scope_bytes_.end());
  out.insert(out.end(), row_bytes_.begin(), row_bytes_.end());
  for (const std::uint32_t file : used_files_) local_files_[file] = 0;
  used_files_.clear();
}

}  // namespace sigla::symcache
