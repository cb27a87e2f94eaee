// SPDX-License-Identifier: Apache-2.0
#include "codec/zstd.h"

#include <zstd.h>
#include <zstd_errors.h>

namespace sigla {
namespace {

class ZstdDecompressor final : public Decompressor {
 public:
  ZstdDecompressor() : context_(ZSTD_createDCtx()) {
    SIGLA_CHECK(context_ != nullptr);
    SIGLA_CHECK(
        !ZSTD_isError(ZSTD_DCtx_setParameter(context_.get(), ZSTD_d_windowLogMax, kWindowLogMax)));
  }

  Result<Step> step(Bytes input, MutableBytes output) override {
    ZSTD_inBuffer in{input.data(), input.size(), 0};
    ZSTD_outBuffer out{output.data(), output.size(), 0};
    if (input.empty() && may_end_) return Step{.may_end = true};
    const std::size_t code = ZSTD_decompressStream(context_.get(), &out, &in);
    if (ZSTD_isError(code) != 0U) {
      const bool is_window = ZSTD_getErrorCode(code) == ZSTD_error_frameParameter_windowTooLarge;
      return make_error(is_window ? ErrorCode::kUnsupported : ErrorCode::kMalformed,
                        "{}",
                        is_window ? "a window over 128 MiB" : ZSTD_getErrorName(code));
    }
    may_end_ = code == 0;
    return Step{.consumed = in.pos, .produced = out.pos, .may_end = may_end_};
  }

 private:
  static constexpr int kWindowLogMax = 27;
  struct Free {
    void operator()(ZSTD_DCtx* context) const { ZSTD_freeDCtx(context); }
  };
  std::unique_ptr<ZSTD_DCtx, Free> context_;
  bool may_end_ = false;
};

class ZstdEncoder final : public Encoder {
 public:
  ZstdEncoder(ByteSink& packed, int level)
      : packed_(packed), context_(ZSTD_createCCtx()), output_(ZSTD_CStreamOutSize()) {
    SIGLA_CHECK(context_ != nullptr);
    SIGLA_CHECK(
        !ZSTD_isError(ZSTD_CCtx_setParameter(context_.get(), ZSTD_c_compressionLevel, level)));
    SIGLA_CHECK(!ZSTD_isError(ZSTD_CCtx_setParameter(context_.get(), ZSTD_c_checksumFlag, 1)));
  }

  Status write(Bytes bytes) override { return run(bytes, ZSTD_e_continue); }
  Status flush() override { return run({}, ZSTD_e_flush); }
  Status finish() override { return run({}, ZSTD_e_end); }

 private:
  Status run(Bytes input, ZSTD_EndDirective directive) {
    ZSTD_inBuffer in{input.data(), input.size(), 0};
    while (true) {
      ZSTD_outBuffer out{output_.data(), output_.size(), 0};
      const std::size_t rest = ZSTD_compressStream2(context_.get(), &out, &in, directive);
      SIGLA_CHECK(ZSTD_isError(rest) == 0);
      if (out.pos > 0) SIGLA_TRY(packed_.write(Bytes(output_).first(out.pos)));
      if (directive == ZSTD_e_continue ? in.pos == in.size : rest == 0) return {};
    }
  }

  struct Free {
    void operator()(ZSTD_CCtx* context) const { ZSTD_freeCCtx(context); }
  };
  ByteSink& packed_;
  std::unique_ptr<ZSTD_CCtx, Free> context_;
  Buffer output_;
};

}  // namespace

std::unique_ptr<Decompressor> make_zstd_decompressor() {
  return std::make_unique<ZstdDecompressor>();
}

std::unique_ptr<Encoder> make_zstd_encoder(ByteSink& packed, int level) {
  return std::make_unique<ZstdEncoder>(packed, level);
}

}  // namespace sigla
