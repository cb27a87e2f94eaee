// SPDX-License-Identifier: Apache-2.0
#include "codec/zlib.h"

#include <isa-l/igzip_lib.h>

#include <algorithm>
#include <array>

namespace sigla {
namespace {

std::string_view describe(int code) {
  switch (code) {
    case ISAL_INVALID_BLOCK:
      return "invalid block";
    case ISAL_INVALID_SYMBOL:
      return "invalid symbol";
    case ISAL_INVALID_LOOKBACK:
      return "distance reaches before the start";
    case ISAL_INVALID_WRAPPER:
      return "wrong header";
    case ISAL_UNSUPPORTED_METHOD:
      return "unknown method in the header";
    case ISAL_INCORRECT_CHECKSUM:
      return "wrong checksum";
    default:
      return "invalid data";
  }
}

class Inflater final : public Decompressor {
 public:
  explicit Inflater(Codec codec) : codec_(codec), state_(std::make_unique<inflate_state>()) {
    restart();
  }

  Result<Step> step(Bytes input, MutableBytes output) override {
    Step result;
    if (is_between_members_) {
      if (input.empty() && carry_size_ == 0) return Step{.may_end = true};
      restart();
    }
    // Bytes of this member that the previous one's bit buffer had taken.
    if (carry_size_ > 0) {
      const std::array<std::uint8_t, 8> carry = carry_;
      const std::size_t size = carry_size_;
      carry_size_ = 0;
      SIGLA_TRY_ASSIGN(result, run(Bytes(carry).first(size), output));
      if (result.consumed != size) {
        std::copy_n(carry.begin() + result.consumed, size - result.consumed, carry_.begin());
        carry_size_ = size - result.consumed;
      }
      result.consumed = 0;
      if (result.produced > 0 || is_between_members_ || input.empty()) return result;
    }
    return run(input, output);
  }

 private:
  Result<Step> run(Bytes input, MutableBytes output) {
    state_->next_in = const_cast<std::uint8_t*>(input.data());  // the library only reads it
    state_->avail_in = static_cast<std::uint32_t>(input.size());
    state_->next_out = output.data();
    state_->avail_out = static_cast<std::uint32_t>(std::min<std::size_t>(output.size(), 1U << 30U));
    const std::uint32_t room = state_->avail_out;
    const int code = isal_inflate(state_.get());
    if (code < 0) return malformed("{}", describe(code));
    Step step;
    step.consumed = input.size() - state_->avail_in;
    step.produced = room - state_->avail_out;
    if (state_->block_state == ISAL_BLOCK_FINISH) end_member(step);
    return step;
  }

  void end_member(Step& step) {
    if (codec_ != Codec::kGzip) {
      step.is_done = true;
      return;
    }
    is_between_members_ = true;
    carry_size_ = static_cast<std::size_t>(state_->read_in_length) / 8;
    std::uint64_t bits =
        state_->read_in >> (static_cast<std::uint32_t>(state_->read_in_length) % 8);
    for (std::size_t i = 0; i < carry_size_; ++i) {
      carry_[i] = static_cast<std::uint8_t>(bits);
      bits >>= 8U;
    }
    step.may_end = carry_size_ == 0;
  }

  void restart() {
    isal_inflate_init(state_.get());
    state_->crc_flag = codec_ == Codec::kGzip   ? ISAL_GZIP
                       : codec_ == Codec::kZlib ? ISAL_ZLIB
                                                : ISAL_DEFLATE;
    is_between_members_ = false;
  }

  Codec codec_;
  std::unique_ptr<inflate_state> state_;
  std::array<std::uint8_t, 8> carry_{};
  std::size_t carry_size_ = 0;
  bool is_between_members_ = false;
};

class Deflater final : public Encoder {
 public:
  Deflater(Codec codec, ByteSink& packed)
      : packed_(packed),
        stream_(std::make_unique<isal_zstream>()),
        level_buffer_(ISAL_DEF_LVL1_DEFAULT),
        output_(64U << 10U) {
    isal_deflate_init(stream_.get());
    stream_->level = 1;
    stream_->level_buf = level_buffer_.data();
    stream_->level_buf_size = static_cast<std::uint32_t>(level_buffer_.size());
    stream_->gzip_flag = codec == Codec::kGzip   ? IGZIP_GZIP
                         : codec == Codec::kZlib ? IGZIP_ZLIB
                                                 : IGZIP_DEFLATE;
  }

  Status write(Bytes bytes) override {
    while (!bytes.empty()) {
      const Bytes piece = bytes.first(std::min<std::size_t>(bytes.size(), 1U << 30U));
      bytes = bytes.subspan(piece.size());
      SIGLA_TRY(run(piece, NO_FLUSH, false));
    }
    return {};
  }
  Status flush() override { return run({}, SYNC_FLUSH, false); }
  Status finish() override { return run({}, NO_FLUSH, true); }

 private:
  Status run(Bytes input, std::uint16_t flush, bool is_end) {
    stream_->next_in = const_cast<std::uint8_t*>(input.data());  // the library only reads it
    stream_->avail_in = static_cast<std::uint32_t>(input.size());
    stream_->flush = flush;
    stream_->end_of_stream = is_end ? 1 : 0;
    do {
      stream_->next_out = output_.data();
      stream_->avail_out = static_cast<std::uint32_t>(output_.size());
      SIGLA_CHECK(isal_deflate(stream_.get()) == COMP_OK);
      const std::size_t size = output_.size() - stream_->avail_out;
      if (size > 0) SIGLA_TRY(packed_.write(Bytes(output_).first(size)));
    } while (stream_->avail_out == 0 || stream_->avail_in > 0);
    return {};
  }

  ByteSink& packed_;
  std::unique_ptr<isal_zstream> stream_;
  Buffer level_buffer_;
  Buffer output_;
};

}  // namespace

std::unique_ptr<Decompressor> make_inflater(Codec codec) {
  return std::make_unique<Inflater>(codec);
}

std::unique_ptr<Encoder> make_deflater(Codec codec, ByteSink& packed) {
  return std::make_unique<Deflater>(codec, packed);
}

}  // namespace sigla
