// SPDX-License-Identifier: Apache-2.0
// The first byte chooses the codec, the second how much input arrives at once.
#include <cstddef>
#include <cstdint>

#include "codec/decoder.h"

namespace {

class PiecewiseSource final : public sigla::ByteSource {
 public:
  PiecewiseSource(sigla::Bytes bytes, std::size_t piece) : source_(bytes), piece_(piece) {}
  sigla::Result<std::size_t> read(sigla::MutableBytes buffer) override {
    return source_.read(buffer.first(std::min(buffer.size(), piece_)));
  }

 private:
  sigla::MemorySource source_;
  std::size_t piece_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const auto codec = static_cast<sigla::Codec>(data[0] % 7);
  sigla::Limits limits;
  limits.entry_size_max = 1U << 20U;
  const sigla::Bytes packed(data + 2, size - 2);
  const auto whole = sigla::decode(codec, packed, limits.entry_size_max, limits);
  PiecewiseSource source(packed, data[1] + std::size_t{1});
  const auto decoder = sigla::make_decoder(codec, source, limits);
  const auto pieces = sigla::read_all(*decoder, limits.entry_size_max);
  SIGLA_CHECK(whole.has_value() == pieces.has_value());
  if (whole.has_value()) SIGLA_CHECK(*whole == *pieces);
  return 0;
}
