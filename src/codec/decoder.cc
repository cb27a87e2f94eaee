// SPDX-License-Identifier: Apache-2.0
#include "codec/decoder.h"

#include "codec/bzip2.h"
#include "codec/expansion.h"
#include "codec/lz4.h"
#include "codec/xz.h"
#include "codec/zlib.h"
#include "codec/zstd.h"

namespace sigla {
namespace {

constexpr std::size_t kInputSize = 128U << 10U;

std::unique_ptr<Decompressor> make_decompressor(Codec codec) {
  switch (codec) {
    case Codec::kGzip:
    case Codec::kZlib:
    case Codec::kDeflate:
      return make_inflater(codec);
    case Codec::kZstd:
      return make_zstd_decompressor();
    case Codec::kXz:
      return make_xz_decompressor();
    case Codec::kBzip2:
      return make_bzip2_decompressor();
    case Codec::kLz4:
      return make_lz4_decompressor();
  }
  SIGLA_CHECK(false);
}

class DecodingSource final : public ByteSource {
 public:
  DecodingSource(Codec codec, ByteSource& packed, std::uint64_t size_max, const Limits& limits)
      : name_(to_string(codec)),
        packed_(packed),
        decompressor_(make_decompressor(codec)),
        expansion_(name_, size_max, limits),
        buffer_(kInputSize) {}

  Result<std::size_t> read(MutableBytes buffer) override {
    while (!is_done_) {
      if (input_.empty() && !is_input_ended_) SIGLA_TRY(refill());
      auto step = decompressor_->step(input_, buffer);
      if (!step.has_value()) return located(std::move(step).error());
      input_ = input_.subspan(step->consumed);
      consumed_ += step->consumed;
      produced_ += step->produced;
      is_done_ = step->is_done;
      if (step->produced > 0) {
        SIGLA_TRY(expansion_.check(consumed_, produced_));
        return step->produced;
      }
      if (is_input_ended_ && input_.empty() && !is_done_) {
        if (!step->may_end) return located(malformed("truncated"));
        is_done_ = true;
      } else if (step->consumed == 0 && !input_.empty() && !is_done_) {
        return located(malformed("cannot go on"));
      }
    }
    return std::size_t{0};
  }

 private:
  Status refill() {
    SIGLA_TRY_ASSIGN(const std::size_t count, packed_.read(buffer_));
    input_ = Bytes(buffer_).first(count);
    is_input_ended_ = count == 0;
    return {};
  }
  Error located(Error error) const {
    return Error(error.code(),
                 fmt::format("{}: {} at packed offset {}", name_, error.message(), consumed_));
  }

  std::string_view name_;
  ByteSource& packed_;
  std::unique_ptr<Decompressor> decompressor_;
  Expansion expansion_;
  Buffer buffer_;
  Bytes input_;
  std::uint64_t consumed_ = 0;
  std::uint64_t produced_ = 0;
  bool is_input_ended_ = false;
  bool is_done_ = false;
};

}  // namespace

std::string_view to_string(Codec codec) {
  switch (codec) {
    case Codec::kGzip:
      return "gzip";
    case Codec::kZlib:
      return "zlib";
    case Codec::kDeflate:
      return "deflate";
    case Codec::kZstd:
      return "zstd";
    case Codec::kXz:
      return "xz";
    case Codec::kBzip2:
      return "bzip2";
    case Codec::kLz4:
      return "lz4";
  }
  SIGLA_CHECK(false);
}

std::optional<Codec> sniff_codec(Bytes start) {
  if (starts_with(start, "\x1f\x8b\x08")) return Codec::kGzip;
  if (starts_with(start, "\x28\xb5\x2f\xfd")) return Codec::kZstd;
  if (starts_with(start, std::string_view("\xfd\x37zXZ\0", 6))) return Codec::kXz;
  if (starts_with(start, "\x04\x22\x4d\x18")) return Codec::kLz4;
  // A zstd file may begin with a skippable frame, 0x184D2A50 to 0x184D2A5F.
  if (start.size() >= 4 && (start[0] & 0xf0U) == 0x50 &&
      starts_with(start.subspan(1), "\x2a\x4d\x18")) {
    return Codec::kZstd;
  }
  // "BZh", a level, then the magic of a block or of an empty stream's end.
  if (start.size() >= 10 && starts_with(start, "BZh") && start[3] >= '1' && start[3] <= '9' &&
      (starts_with(start.subspan(4), "\x31\x41\x59\x26\x53\x59") ||
       starts_with(start.subspan(4), "\x17\x72\x45\x38\x50\x90"))) {
    return Codec::kBzip2;
  }
  // .lzma has no magic; every common encoder writes these properties and dictionary sizes.
  if (start.size() >= 13 && start[0] == 0x5d && start[1] == 0 && start[2] == 0 &&
      (start[12] == 0 || start[12] == 0xff)) {
    return Codec::kXz;
  }
  return std::nullopt;
}

std::unique_ptr<ByteSource> make_decoder(Codec codec,
                                         ByteSource& packed,
                                         std::uint64_t size_max,
                                         const Limits& limits) {
  return std::make_unique<DecodingSource>(codec, packed, size_max, limits);
}

std::unique_ptr<ByteSource> make_decoder(Codec codec, ByteSource& packed, const Limits& limits) {
  return make_decoder(codec, packed, limits.entry_size_max, limits);
}

Result<Buffer> decode(Codec codec, Bytes packed, std::uint64_t size_max, const Limits& limits) {
  MemorySource source(packed);
  DecodingSource decoder(codec, source, size_max, limits);
  // What the caller expects is believed as far as debug information usually shrinks.
  constexpr std::uint64_t kUsualRatio = 16;
  const std::uint64_t believed = std::min<std::uint64_t>(size_max, packed.size() * kUsualRatio);
  return read_all(decoder, size_max, static_cast<std::size_t>(believed));
}

}  // namespace sigla
