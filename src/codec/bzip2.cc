// SPDX-License-Identifier: Apache-2.0
#include "codec/bzip2.h"

#include <bzlib.h>

#include <algorithm>

namespace sigla {
namespace {

class Bzip2Decompressor final : public Decompressor {
 public:
  Bzip2Decompressor() { start(); }
  Bzip2Decompressor(const Bzip2Decompressor&) = delete;
  Bzip2Decompressor& operator=(const Bzip2Decompressor&) = delete;
  ~Bzip2Decompressor() override { BZ2_bzDecompressEnd(&stream_); }

  Result<Step> step(Bytes input, MutableBytes output) override {
    if (is_between_streams_) {
      if (input.empty()) return Step{.may_end = true};
      BZ2_bzDecompressEnd(&stream_);
      start();
    }
    const std::size_t room = std::min<std::size_t>(output.size(), 1U << 30U);
    // The library only reads its input, whatever its signature says.
    stream_.next_in =
        static_cast<char*>(static_cast<void*>(const_cast<std::uint8_t*>(input.data())));
    stream_.avail_in = static_cast<unsigned>(input.size());
    stream_.next_out = static_cast<char*>(static_cast<void*>(output.data()));
    stream_.avail_out = static_cast<unsigned>(room);
    const int code = BZ2_bzDecompress(&stream_);
    if (code == BZ_DATA_ERROR_MAGIC) return malformed("wrong header");
    if (code == BZ_MEM_ERROR) return make_error(ErrorCode::kUnavailable, "out of memory");
    if (code != BZ_OK && code != BZ_STREAM_END) return malformed("invalid data");
    is_between_streams_ = code == BZ_STREAM_END;
    return Step{.consumed = input.size() - stream_.avail_in,
                .produced = room - stream_.avail_out,
                .may_end = is_between_streams_};
  }

 private:
  void start() {
    stream_ = {};
    SIGLA_CHECK(BZ2_bzDecompressInit(&stream_, 0, 0) == BZ_OK);
    is_between_streams_ = false;
  }

  bz_stream stream_{};
  bool is_between_streams_ = false;
};

}  // namespace

std::unique_ptr<Decompressor> make_bzip2_decompressor() {
  return std::make_unique<Bzip2Decompressor>();
}

}  // namespace sigla
