// SPDX-License-Identifier: Apache-2.0
#include "formats/ppdb/metadata.h"

#include <algorithm>
#include <span>

namespace sigla::ppdb {
namespace {

constexpr std::uint32_t kFirstPdbTable = kDocument;
constexpr std::uint32_t kLastPdbTable = kCustomDebugInformation;
constexpr std::uint32_t kRowCountMax = 0x00ff'ffff;  // a token has 24 bits for the row
constexpr std::uint32_t kParentTagBits = 5;

// What a HasCustomDebugInformation index may point to, in the order of its tags.
constexpr std::uint32_t kParentTables[] = {0x06, 0x04, 0x01, 0x02, 0x08, 0x09, 0x0a, 0x00, 0x0e,
                                           0x17, 0x14, 0x11, 0x1a, 0x1b, 0x20, 0x23, 0x26, 0x27,
                                           0x28, 0x2a, 0x2c, 0x2b, 0x30, 0x32, 0x33, 0x34, 0x35};

}  // namespace

std::uint32_t read_compressed(ByteReader& reader) {
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

bool is_metadata(Bytes file) { return starts_with(file, "BSJB"); }

Result<Metadata> Metadata::open(Bytes file, const Limits& limits) {
  if (!is_metadata(file)) return malformed("Portable PDB: no magic at offset 0");
  if (file.size() > limits.metadata_heap_size_max) {
    return make_error(ErrorCode::kLimitExceeded, "Portable PDB: {} bytes", file.size());
  }
  Metadata metadata;
  SIGLA_TRY(metadata.read_root(file));
  SIGLA_TRY(metadata.read_pdb_stream());
  SIGLA_TRY(metadata.read_table_stream());
  return metadata;
}

Status Metadata::read_root(Bytes file) {
  constexpr std::size_t kStreamNameSizeMax = 32;
  ByteReader reader(file);
  reader.skip(12);  // signature, version, reserved
  const std::uint32_t version_size = reader.u32();
  reader.skip(version_size);
  reader.skip(2);  // flags
  const std::uint16_t stream_count = reader.u16();
  SIGLA_TRY(reader.finish("metadata root"));
  for (std::uint16_t i = 0; i < stream_count; ++i) {
    const std::uint32_t offset = reader.u32();
    const std::uint32_t size = reader.u32();
    const std::string_view name = reader.cstring(kStreamNameSizeMax);
    SIGLA_TRY(reader.finish("metadata stream header"));
    reader.align(4);
    SIGLA_TRY_ASSIGN(const Bytes content, slice(file, offset, size, "metadata stream"));
    if (name == "#Pdb") pdb_stream_ = content;
    if (name == "#~") table_stream_ = content;
    if (name == "#Blob") blobs_ = content;
    if (name == "#GUID") guids_ = content;
  }
  if (pdb_stream_.empty()) {
    return make_error(ErrorCode::kUnsupported, "metadata without a #Pdb stream is no Portable PDB");
  }
  return {};
}

Status Metadata::read_pdb_stream() {
  ByteReader reader(pdb_stream_);
  id_ = reader.bytes(kIdSize);
  reader.skip(4);  // entry point
  const std::uint64_t referenced = reader.u64();
  for (std::uint32_t table = 0; table < tables_.size(); ++table) {
    if ((referenced >> table & 1U) == 0) continue;
    tables_[table].row_count = std::min(reader.u32(), kRowCountMax);
  }
  return reader.finish("#Pdb stream");
}

Status Metadata::read_table_stream() {
  ByteReader reader(table_stream_);
  reader.skip(6);  // reserved, version
  const std::uint8_t heap_sizes = reader.u8();
  reader.skip(1);
  const std::uint64_t present = reader.u64();
  reader.skip(8);  // which are sorted
  string_index_size_ = (heap_sizes & 1U) != 0 ? 4 : 2;
  guid_index_size_ = (heap_sizes & 2U) != 0 ? 4 : 2;
  blob_index_size_ = (heap_sizes & 4U) != 0 ? 4 : 2;
  for (std::uint32_t table = 0; table < tables_.size(); ++table) {
    if ((present >> table & 1U) == 0) continue;
    if (table < kFirstPdbTable || table > kLastPdbTable) {
      return make_error(
          ErrorCode::kUnsupported, "#~ stream: table 0x{:x} in a Portable PDB", table);
    }
    tables_[table].row_count = reader.u32();
    if (tables_[table].row_count > kRowCountMax) {
      return malformed("#~ stream: table 0x{:x} has {} rows", table, tables_[table].row_count);
    }
  }
  SIGLA_TRY(reader.finish("#~ stream"));
  compute_row_sizes();
  for (std::uint32_t table = kFirstPdbTable; table <= kLastPdbTable; ++table) {
    TableData& data = tables_[table];
    data.rows = reader.bytes(std::uint64_t{data.row_count} * data.row_size);
    SIGLA_TRY(reader.finish("#~ stream"));
  }
  return {};
}

// An index is two bytes wide while every row it may name fits.
std::size_t Metadata::index_size(std::uint32_t table) const {
  return tables_[table].row_count < 0x1'0000 ? 2 : 4;
}

void Metadata::compute_row_sizes() {
  const std::size_t method = index_size(0x06);
  std::uint32_t parent_rows = 0;
  for (const std::uint32_t table : kParentTables) {
    parent_rows = std::max(parent_rows, tables_[table].row_count);
  }
  const std::size_t parent = parent_rows < (0x1'0000U >> kParentTagBits) ? 2 : 4;
  tables_[kDocument].row_size = 2 * blob_index_size_ + 2 * guid_index_size_;
  tables_[kMethodDebugInformation].row_size = index_size(kDocument) + blob_index_size_;
  tables_[kLocalScope].row_size = method + index_size(kImportScope) + index_size(kLocalVariable) +
                                  index_size(kLocalConstant) + 8;
  tables_[kLocalVariable].row_size = 4 + string_index_size_;
  tables_[kLocalConstant].row_size = string_index_size_ + blob_index_size_;
  tables_[kImportScope].row_size = index_size(kImportScope) + blob_index_size_;
  tables_[kStateMachineMethod].row_size = 2 * method;
  tables_[kCustomDebugInformation].row_size = parent + guid_index_size_ + blob_index_size_;
}

std::uint32_t Metadata::read_index(ByteReader& reader, std::size_t size) {
  return size == 2 ? reader.u16() : reader.u32();
}

ByteReader Metadata::row_reader(Table table, std::uint32_t row) const {
  const TableData& data = tables_[table];
  SIGLA_CHECK(row >= 1 && row <= data.row_count);
  return ByteReader(data.rows.subspan((row - 1) * data.row_size, data.row_size));
}

Document Metadata::document(std::uint32_t row) const {
  ByteReader reader = row_reader(kDocument, row);
  Document document;
  document.name = read_index(reader, blob_index_size_);
  document.hash_algorithm = read_index(reader, guid_index_size_);
  document.hash = read_index(reader, blob_index_size_);
  document.language = read_index(reader, guid_index_size_);
  return document;
}

CustomDebugInformation Metadata::custom_debug_information(std::uint32_t row) const {
  ByteReader reader = row_reader(kCustomDebugInformation, row);
  const std::size_t parent_size =
      tables_[kCustomDebugInformation].row_size - guid_index_size_ - blob_index_size_;
  const std::uint32_t parent = read_index(reader, parent_size);
  CustomDebugInformation info;
  info.parent_tag = parent & ((1U << kParentTagBits) - 1);
  info.parent_row = parent >> kParentTagBits;
  info.kind = read_index(reader, guid_index_size_);
  info.value = read_index(reader, blob_index_size_);
  return info;
}

Result<Bytes> Metadata::blob(std::uint32_t index) const {
  if (index > blobs_.size()) return malformed("#Blob: index {} of {}", index, blobs_.size());
  ByteReader reader(blobs_.subspan(index));
  const std::uint32_t size = read_compressed(reader);
  const Bytes content = reader.bytes(size);
  if (!reader.ok()) return malformed("#Blob: truncated at offset {}", index);
  return content;
}

Result<Bytes> Metadata::guid(std::uint32_t index) const {
  constexpr std::uint64_t kGuidSize = 16;
  if (index == 0) return malformed("#GUID: index 0 is no GUID");
  return slice(guids_, (index - 1) * kGuidSize, kGuidSize, "#GUID");
}

}  // namespace sigla::ppdb
