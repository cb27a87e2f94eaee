// SPDX-License-Identifier: Apache-2.0
// The MSFZ half of Container.
#include <algorithm>

#include "base/byte_reader.h"
#include "codec/decoder.h"
#include "formats/pdb/container.h"

namespace sigla::pdb {
namespace {

constexpr std::uint32_t kChunkEntrySize = 20;
constexpr std::uint32_t kNilStream = UINT32_MAX;
constexpr std::uint32_t kInChunk = 0x8000'0000;  // of a fragment's upper half
constexpr std::uint32_t kCompressionNone = 0;
constexpr std::uint32_t kCompressionZstd = 1;

Status check_compression(std::uint32_t method) {
  if (method == kCompressionNone || method == kCompressionZstd) return {};
  return make_error(ErrorCode::kUnsupported, "MSFZ: compression method {} is not read", method);
}

}  // namespace

Status Container::open_msfz() {
  is_msfz_ = true;
  ByteReader reader(file_);
  reader.skip(kMsfzMagic.size());
  const std::uint64_t version = reader.u64();
  const std::uint64_t directory_offset = reader.u64();
  const std::uint64_t chunks_offset = reader.u64();
  const std::uint32_t stream_count = reader.u32();
  const std::uint32_t compression = reader.u32();
  const std::uint32_t packed_size = reader.u32();
  const std::uint32_t size = reader.u32();
  const std::uint32_t chunk_count = reader.u32();
  const std::uint32_t chunks_size = reader.u32();
  SIGLA_TRY(reader.finish("MSFZ header"));
  if (version != 0) {
    return make_error(ErrorCode::kUnsupported, "MSFZ: version {} is not read", version);
  }
  if (stream_count > limits_.stream_count_max) {
    return make_error(ErrorCode::kLimitExceeded, "MSFZ: {} streams", stream_count);
  }
  SIGLA_TRY(check_compression(compression));
  SIGLA_TRY(read_msfz_chunks(chunks_offset, chunk_count, chunks_size));
  const Chunk directory{directory_offset, packed_size, size, compression == kCompressionZstd};
  if (!directory.is_packed && packed_size != size) {
    return malformed(
        "MSFZ header: a plain stream directory of two sizes, {} and {}", packed_size, size);
  }
  SIGLA_TRY_ASSIGN(const Buffer entries, unpack(directory));
  return read_msfz_directory(entries, stream_count);
}

Status Container::read_msfz_chunks(std::uint64_t offset, std::uint32_t count, std::uint32_t size) {
  if (std::uint64_t{count} * kChunkEntrySize > size) {
    return malformed("MSFZ header: {} chunks in a table of {} bytes", count, size);
  }
  SIGLA_TRY_ASSIGN(
      const Bytes table,
      slice(file_, offset, std::uint64_t{count} * kChunkEntrySize, "MSFZ chunk table"));
  ByteReader reader(table);
  chunks_.reserve(count);
  while (!reader.at_end()) {
    Chunk chunk;
    chunk.offset = reader.u64();
    const std::uint32_t compression = reader.u32();
    chunk.packed_size = reader.u32();
    chunk.size = reader.u32();
    SIGLA_TRY(check_compression(compression));
    chunk.is_packed = compression == kCompressionZstd;
    chunks_.push_back(chunk);
  }
  return {};
}

// Each stream is a list of fragments (size, and where it is) that ends with a size of 0, or one
// 0xffffffff for a stream that does not exist.
Status Container::read_msfz_directory(Bytes directory, std::uint32_t stream_count) {
  ByteReader reader(directory);
  for (std::uint32_t i = 0; i < stream_count; ++i) {
    Stream stream{0, fragments_.size(), 0};
    for (std::uint32_t size = reader.u32(); size != 0; size = reader.u32()) {
      if (size == kNilStream) break;
      const std::uint32_t low = reader.u32();
      const std::uint32_t high = reader.u32();
      SIGLA_TRY(reader.finish("MSFZ stream directory"));
      Fragment fragment{(std::uint64_t{high} << 32U) | low, size, std::nullopt};
      if ((high & kInChunk) != 0) {
        fragment = {low, size, high & ~kInChunk};
        if (*fragment.chunk >= chunks_.size()) {
          return malformed("MSFZ stream {}: in chunk {} of {}", i, *fragment.chunk, chunks_.size());
        }
      }
      fragments_.push_back(fragment);
      ++stream.fragment_count;
      stream.size += size;
    }
    SIGLA_TRY(reader.finish("MSFZ stream directory"));
    streams_.push_back(stream);
  }
  return {};
}

}  // namespace sigla::pdb
