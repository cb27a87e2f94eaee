// SPDX-License-Identifier: Apache-2.0
#include "codec/xz.h"

#include <lzma.h>

namespace sigla {
namespace {

constexpr std::uint64_t kMemoryMax = 256ULL << 20U;

class XzDecompressor final : public Decompressor {
 public:
  XzDecompressor() {
    SIGLA_CHECK(lzma_auto_decoder(&stream_, kMemoryMax, LZMA_CONCATENATED) == LZMA_OK);
  }
  XzDecompressor(const XzDecompressor&) = delete;
  XzDecompressor& operator=(const XzDecompressor&) = delete;
  ~XzDecompressor() override { lzma_end(&stream_); }

  Result<Step> step(Bytes input, MutableBytes output) override {
    stream_.next_in = input.data();
    stream_.avail_in = input.size();
    stream_.next_out = output.data();
    stream_.avail_out = output.size();
    const lzma_ret code = lzma_code(&stream_, input.empty() ? LZMA_FINISH : LZMA_RUN);
    Step step{.consumed = input.size() - stream_.avail_in,
              .produced = output.size() - stream_.avail_out};
    switch (code) {
      case LZMA_STREAM_END:
        step.may_end = step.is_done = true;
        return step;
      case LZMA_OK:
      case LZMA_BUF_ERROR:  // no progress without more input
        return step;
      case LZMA_MEMLIMIT_ERROR:
        return make_error(ErrorCode::kUnsupported, "a dictionary over {} bytes", kMemoryMax);
      case LZMA_OPTIONS_ERROR:
        return make_error(ErrorCode::kUnsupported, "unknown options");
      case LZMA_FORMAT_ERROR:
        return malformed("wrong header");
      case LZMA_MEM_ERROR:
        return make_error(ErrorCode::kUnavailable, "out of memory");
      default:
        return malformed("invalid data");
    }
  }

 private:
  lzma_stream stream_ = LZMA_STREAM_INIT;
};

}  // namespace

std::unique_ptr<Decompressor> make_xz_decompressor() { return std::make_unique<XzDecompressor>(); }

}  // namespace sigla
