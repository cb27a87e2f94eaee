// SPDX-License-Identifier: Apache-2.0
// Decompression of one stream, bounded: output size and compression ratio stop at Limits.
//
//   FileSource packed(file);
//   const auto source = make_decoder(Codec::kGzip, packed, limits);
//   SIGLA_TRY_ASSIGN(const std::uint64_t size, copy(*source, sink));
//
// A stream that ends early, or whose checksum is wrong, is kMalformed with the packed offset.
#pragma once

#include <memory>
#include <optional>
#include <string_view>

#include "base/limits.h"
#include "codec/stream.h"

namespace sigla {

enum class Codec {
  kGzip,     // RFC 1952, any number of members
  kZlib,     // RFC 1950; bytes after the stream are not looked at
  kDeflate,  // RFC 1951, bare; bytes after the stream are not looked at
  kZstd,     // RFC 8878, any number of frames, skippable ones included
  kXz,       // .xz, any number of streams, and .lzma
  kBzip2,    // any number of streams
  kLz4,      // any number of frames
};

std::string_view to_string(Codec codec);

// The codec of a file that starts so; nothing for kZlib and kDeflate, which have no magic number.
std::optional<Codec> sniff_codec(Bytes start);

// A source of the unpacked bytes. `packed` must outlive it. kLimitExceeded past size_max; without
// one the ceiling is limits.entry_size_max.
std::unique_ptr<ByteSource> make_decoder(Codec codec,
                                         ByteSource& packed,
                                         std::uint64_t size_max,
                                         const Limits& limits);
std::unique_ptr<ByteSource> make_decoder(Codec codec, ByteSource& packed, const Limits& limits);

// The whole stream, in memory. kLimitExceeded past size_max.
Result<Buffer> decode(Codec codec, Bytes packed, std::uint64_t size_max, const Limits& limits);

// What a library wrapper does for make_decoder(); not used elsewhere.
class Decompressor {
 public:
  struct Step {
    std::size_t consumed = 0;
    std::size_t produced = 0;
    bool may_end = false;  // everything so far is complete streams
    bool is_done = false;  // ... and further input is none of ours
  };
  virtual ~Decompressor() = default;
  // Unpacks what it can. Input is empty only at its end; output may still be left then.
  virtual Result<Step> step(Bytes input, MutableBytes output) = 0;
};

}  // namespace sigla
