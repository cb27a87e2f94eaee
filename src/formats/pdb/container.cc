// SPDX-License-Identifier: Apache-2.0
#include "formats/pdb/container.h"

#include <algorithm>

#include "codec/decoder.h"

namespace sigla::pdb {

bool is_pdb(Bytes file) {
  return starts_with(file, kMsfMagic) || starts_with(file, kMsfzMagic) ||
         starts_with(file, kOldMagic);
}

Result<Container> Container::open(Bytes file, const Limits& limits) {
  Container container(file, limits);
  if (starts_with(file, kMsfMagic)) {
    SIGLA_TRY(container.open_msf());
    return container;
  }
  if (starts_with(file, kMsfzMagic)) {
    SIGLA_TRY(container.open_msfz());
    return container;
  }
  if (starts_with(file, kOldMagic)) {
    return make_error(ErrorCode::kUnsupported,
                      "PDB: version 2.00, written before Visual Studio .NET, is not read");
  }
  return malformed("PDB: no magic at offset 0");
}

std::uint64_t Container::stream_size(std::uint32_t stream) const {
  return stream < streams_.size() ? streams_[stream].size : 0;
}

Result<StreamBytes> Container::read(std::uint32_t stream, std::uint64_t size_max) const {
  if (stream_size(stream) > size_max) {
    return make_error(ErrorCode::kLimitExceeded,
                      "PDB stream {}: {} bytes, at most {} are read",
                      stream,
                      stream_size(stream),
                      size_max);
  }
  if (!is_msfz_ && stream_size(stream) > file_.size()) {
    return malformed(
        "PDB stream {}: {} bytes in a file of {}", stream, stream_size(stream), file_.size());
  }
  if (stream < streams_.size() && streams_[stream].fragment_count == 1) {
    const Fragment& fragment = fragments_[streams_[stream].first_fragment];
    if (!fragment.chunk) {
      SIGLA_TRY_ASSIGN(const Bytes bytes,
                       slice(file_, fragment.offset, fragment.size, "PDB stream"));
      return StreamBytes(bytes);
    }
  }
  SIGLA_TRY_ASSIGN(Buffer copy, read_start(stream, stream_size(stream)));
  return StreamBytes(std::move(copy));
}

Result<Buffer> Container::read_start(std::uint32_t stream, std::uint64_t size) const {
  if (stream >= streams_.size()) {
    return make_error(ErrorCode::kNotFound, "PDB: no stream {}", stream);
  }
  const Stream& entry = streams_[stream];
  std::uint64_t left = std::min(size, entry.size);
  Buffer content;
  Buffer unpacked;  // the chunk `unpacked_chunk`, which the next fragment often shares
  std::optional<std::uint32_t> unpacked_chunk;
  for (std::size_t i = 0; i < entry.fragment_count && left > 0; ++i) {
    const Fragment& fragment = fragments_[entry.first_fragment + i];
    const std::uint64_t wanted = std::min(left, fragment.size);
    if (fragment.chunk && unpacked_chunk != fragment.chunk) {
      SIGLA_TRY_ASSIGN(unpacked, unpack(chunks_[*fragment.chunk]));
      unpacked_chunk = fragment.chunk;
    }
    const Bytes source = fragment.chunk ? Bytes(unpacked) : file_;
    SIGLA_TRY_ASSIGN(const Bytes bytes, slice(source, fragment.offset, wanted, "PDB stream"));
    content.insert(content.end(), bytes.begin(), bytes.end());
    left -= wanted;
  }
  return content;
}

Result<Buffer> Container::unpack(const Chunk& chunk) const {
  constexpr std::uint32_t kChunkSizeMax = 256U << 20;  // Microsoft's own have at most a few MiB
  if (chunk.size > kChunkSizeMax) {
    return make_error(ErrorCode::kLimitExceeded, "MSFZ chunk: {} bytes", chunk.size);
  }
  SIGLA_TRY_ASSIGN(const Bytes packed, slice(file_, chunk.offset, chunk.packed_size, "MSFZ chunk"));
  if (!chunk.is_packed) return Buffer(packed.begin(), packed.end());
  auto unpacked = decode(Codec::kZstd, packed, chunk.size, limits_);
  if (!unpacked.has_value()) return std::move(unpacked).error().in("MSFZ chunk");
  return unpacked;
}

}  // namespace sigla::pdb
