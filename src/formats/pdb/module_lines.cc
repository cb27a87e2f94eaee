// SPDX-License-Identifier: Apache-2.0
#include "formats/pdb/module_lines.h"

#include <algorithm>

#include "base/byte_reader.h"
#include "formats/pdb/module_stream.h"

namespace sigla::pdb {
namespace {

constexpr std::size_t kLineSize = 8;
constexpr std::size_t kColumnSize = 4;
constexpr std::uint32_t kLineMask = 0xff'ffff;

bool is_line(std::uint32_t line) {
  return line != kLineAlwaysStepInto && line != kLineNeverStepInto;
}

bool row_before(const LineRow& a, const LineRow& b) { return a.rva < b.rva; }

}  // namespace

ModuleLines::ModuleLines(Bytes c11, Bytes c13, const AddressMap& map) : c11_(c11) {
  if (!c13.empty()) {
    has_c13_ = true;
    read_c13(c13, map);
  } else if (!c11.empty()) {
    read_c11(map);
  }
  order_runs();
}

void ModuleLines::read_c13(Bytes c13, const AddressMap& map) {
  for_each_subsection(c13, [&](std::uint32_t kind, Bytes data) {
    switch (kind) {
      case DEBUG_S_LINES:
        return add_run(data, map);
      case DEBUG_S_FILECHKSMS:
        checksums_ = data;
        return;
      case DEBUG_S_INLINEELINES:
        return add_inlinees(data);
      case DEBUG_S_CROSSSCOPEIMPORTS:
        return imports_.add(data);
      default:
        return;
    }
  });
  std::stable_sort(
      inlinees_.begin(), inlinees_.end(), [](const InlineeLine& a, const InlineeLine& b) {
        return a.inlinee < b.inlinee;
      });
}

void ModuleLines::add_run(Bytes data, const AddressMap& map) {
  ByteReader reader(data);
  SectionOffset start;
  start.offset = reader.u32();
  start.section = reader.u16();
  const std::uint16_t flags = reader.u16();
  const std::uint32_t size = reader.u32();
  const auto range = map.range(start, size);
  if (!reader.ok() || !range || range->low == range->high) return;
  Run run;
  run.range = *range;
  run.start = range->low;
  run.has_columns = (flags & CV_LINES_HAVE_COLUMNS) != 0;
  run.blocks = reader.rest();
  runs_.push_back(run);
}

void ModuleLines::add_inlinees(Bytes data) {
  ByteReader reader(data);
  const std::uint32_t signature = reader.u32();
  while (!reader.at_end()) {
    InlineeLine line;
    line.inlinee = reader.u32();
    line.file = reader.u32();
    line.line = reader.u32();
    if (signature == CV_INLINEE_SOURCE_LINE_SIGNATURE_EX) {
      const std::uint32_t more_files = reader.u32();
      reader.skip(std::uint64_t{more_files} * 4);
    }
    if (!reader.ok()) return;
    inlinees_.push_back(line);
  }
}

void ModuleLines::read_c11(const AddressMap& map) {
  ByteReader reader(c11_);
  const std::uint16_t file_count = reader.u16();
  reader.skip(2);
  for (std::uint16_t i = 0; i < file_count && !reader.at_end(); ++i) {
    read_c11_file(reader.u32(), map);
  }
}

// u16 count of sections, u16 padding, u32 where each one's lines are, u32 first and last address of
// each, name. Lines: u16 section, u16 count, u32 offsets, u16 numbers.
void ModuleLines::read_c11_file(std::uint32_t offset, const AddressMap& map) {
  ByteReader reader(c11_);
  reader.seek(offset);
  const std::uint16_t count = reader.u16();
  reader.skip(2);
  ByteReader tables = reader.sub(std::uint64_t{count} * 4);
  ByteReader ends = reader.sub(std::uint64_t{count} * 8);
  while (!tables.at_end() && !ends.at_end()) {
    ByteReader table(c11_);
    table.seek(tables.u32());
    SectionOffset start;
    start.offset = ends.u32();
    const std::uint32_t last = ends.u32();
    start.section = table.u16();
    const std::uint16_t line_count = table.u16();
    ByteReader offsets = table.sub(std::uint64_t{line_count} * 4);
    ByteReader lines = table.sub(std::uint64_t{line_count} * 2);
    if (!table.ok() || last < start.offset) continue;
    const auto range = map.range(start, last - start.offset + 1);
    if (!range || range->low == range->high) continue;
    Run run;
    run.range = *range;
    run.start = range->low;
    run.first_row = c11_rows_.size();
    while (!offsets.at_end()) {
      const auto rva = map.rva({start.section, offsets.u32()});
      const std::uint16_t line = lines.u16();
      if (rva) c11_rows_.push_back({*rva, offset, line, 0});
    }
    run.row_count = c11_rows_.size() - run.first_row;
    runs_.push_back(run);
  }
}

// Of runs that overlap (functions that were folded into one) the first one stays.
void ModuleLines::order_runs() {
  const auto before = [](const Run& a, const Run& b) { return a.range.low < b.range.low; };
  if (!std::is_sorted(runs_.begin(), runs_.end(), before)) {
    std::stable_sort(runs_.begin(), runs_.end(), before);
  }
  std::uint32_t end = 0;
  std::erase_if(runs_, [&](Run& run) {
    run.range.low = std::max(run.range.low, end);
    if (run.range.low >= run.range.high) return true;
    end = run.range.high;
    return false;
  });
}

void ModuleLines::append_c13(const Run& run, std::vector<LineRow>& rows) {
  ByteReader reader(run.blocks);
  while (!reader.at_end()) {
    LineRow row;
    row.file = reader.u32();
    const std::uint32_t count = reader.u32();
    reader.skip(4);  // size of the block, which the count says as well
    ByteReader lines = reader.sub(std::uint64_t{count} * kLineSize);
    ByteReader columns = reader.sub(run.has_columns ? std::uint64_t{count} * kColumnSize : 0);
    if (!reader.ok()) return;
    while (!lines.at_end()) {
      const std::uint32_t offset = lines.u32();
      row.line = lines.u32() & kLineMask;
      if (run.has_columns) {
        row.column = columns.u16();
        columns.skip(2);
      }
      if (offset > UINT32_MAX - run.start || !is_line(row.line)) continue;
      row.rva = run.start + offset;
      rows.push_back(row);
    }
  }
}

// The rows of a run inside it, ascending.
void ModuleLines::decode(const Run& run) {
  if (decoded_ == &run) return;
  decoded_ = &run;
  decoded_rows_.clear();
  if (run.row_count > 0) {
    const auto first = c11_rows_.begin() + static_cast<std::ptrdiff_t>(run.first_row);
    decoded_rows_.assign(first, first + static_cast<std::ptrdiff_t>(run.row_count));
  } else {
    append_c13(run, decoded_rows_);
  }
  if (!std::is_sorted(decoded_rows_.begin(), decoded_rows_.end(), row_before)) {
    std::stable_sort(decoded_rows_.begin(), decoded_rows_.end(), row_before);
  }
  // Rows may run over the run's end, or, where it was cut, begin before it.
  while (!decoded_rows_.empty() && decoded_rows_.back().rva >= run.range.high) {
    decoded_rows_.pop_back();
  }
  for (LineRow& row : decoded_rows_) {
    if (row.rva >= run.range.low) break;
    row.rva = run.range.low;
  }
}

void ModuleLines::append_rows(RvaRange range, std::vector<LineRow>& rows) {
  const auto first = std::upper_bound(
      runs_.begin(), runs_.end(), range.low, [](std::uint32_t low, const Run& run) {
        return low < run.range.high;
      });
  for (auto run = first; run != runs_.end() && run->range.low < range.high; ++run) {
    decode(*run);
    auto row = std::upper_bound(
        decoded_rows_.begin(),
        decoded_rows_.end(),
        range.low,
        [](std::uint32_t low, const LineRow& candidate) { return low < candidate.rva; });
    // Those at the very address, and the one that reaches up to it.
    if (row != decoded_rows_.begin()) --row;
    while (row != decoded_rows_.begin() && (row - 1)->rva >= range.low) --row;
    const std::size_t begin = rows.size();
    for (; row != decoded_rows_.end() && row->rva < range.high; ++row) rows.push_back(*row);
    if (rows.size() > begin && run->range.high < range.high) {
      rows.push_back({run->range.high, LineRow::kNoFile, 0, 0});
    }
  }
}

const InlineeLine* ModuleLines::find_inlinee(std::uint32_t id) const {
  const auto found = std::lower_bound(
      inlinees_.begin(), inlinees_.end(), id, [](const InlineeLine& line, std::uint32_t key) {
        return line.inlinee < key;
      });
  return found != inlinees_.end() && found->inlinee == id ? &*found : nullptr;
}

std::string_view ModuleLines::file_name(std::uint32_t file, const NameTable& names) const {
  if (has_c13_) {
    if (file >= checksums_.size()) return {};
    ByteReader reader(checksums_.subspan(file));
    const std::uint32_t name = reader.u32();
    return reader.ok() ? names.find(name) : std::string_view();
  }
  ByteReader reader(c11_);
  reader.seek(file);
  const std::uint16_t count = reader.u16();
  reader.skip(2 + std::uint64_t{count} * 12);
  const std::string_view rest = as_text(reader.rest());
  return rest.substr(0, rest.find('\0'));
}

}  // namespace sigla::pdb
