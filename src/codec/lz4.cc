// SPDX-License-Identifier: Apache-2.0
#include "codec/lz4.h"

#include <lz4frame.h>

namespace sigla {
namespace {

class Lz4Decompressor final : public Decompressor {
 public:
  Lz4Decompressor() {
    LZ4F_dctx* context = nullptr;
    SIGLA_CHECK(LZ4F_isError(LZ4F_createDecompressionContext(&context, LZ4F_VERSION)) == 0);
    context_.reset(context);
  }

  Result<Step> step(Bytes input, MutableBytes output) override {
    if (input.empty() && may_end_) return Step{.may_end = true};
    std::size_t produced = output.size();
    std::size_t consumed = input.size();
    const std::size_t code =
        LZ4F_decompress(context_.get(), output.data(), &produced, input.data(), &consumed, nullptr);
    if (LZ4F_isError(code) != 0) return malformed("{}", LZ4F_getErrorName(code));
    may_end_ = code == 0;
    return Step{.consumed = consumed, .produced = produced, .may_end = may_end_};
  }

 private:
  struct Free {
    void operator()(LZ4F_dctx* context) const { LZ4F_freeDecompressionContext(context); }
  };
  std::unique_ptr<LZ4F_dctx, Free> context_;
  bool may_end_ = false;
};

}  // namespace

std::unique_ptr<Decompressor> make_lz4_decompressor() {
  return std::make_unique<Lz4Decompressor>();
}

}  // namespace sigla
