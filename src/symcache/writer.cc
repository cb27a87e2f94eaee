// SPDX-License-Identifier: Apache-2.0
#include "symcache/writer.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "base/view.h"

namespace sigla {

using symcache::append_varint;
using symcache::FileBuilder;
using symcache::Row;
using symcache::RowWriter;
using symcache::Section;

std::uint32_t SymcacheNumbering::index(std::uint32_t number) {
  if (number == last_number_ && last_index_ != 0xffffffff) return last_index_;
  const auto [place, is_new] =
      indexes_.try_emplace(number, static_cast<std::uint32_t>(texts_.size()));
  if (is_new) texts_.push_back(0);
  last_number_ = number;
  last_index_ = place->second;
  return last_index_;
}

SymcacheWriter::SymcacheWriter(const Limits& limits, bool has_columns)
    : limits_(limits),
      has_columns_(has_columns),
      current_(has_columns, limits.inline_depth_max),
      unwind_(strings_, extent_, diagnostics_, limits) {}

void SymcacheWriter::set_origin(std::string_view os, std::string_view code_file_name) {
  os_ = os;
  code_file_name_ = code_file_name;
}

void SymcacheWriter::name_file(std::uint32_t file, std::string_view path) {
  std::uint32_t& text = files_.texts()[files_.index(file)];
  if (text == 0) text = strings_.add(path);
}

void SymcacheWriter::name_origin(std::uint32_t origin, std::string_view name) {
  std::uint32_t& text = origins_.texts()[origins_.index(origin)];
  if (text == 0) text = strings_.add(name);
}

std::uint32_t SymcacheWriter::add_function(const Function& function, std::uint32_t flags) {
  std::uint32_t parameters = function.parameter_size;
  if (parameters > symcache::kParameterSizeMax) {
    diagnostics_.report("parameter size out of range", fmt::format("{:#x}", function.address));
    parameters = 0;
  }
  if (function.is_multiple) flags |= symcache::kFunctionMultiple;
  extent_.add(function.address, function.size);
  const auto index = static_cast<std::uint32_t>(function_addresses_.size());
  function_addresses_.push_back(function.address);
  function_sizes_.push_back(function.size);
  const symcache::RawFunction record{strings_.add(function.name),
                                     flags | parameters << symcache::kParameterShift};
  const Bytes raw = bytes_of(record);
  functions_.insert(functions_.end(), raw.begin(), raw.end());
  return index;
}

void SymcacheWriter::begin_function(const Function& function) {
  end_function();
  const auto high = symcache::last_address(function.address, function.size);
  if (!high.has_value() || !code_ranges_.add(function.address, *high)) {
    diagnostics_.report("overlapping or empty function", fmt::format("{:#x}", function.address));
    add_function(function, symcache::kFunctionShadowed);
    return;
  }
  current_function_ = add_function(function, 0);
  if (*high != UINT64_MAX) extent_.add(*high + 1, 0);  // where the row after it begins
  current_.begin(function.address, *high);
  code_.push_back({function.address, *high, packed_.size(), 0});
  in_function_ = true;
}

void SymcacheWriter::add_line(const Line& line) {
  if (!in_function_) return;
  const auto high = symcache::last_address(line.address, line.size);
  if (!high.has_value()) {
    diagnostics_.report("empty line record", fmt::format("{:#x}", line.address));
    return;
  }
  current_.add_line({line.address, *high, files_.index(line.file) + 1, line.line, line.column});
}

void SymcacheWriter::add_inline(const Inline& call, std::span<const Range> ranges) {
  if (!in_function_) return;
  const std::uint32_t file = call.call_file == kNoFile ? 0 : files_.index(call.call_file) + 1;
  const std::uint32_t index =
      current_.add_call({origins_.index(call.origin), file, call.call_line, call.call_column});
  for (const Range& range : ranges) {
    const auto high = symcache::last_address(range.address, range.size);
    if (high.has_value() && current_.add_call_range(index, range.address, *high)) continue;
    diagnostics_.report("empty or crossing range of an inlined call",
                        fmt::format("{:#x}", range.address));
  }
}

void SymcacheWriter::end_function() {
  if (!in_function_) return;
  in_function_ = false;
  current_.end(current_.add_root_scope(current_function_));
  pack_rows();
}

// Packed rows are a plain list of changes; the blocks a look-up needs are cut when all functions
// are known and sorted.
void SymcacheWriter::pack_rows() {
  Row previous;
  previous.address = code_.back().low;
  for (const Row& row : current_.rows()) {
    append_varint(packed_, row.address - previous.address);
    append_varint(packed_, symcache::change(previous.scope, row.scope));
    append_varint(packed_, row.file);
    if (row.file != 0) {
      append_varint(packed_, symcache::change(previous.line, row.line));
      // Zigzag: a line record may begin before the function that it is listed under.
      append_varint(packed_,
                    symcache::zigzag(static_cast<std::int64_t>(row.address - row.line_address)));
      if (has_columns_) append_varint(packed_, row.column);
    }
    previous = row;
  }
  code_.back().row_count = static_cast<std::uint32_t>(current_.rows().size());
}

void SymcacheWriter::unpack_rows(const Code& code, RowWriter& out) const {
  symcache::VarintReader reader(Bytes(packed_).subspan(code.rows));
  Row row;
  row.address = code.low;
  for (std::uint32_t i = 0; i < code.row_count; ++i) {
    row.address += reader.next();
    row.scope = symcache::apply_change(row.scope, reader.next());
    row.file = reader.next32();
    if (row.file == 0) {
      row.line = row.column = 0;
    } else {
      row.line = symcache::apply_change(row.line, reader.next());
      row.line_address =
          row.address - static_cast<std::uint64_t>(symcache::unzigzag(reader.next()));
      if (has_columns_) row.column = reader.next32();
    }
    out.add(row);
  }
}

void SymcacheWriter::add_public(std::uint64_t address,
                                std::uint32_t parameter_size,
                                bool is_multiple,
                                std::string_view name) {
  end_function();
  const std::uint32_t function =
      add_function({address, 0, parameter_size, is_multiple, name}, symcache::kFunctionPublic);
  // Symbols at 0 are made up (ntdll.pdb has several); Breakpad accepts and ignores them.
  if (address != 0) publics_.push_back({address, function});
}

// Rows from the end of `before` (or from 0) up to `high`. A PUBLIC symbol counts from its address
// on, if no function begins between it and the address that is looked up.
void SymcacheWriter::write_publics(const Code* before,
                                   std::uint64_t high,
                                   std::size_t& next,
                                   RowWriter& out) {
  const std::uint64_t low = before == nullptr ? 0 : before->high + 1;
  while (next < publics_.size() && publics_[next].address <= low) ++next;
  Row row;
  row.address = low;
  row.is_gap = next == 0 || (before != nullptr && publics_[next - 1].address <= before->low);
  if (!row.is_gap) row.scope = current_.add_root_scope(publics_[next - 1].function);
  out.add(row);
  for (; next < publics_.size() && publics_[next].address <= high; ++next) {
    row.is_gap = false;
    row.address = publics_[next].address;
    row.scope = current_.add_root_scope(publics_[next].function);
    out.add(row);
  }
}

Status SymcacheWriter::write_rows(FileBuilder& file, RowWriter& rows) {
  std::ranges::sort(code_, {}, &Code::low);
  std::ranges::stable_sort(publics_, {}, &Public::address);
  const auto same = std::ranges::unique(publics_, {}, &Public::address);
  publics_.erase(same.begin(), same.end());
  std::size_t next_public = 0;
  const Code* before = nullptr;
  for (const Code& code : code_) {
    const bool adjoins = before == nullptr ? code.low == 0 : before->high + 1 == code.low;
    if (!adjoins) write_publics(before, code.low - 1, next_public, rows);
    unpack_rows(code, rows);
    before = &code;
  }
  if (before == nullptr || before->high != UINT64_MAX) {
    write_publics(before, UINT64_MAX, next_public, rows);
  }
  if (rows.bytes().size() > UINT32_MAX || current_.scopes().size() > UINT32_MAX ||
      strings_.overflowed()) {
    return make_error(ErrorCode::kLimitExceeded,
                      "symcache: more than 4 GiB of rows, scopes or strings");
  }
  file.add_addresses(Section::kBlockAddresses, rows.block_addresses());
  file.add_numbers(Section::kBlockOffsets, rows.block_offsets());
  file.add(Section::kRows, rows.bytes());
  file.add(Section::kScopes, current_.scopes());
  return {};
}

void SymcacheWriter::write_identity(FileBuilder& file) {
  symcache::RawIdentity raw{};
  raw.format = strings_.add(to_string(identity_.format));
  raw.kind = strings_.add(to_string(identity_.kind));
  raw.arch = strings_.add(to_string(identity_.arch));
  raw.name = strings_.add(identity_.name);
  raw.code_id = strings_.add(identity_.code_id.text());
  raw.debug_file_name = strings_.add(identity_.debug_file_name);
  raw.os = strings_.add(os_);
  raw.code_file_name = strings_.add(code_file_name_);
  if (identity_.debug_id.has_value()) {
    raw.guid = identity_.debug_id->guid;
    raw.age = identity_.debug_id->age;
    raw.features |= symcache::kHasDebugId;
  }
  if (identity_.has_symbols) raw.features |= symcache::kHasSymbols;
  if (identity_.has_debug_info) raw.features |= symcache::kHasDebugInfo;
  if (identity_.has_unwind_info) raw.features |= symcache::kHasUnwindInfo;
  if (identity_.has_sources) raw.features |= symcache::kHasSources;
  const Bytes bytes = bytes_of(raw);
  file.add(Section::kIdentity, Buffer(bytes.begin(), bytes.end()));
}

Status SymcacheWriter::finish(const std::function<Status(Bytes)>& sink) {
  end_function();
  for (std::uint32_t& origin : origins_.texts()) {
    if (origin == 0) origin = strings_.add("<name omitted>");  // as Breakpad shows them
  }
  FileBuilder file(extent_, has_columns_);
  RowWriter rows(has_columns_);
  SIGLA_TRY(write_rows(file, rows));
  packed_ = Buffer();
  file.add_addresses(Section::kFunctionAddresses, function_addresses_);
  file.add_sizes(Section::kFunctionSizes, function_sizes_);
  file.add(Section::kFunctions, functions_);
  unwind_.write(file, identity_.arch);
  file.add_numbers(Section::kFiles, files_.texts());
  file.add_numbers(Section::kOrigins, origins_.texts());
  write_identity(file);
  file.add(Section::kStrings, strings_.bytes());
  return file.finish(sink);
}

Result<Buffer> SymcacheWriter::finish_to_buffer() {
  Buffer out;
  SIGLA_TRY(finish([&](Bytes bytes) -> Status {
    out.insert(out.end(), bytes.begin(), bytes.end());
    return {};
  }));
  return out;
}

}  // namespace sigla
