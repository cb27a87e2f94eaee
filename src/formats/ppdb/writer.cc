// SPDX-License-Identifier: Apache-2.0
#include "formats/ppdb/writer.h"

#include <algorithm>
#include <span>
#include <utility>

#include "formats/ppdb/blob_writer.h"

namespace sigla::ppdb {
namespace {

constexpr std::uint8_t kFirstPdbTable = 0x30;
constexpr std::string_view kVersion("PDB v1.0\0\0\0\0", 12);

std::string key_of(Bytes bytes) { return std::string(as_text(bytes)); }

}  // namespace

Writer::Writer(std::uint32_t method_count, const ProgramRows& program_rows)
    : program_rows_(program_rows) {
  strings_.u8(0);
  blobs_.u8(0);
  rows(ClrTable::kMethodDebugInformation).assign(method_count, {0, 0});
  for (std::size_t i = kFirstPdbTable; i < program_rows_.size(); ++i) program_rows_[i] = 0;
}

bool Writer::has_room(const ByteWriter& heap, std::size_t size) {
  constexpr std::size_t kHeapSizeMax = 1U << 28;  // a compressed index says twice as much
  if (heap.size() <= kHeapSizeMax && size <= kHeapSizeMax) return true;
  is_full_ = true;
  return false;
}

std::uint32_t Writer::add_string(std::string_view text) {
  text = text.substr(0, text.find('\0'));
  if (text.empty() || !has_room(strings_, text.size())) return 0;
  const auto [known, is_new] =
      string_index_.emplace(std::string(text), static_cast<std::uint32_t>(strings_.size()));
  if (is_new) strings_.cstring(text);
  return known->second;
}

std::uint32_t Writer::add_blob(Bytes blob) {
  if (blob.empty() || !has_room(blobs_, blob.size())) return 0;
  const auto [known, is_new] =
      blob_index_.emplace(key_of(blob), static_cast<std::uint32_t>(blobs_.size()));
  if (is_new) {
    write_compressed(static_cast<std::uint32_t>(blob.size()), blobs_);
    blobs_.bytes(blob);
  }
  return known->second;
}

std::uint32_t Writer::add_guid(Bytes guid) {
  if (std::all_of(guid.begin(), guid.end(), [](std::uint8_t byte) { return byte == 0; })) return 0;
  const auto [known, is_new] =
      guid_index_.emplace(key_of(guid), static_cast<std::uint32_t>(guids_.size() / 16 + 1));
  if (is_new) guids_.bytes(guid);
  return known->second;
}

std::uint32_t Writer::add_row(ClrTable table, Row row) {
  rows(table).push_back(std::move(row));
  return static_cast<std::uint32_t>(rows(table).size());
}

void Writer::set_method(std::uint32_t row, const MethodDebugInformation& method) {
  std::vector<Row>& methods = rows(ClrTable::kMethodDebugInformation);
  SIGLA_CHECK(row >= 1 && row <= methods.size());
  methods[row - 1] = {method.document, method.sequence_points};
}

std::uint32_t Writer::add_local_scope(std::uint32_t method,
                                      std::uint32_t import_scope,
                                      std::uint32_t start_offset,
                                      std::uint32_t length) {
  const auto next = [&](ClrTable table) {
    return static_cast<std::uint32_t>(rows(table).size() + 1);
  };
  return add_row(ClrTable::kLocalScope,
                 {method,
                  import_scope,
                  next(ClrTable::kLocalVariable),
                  next(ClrTable::kLocalConstant),
                  start_offset,
                  length});
}

void Writer::add_custom_debug_information(const CustomDebugInformation& info) {
  constexpr auto kIndex = ClrCodedIndex::kHasCustomDebugInformation;
  const std::span<const ClrTable> tables = clr_coded_tables(kIndex);
  const auto tag = std::find(tables.begin(), tables.end(), info.parent.table);
  SIGLA_CHECK(tag != tables.end());
  const auto number = static_cast<std::uint32_t>(std::distance(tables.begin(), tag));
  add_row(ClrTable::kCustomDebugInformation,
          {info.parent.row << clr_tag_bits(kIndex) | number, info.kind, info.value});
}

std::uint64_t Writer::row_count(ClrTable table) const {
  const std::size_t index = static_cast<std::size_t>(table);
  return index < kFirstPdbTable ? program_rows_[index] : rows_[index].size();
}

// II.24.2.6: four bytes for what two cannot say.
bool Writer::is_wide(const ClrColumn& column) const {
  switch (column.kind) {
    case ClrColumn::Kind::kU16:
      return false;
    case ClrColumn::Kind::kU32:
      return true;
    case ClrColumn::Kind::kString:
      return strings_.size() > UINT16_MAX;
    case ClrColumn::Kind::kGuid:
      return guids_.size() / 16 > UINT16_MAX;
    case ClrColumn::Kind::kBlob:
      return blobs_.size() > UINT16_MAX;
    case ClrColumn::Kind::kRow:
      return row_count(column.table) > UINT16_MAX;
    case ClrColumn::Kind::kCoded:
      break;
  }
  std::uint64_t count_max = 0;
  for (const ClrTable table : clr_coded_tables(column.coded)) {
    if (table != kClrNoTable) count_max = std::max(count_max, row_count(table));
  }
  return count_max >= 1ULL << (16 - clr_tag_bits(column.coded));
}

ByteWriter Writer::table_stream() const {
  constexpr std::uint64_t kSorted = 1ULL << 0x32U | 1ULL << 0x36U | 1ULL << 0x37U;
  std::uint64_t present = 0;
  for (std::size_t i = 0; i < rows_.size(); ++i) {
    if (!rows_[i].empty()) present |= 1ULL << i;
  }
  const auto heap_sizes = static_cast<std::uint8_t>((is_wide({ClrColumn::Kind::kString}) ? 1 : 0) |
                                                    (is_wide({ClrColumn::Kind::kGuid}) ? 2 : 0) |
                                                    (is_wide({ClrColumn::Kind::kBlob}) ? 4 : 0));
  ByteWriter out;
  out.u32(0).u8(2).u8(0).u8(heap_sizes).u8(1).u64(present).u64(present & kSorted);
  for (const std::vector<Row>& table : rows_) {
    if (!table.empty()) out.u32(static_cast<std::uint32_t>(table.size()));
  }
  for (std::size_t i = 0; i < rows_.size(); ++i) {
    if (rows_[i].empty()) continue;
    const std::span<const ClrColumn> columns = clr_columns(static_cast<ClrTable>(i));
    std::vector<bool> wide;
    for (const ClrColumn& column : columns) wide.push_back(is_wide(column));
    for (const Row& row : rows_[i]) {
      for (std::size_t column = 0; column < columns.size(); ++column) {
        if (wide[column]) {
          out.u32(row[column]);
        } else {
          out.u16(static_cast<std::uint16_t>(row[column]));
        }
      }
    }
  }
  return out;
}

ByteWriter Writer::pdb_stream(Bytes id, ClrToken entry_point) const {
  std::uint64_t referenced = 0;
  for (std::size_t i = 0; i < kFirstPdbTable; ++i) {
    if (program_rows_[i] != 0) referenced |= 1ULL << i;
  }
  ByteWriter out;
  out.bytes(id).u32(entry_point.is_nil() ? 0 : entry_point.value()).u64(referenced);
  for (std::size_t i = 0; i < kFirstPdbTable; ++i) {
    if (program_rows_[i] != 0) out.u32(program_rows_[i]);
  }
  return out;
}

Result<Buffer> Writer::write(Bytes id, ClrToken entry_point) {
  SIGLA_CHECK(id.size() == kIdSize);
  const auto by_first = [](const Row& a, const Row& b) { return a[0] < b[0]; };
  for (const ClrTable table : {ClrTable::kStateMachineMethod, ClrTable::kCustomDebugInformation}) {
    std::stable_sort(rows(table).begin(), rows(table).end(), by_first);
  }
  if (is_full_) {
    return make_error(ErrorCode::kLimitExceeded, "Portable PDB: a heap larger than 256 MiB");
  }
  for (ByteWriter* const heap : {&strings_, &blobs_}) heap->align(4);
  ByteWriter user_strings;
  user_strings.zeros(4);
  const ByteWriter pdb = pdb_stream(id, entry_point);
  ByteWriter tables = table_stream();
  tables.align(4);
  const std::array<std::pair<std::string_view, const ByteWriter*>, 6> streams = {
      {{"#Pdb", &pdb},
       {"#~", &tables},
       {"#Strings", &strings_},
       {"#US", &user_strings},
       {"#GUID", &guids_},
       {"#Blob", &blobs_}}};

  ByteWriter out;
  out.text("BSJB").u16(1).u16(1).u32(0);
  out.u32(static_cast<std::uint32_t>(kVersion.size())).text(kVersion).u16(0);
  out.u16(static_cast<std::uint16_t>(streams.size()));
  std::array<std::size_t, 6> offset_fields{};
  for (std::size_t i = 0; i < streams.size(); ++i) {
    offset_fields[i] = out.size();
    out.u32(0).u32(static_cast<std::uint32_t>(streams[i].second->size()));
    out.cstring(streams[i].first).align(4);
  }
  for (std::size_t i = 0; i < streams.size(); ++i) {
    out.set_u32(offset_fields[i], static_cast<std::uint32_t>(out.size()));
    out.bytes(streams[i].second->data());
  }
  return std::move(out).take();
}

}  // namespace sigla::ppdb
