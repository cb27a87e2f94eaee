// SPDX-License-Identifier: Apache-2.0
#include "codec/clr_metadata.h"

#include <algorithm>

namespace sigla {
namespace {

constexpr std::uint32_t kRowCountMax = 0x00ff'ffff;  // a token has 24 bits for the row
constexpr std::size_t kPdbIdSize = 20;

// Bits of the heap sizes (II.24.2.6); the last one is of CoreCLR.
constexpr std::uint8_t kWideStrings = 0x01;
constexpr std::uint8_t kWideGuids = 0x02;
constexpr std::uint8_t kWideBlobs = 0x04;
constexpr std::uint8_t kExtraData = 0x40;

Result<Bytes> sized_entry(Bytes heap, std::uint32_t index, std::string_view name) {
  if (index > heap.size()) return malformed("{}: index {} of {}", name, index, heap.size());
  ByteReader reader(heap.subspan(index));
  const std::uint32_t size = read_clr_compressed(reader);
  const Bytes content = reader.bytes(size);
  if (!reader.ok()) return malformed("{}: truncated at offset {}", name, index);
  return content;
}

}  // namespace

std::uint32_t read_clr_compressed(ByteReader& reader) {
  const std::uint32_t first = reader.u8();
  if ((first & 0x80U) == 0) return first;
  if ((first & 0xc0U) == 0x80U) return (first & 0x3fU) << 8U | reader.u8();
  if ((first & 0xe0U) != 0xc0U) {
    reader.fail();
    return 0;
  }
  const std::uint32_t second = reader.u8();
  const std::uint32_t third = reader.u8();
  return (first & 0x1fU) << 24U | second << 16U | third << 8U | reader.u8();
}

std::int32_t read_clr_compressed_signed(ByteReader& reader) {
  const std::size_t start = reader.position();
  const std::uint32_t raw = read_clr_compressed(reader);
  const std::size_t size = reader.position() - start;
  const auto magnitude = static_cast<std::int32_t>(raw >> 1U);
  if (!reader.ok() || (raw & 1U) == 0) return magnitude;
  return magnitude - (size == 1 ? 0x40 : size == 2 ? 0x2000 : 0x1000'0000);
}

ClrToken read_clr_type_token(ByteReader& reader) {
  return clr_decode(ClrCodedIndex::kTypeDefOrRef, read_clr_compressed(reader));
}

bool is_clr_metadata(Bytes content) { return starts_with(content, "BSJB"); }

Result<ClrMetadata> ClrMetadata::open(Bytes content, std::string_view what, const Limits& limits) {
  if (!is_clr_metadata(content)) return malformed("{}: no magic at offset 0", what);
  if (content.size() > limits.metadata_heap_size_max) {
    return make_error(ErrorCode::kLimitExceeded, "{}: {} bytes", what, content.size());
  }
  ClrMetadata metadata;
  SIGLA_TRY(metadata.read_root(content, what));
  if (!metadata.pdb_stream_.empty()) SIGLA_TRY(metadata.read_pdb_stream());
  SIGLA_TRY(metadata.read_table_stream());
  return metadata;
}

Status ClrMetadata::read_root(Bytes content, std::string_view what) {
  constexpr std::size_t kStreamNameSizeMax = 32;
  ByteReader reader(content);
  reader.skip(12);  // signature, version, reserved
  const std::uint32_t version_size = reader.u32();
  const std::string_view version = as_text(reader.bytes(version_size));
  version_ = version.substr(0, version.find('\0'));
  reader.skip(2);  // flags
  const std::uint16_t stream_count = reader.u16();
  SIGLA_TRY(reader.finish("metadata root"));
  for (std::uint16_t i = 0; i < stream_count; ++i) {
    const std::uint32_t offset = reader.u32();
    const std::uint32_t size = reader.u32();
    const std::string_view name = reader.cstring(kStreamNameSizeMax);
    SIGLA_TRY(reader.finish("metadata stream header"));
    reader.align(4);
    SIGLA_TRY_ASSIGN(const Bytes stream, slice(content, offset, size, "metadata stream"));
    if (name == "#Pdb") pdb_stream_ = stream;
    if (name == "#~" || name == "#-") table_stream_ = stream;
    if (name == "#Strings") strings_ = stream;
    if (name == "#US") user_strings_ = stream;
    if (name == "#Blob") blobs_ = stream;
    if (name == "#GUID") guids_ = stream;
    if (name == "#JTD") has_wide_indexes_ = true;
  }
  if (table_stream_.empty()) return malformed("{}: no stream of tables", what);
  return {};
}

Status ClrMetadata::read_pdb_stream() {
  ByteReader reader(pdb_stream_);
  reader.skip(kPdbIdSize + 4);  // id, entry point
  const std::uint64_t referenced = reader.u64();
  for (std::size_t table = 0; table < tables_.size(); ++table) {
    if ((referenced >> table & 1U) == 0) continue;
    tables_[table].rows_referenced = std::min(reader.u32(), kRowCountMax);
  }
  return reader.finish("#Pdb stream");
}

Status ClrMetadata::read_row_counts(ByteReader& reader, std::uint64_t present) {
  for (std::size_t number = 0; number < tables_.size(); ++number) {
    if ((present >> number & 1U) == 0) continue;
    TableData& table = tables_[number];
    const bool is_pdb_table = number >= static_cast<std::size_t>(ClrTable::kDocument);
    if (clr_columns(static_cast<ClrTable>(number)).empty() ||
        (!pdb_stream_.empty() && !is_pdb_table)) {
      return make_error(ErrorCode::kUnsupported,
                        "#~ stream: table 0x{:x}{}",
                        number,
                        pdb_stream_.empty() ? "" : " in a Portable PDB");
    }
    table.rows_here = reader.u32();
    if (table.rows_here > kRowCountMax) {
      return malformed("#~ stream: table 0x{:x} has {} rows", number, table.rows_here);
    }
    table.rows_referenced = table.rows_here;
  }
  return reader.finish("#~ stream");
}

Status ClrMetadata::read_table_stream() {
  ByteReader reader(table_stream_);
  reader.skip(6);  // reserved, version
  heap_sizes_ = reader.u8();
  reader.skip(1);
  const std::uint64_t present = reader.u64();
  reader.skip(8);  // which are sorted
  SIGLA_TRY(read_row_counts(reader, present));
  if ((heap_sizes_ & kExtraData) != 0) reader.skip(4);
  for (std::size_t number = 0; number < tables_.size(); ++number) {
    TableData& table = tables_[number];
    compute_layout(table, clr_columns(static_cast<ClrTable>(number)));
    table.rows = reader.bytes(std::uint64_t{table.rows_here} * table.row_size);
  }
  return reader.finish("#~ stream");
}

// An index is two bytes wide while every row it may name fits.
std::uint8_t ClrMetadata::width_of(const ClrColumn& column) const {
  using Kind = ClrColumn::Kind;
  const auto wide = [this](bool is_wide) -> std::uint8_t {
    return is_wide || has_wide_indexes_ ? 4 : 2;
  };
  switch (column.kind) {
    case Kind::kU16:
      return 2;
    case Kind::kU32:
      return 4;
    case Kind::kString:
      return wide((heap_sizes_ & kWideStrings) != 0);
    case Kind::kGuid:
      return wide((heap_sizes_ & kWideGuids) != 0);
    case Kind::kBlob:
      return wide((heap_sizes_ & kWideBlobs) != 0);
    case Kind::kRow:
      return wide(data(column.table).rows_referenced >= 0x1'0000);
    case Kind::kCoded: {
      std::uint32_t rows = 0;
      for (const ClrTable table : clr_coded_tables(column.coded)) {
        if (table != kClrNoTable) rows = std::max(rows, data(table).rows_referenced);
      }
      return wide(rows >= (0x1'0000U >> clr_tag_bits(column.coded)));
    }
  }
  return 2;
}

void ClrMetadata::compute_layout(TableData& table, std::span<const ClrColumn> columns) const {
  for (std::size_t i = 0; i < columns.size(); ++i) {
    table.offsets[i] = static_cast<std::uint8_t>(table.row_size);
    table.sizes[i] = width_of(columns[i]);
    table.row_size += table.sizes[i];
  }
}

std::uint32_t ClrMetadata::cell(ClrTable table, std::uint32_t row, std::size_t column) const {
  const TableData& from = data(table);
  SIGLA_CHECK(row >= 1 && row <= from.rows_here && column < clr_columns(table).size());
  const Bytes bytes =
      from.rows.subspan(std::size_t{row - 1} * from.row_size + from.offsets[column]);
  return from.sizes[column] == 2 ? load<std::uint16_t>(bytes) : load<std::uint32_t>(bytes);
}

ClrToken ClrMetadata::coded_cell(ClrTable table, std::uint32_t row, std::size_t column) const {
  return clr_decode(clr_columns(table)[column].coded, cell(table, row, column));
}

ClrMetadata::Rows ClrMetadata::list_rows(ClrTable table,
                                         std::uint32_t row,
                                         std::size_t column,
                                         ClrTable list) const {
  const std::uint32_t past_last = row_count(list) + 1;
  Rows rows;
  rows.first = std::clamp(cell(table, row, column), 1U, past_last);
  rows.end = row < row_count(table) ? std::min(cell(table, row + 1, column), past_last) : past_last;
  rows.end = std::max(rows.end, rows.first);
  return rows;
}

ClrMetadata::Rows ClrMetadata::equal_rows(ClrTable table,
                                          std::size_t column,
                                          std::uint32_t value) const {
  std::uint32_t low = 1;
  std::uint32_t high = row_count(table) + 1;
  while (low < high) {
    const std::uint32_t middle = low + (high - low) / 2;
    if (cell(table, middle, column) < value) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  // One by one, so that all values together cost no more than the rows there are.
  Rows rows = {low, low};
  while (rows.end <= row_count(table) && cell(table, rows.end, column) == value) ++rows.end;
  return rows;
}

Result<std::string_view> ClrMetadata::string(std::uint32_t index) const {
  if (index == 0) return std::string_view();
  if (index > strings_.size()) {
    return malformed("#Strings: index {} of {}", index, strings_.size());
  }
  const std::string_view rest = as_text(strings_.subspan(index));
  const std::size_t end = rest.find('\0');
  if (end == std::string_view::npos) return malformed("#Strings: truncated at offset {}", index);
  return rest.substr(0, end);
}

Result<Bytes> ClrMetadata::blob(std::uint32_t index) const {
  if (index == 0) return Bytes();
  return sized_entry(blobs_, index, "#Blob");
}

Result<Bytes> ClrMetadata::user_string(std::uint32_t index) const {
  return sized_entry(user_strings_, index, "#US");
}

Result<Bytes> ClrMetadata::guid(std::uint32_t index) const {
  constexpr std::uint64_t kGuidSize = 16;
  if (index == 0) return malformed("#GUID: index 0 is no GUID");
  return slice(guids_, (index - 1) * kGuidSize, kGuidSize, "#GUID");
}

}  // namespace sigla
