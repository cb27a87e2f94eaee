// SPDX-License-Identifier: Apache-2.0
#include "codec/encoder.h"

#include <gtest/gtest.h>

#include <random>

#include "testing/matchers.h"

namespace sigla {
namespace {

// Neither constant nor noise, as symbol files are.
Buffer sample(std::size_t size) {
  std::mt19937 random(7);
  Buffer content(size);
  for (std::uint8_t& byte : content) byte = static_cast<std::uint8_t>(random() % 23);
  return content;
}

class EveryEncoder : public testing::TestWithParam<Codec> {};

TEST_P(EveryEncoder, RoundTrips) {
  for (const std::size_t size : {0U, 1U, 1000U, 3'000'000U}) {
    const Buffer content = sample(size);
    EXPECT_THAT(decode(GetParam(), encode(GetParam(), content), size, Limits()),
                IsOkAnd(testing::Eq(content)))
        << size;
  }
}

TEST_P(EveryEncoder, MakesFlushedBytesReadable) {
  BufferSink packed;
  const auto encoder = make_encoder(GetParam(), packed);
  const Buffer content = sample(100'000);
  ASSERT_THAT(encoder->write(content), IsOk());
  ASSERT_THAT(encoder->flush(), IsOk());
  MemorySource source(packed.buffer());
  const auto decoder = make_decoder(GetParam(), source, Limits());
  Buffer unpacked(content.size());
  std::size_t done = 0;
  while (done < unpacked.size()) {
    ASSERT_OK_AND_ASSIGN(const std::size_t count,
                         decoder->read(MutableBytes(unpacked).subspan(done)));
    ASSERT_GT(count, 0U);
    done += count;
  }
  EXPECT_EQ(unpacked, content);
  ASSERT_THAT(encoder->write(content), IsOk());
  ASSERT_THAT(encoder->finish(), IsOk());
  EXPECT_THAT(decode(GetParam(), packed.buffer(), 200'000, Limits()), IsOk());
}

TEST_P(EveryEncoder, PassesOnTheSinksError) {
  BufferSink small(10);
  const auto encoder = make_encoder(GetParam(), small);
  Status status = encoder->write(sample(1'000'000));
  if (status.has_value()) status = encoder->finish();
  EXPECT_THAT(status, IsError(ErrorCode::kLimitExceeded, "10 bytes"));
}

INSTANTIATE_TEST_SUITE_P(Codecs,
                         EveryEncoder,
                         testing::Values(Codec::kGzip, Codec::kZlib, Codec::kDeflate, Codec::kZstd),
                         [](const auto& test) { return std::string(to_string(test.param)); });

}  // namespace
}  // namespace sigla
