// SPDX-License-Identifier: Apache-2.0
#include "formats/pdb/type_stream.h"

#include <algorithm>

#include "base/byte_reader.h"

namespace sigla::pdb {
namespace {

constexpr std::uint32_t kVersion70 = 19'990'903;
constexpr std::uint32_t kVersion80 = 20'040'203;
constexpr std::uint64_t kHeaderSize = 56;
constexpr std::size_t kRecordHeaderSize = 4;

std::uint16_t load_u16(Bytes bytes, std::size_t offset) {
  return static_cast<std::uint16_t>(bytes[offset] | (unsigned{bytes[offset + 1]} << 8U));
}

}  // namespace

Result<TypeStream> TypeStream::open(const Container& container, std::uint32_t stream) {
  if (container.stream_size(stream) < kHeaderSize) return TypeStream();
  SIGLA_TRY_ASSIGN(StreamBytes content, container.read(stream, UINT32_MAX));
  return open(std::move(content));
}

Result<TypeStream> TypeStream::open(StreamBytes content) {
  TypeStream types;
  types.content_ = std::move(content);
  ByteReader reader(types.content_.bytes());
  const std::uint32_t version = reader.u32();
  const std::uint32_t header_size = reader.u32();
  const std::uint32_t first = reader.u32();
  const std::uint32_t end = reader.u32();
  const std::uint32_t records_size = reader.u32();
  if (version != kVersion70 && version != kVersion80) {
    return make_error(ErrorCode::kUnsupported, "PDB type stream: version {} is not read", version);
  }
  reader.seek(header_size);
  types.records_ = reader.bytes(records_size);
  SIGLA_TRY(reader.finish("PDB type stream"));
  if (first < kFirstTypeIndex || end < first) {
    return malformed("PDB type stream: indexes from {} up to {}", first, end);
  }
  types.first_index_ = first;
  const std::size_t count = end - first;
  types.offsets_.reserve(std::min(count, types.records_.size() / kRecordHeaderSize));
  std::size_t offset = 0;
  while (types.offsets_.size() < count && types.records_.size() - offset >= kRecordHeaderSize) {
    const std::size_t size = load_u16(types.records_, offset);
    if (size < 2 || size > types.records_.size() - offset - 2) break;
    types.offsets_.push_back(static_cast<std::uint32_t>(offset));
    offset += 2 + size;
  }
  return types;
}

std::optional<TypeRecord> TypeStream::find(std::uint32_t index) const {
  if (index < first_index_ || index - first_index_ >= offsets_.size()) return std::nullopt;
  const std::size_t offset = offsets_[index - first_index_];
  const std::size_t size = load_u16(records_, offset);
  TypeRecord record;
  record.kind = load_u16(records_, offset + 2);
  record.data = records_.subspan(offset + kRecordHeaderSize, size - 2);
  return record;
}

}  // namespace sigla::pdb
