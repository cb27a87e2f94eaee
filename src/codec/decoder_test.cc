// SPDX-License-Identifier: Apache-2.0
#include "codec/decoder.h"

#include <gtest/gtest.h>

#include <string_view>

#include "codec/encoder.h"
#include "codec/testing_files.h"

namespace sigla {
namespace {

struct Sample {
  const char* file;
  Codec codec;
};

void PrintTo(const Sample& sample, std::ostream* out) { *out << sample.file; }

// Hands out a byte at a time, the hardest case for a decoder's state.
class TrickleSource final : public ByteSource {
 public:
  explicit TrickleSource(Bytes bytes) : rest_(bytes) {}
  Result<std::size_t> read(MutableBytes buffer) override {
    if (rest_.empty()) return std::size_t{0};
    buffer[0] = rest_[0];
    rest_ = rest_.subspan(1);
    return std::size_t{1};
  }

 private:
  Bytes rest_;
};

class EveryDecoder : public testing::TestWithParam<Sample> {
 protected:
  Limits limits_;
};

TEST_P(EveryDecoder, ReadsARealFile) {
  EXPECT_THAT(decode(GetParam().codec, load_sample(GetParam().file), 1U << 20U, limits_),
              IsOkAnd(testing::Eq(sequence())));
}

TEST_P(EveryDecoder, ReadsByteByByteIntoOneByte) {
  const Buffer packed = load_sample(GetParam().file);
  TrickleSource source(packed);
  const auto decoder = make_decoder(GetParam().codec, source, limits_);
  Buffer unpacked;
  while (true) {
    Buffer one(1);
    ASSERT_OK_AND_ASSIGN(const std::size_t count, decoder->read(one));
    if (count == 0) break;
    unpacked.push_back(one[0]);
  }
  EXPECT_EQ(unpacked, sequence());
  Buffer one(1);
  EXPECT_THAT(decoder->read(one), IsOkAnd(testing::Eq(0U)));
}

TEST_P(EveryDecoder, RejectsEveryTruncation) {
  const Buffer packed = load_sample(GetParam().file);
  // The ends in full, the middle in steps, to stay quick.
  for (std::size_t size = 0; size < packed.size();
       size += size < 300 || size + 300 > packed.size() ? 1 : 13) {
    // Cut between its two members, this one is two whole files.
    if (std::string_view(GetParam().file) == "members.gz" && size == 4218) continue;
    const auto result = decode(GetParam().codec, Bytes(packed).first(size), 1U << 20U, limits_);
    ASSERT_THAT(result, IsError(ErrorCode::kMalformed, "truncated at packed offset"))
        << size << " of " << packed.size();
  }
}

TEST_P(EveryDecoder, StopsAtTheSizeLimit) {
  const Buffer packed = load_sample(GetParam().file);
  const std::uint64_t size = sequence().size();
  EXPECT_THAT(decode(GetParam().codec, packed, size, limits_), IsOk());
  EXPECT_THAT(decode(GetParam().codec, packed, size - 1, limits_),
              IsError(ErrorCode::kLimitExceeded, "limit of"));
  limits_.entry_size_max = 1000;
  MemorySource source(packed);
  const auto decoder = make_decoder(GetParam().codec, source, limits_);
  BufferSink sink;
  EXPECT_THAT(copy(*decoder, sink), IsError(ErrorCode::kLimitExceeded, "limit of 1000 bytes"));
}

TEST_P(EveryDecoder, StopsAtTheRatioLimit) {
  limits_.ratio_grace_size = 5000;
  limits_.compression_ratio_max = 1;
  EXPECT_THAT(decode(GetParam().codec, load_sample(GetParam().file), 1U << 20U, limits_),
              IsError(ErrorCode::kLimitExceeded, "compression ratio limit of 1"));
}

TEST_P(EveryDecoder, NeverMistakesDamageForContent) {
  // Bare deflate and .lzma have no checksum, so only their termination is promised.
  const std::string_view name = GetParam().file;
  const bool has_checksum = name != "seq.deflate" && name != "seq.lzma";
  const Buffer packed = load_sample(GetParam().file);
  const Buffer expected = sequence();
  for (std::size_t i = 0; i < packed.size(); i += 23) {
    Buffer damaged = packed;
    damaged[i] ^= 0x55U;
    const auto result = decode(GetParam().codec, damaged, 1U << 20U, limits_);
    ASSERT_TRUE(!has_checksum || !result.has_value() || *result == expected) << "byte " << i;
  }
}

INSTANTIATE_TEST_SUITE_P(Samples,
                         EveryDecoder,
                         testing::Values(Sample{"seq.gz", Codec::kGzip},
                                         Sample{"members.gz", Codec::kGzip},
                                         Sample{"seq.zlib", Codec::kZlib},
                                         Sample{"seq.deflate", Codec::kDeflate},
                                         Sample{"seq.zst", Codec::kZstd},
                                         Sample{"seq.xz", Codec::kXz},
                                         Sample{"seq.lzma", Codec::kXz},
                                         Sample{"seq.bz2", Codec::kBzip2},
                                         Sample{"seq.lz4", Codec::kLz4}));

TEST(Decoder, StopsABombOfZeros) {
  Limits limits;
  limits.ratio_grace_size = 1U << 20U;
  limits.compression_ratio_max = 100;
  for (const Codec codec : {Codec::kGzip, Codec::kZlib, Codec::kDeflate, Codec::kZstd}) {
    const Buffer packed = encode(codec, Buffer(16U << 20U));
    MemorySource source(packed);
    const auto decoder = make_decoder(codec, source, limits);
    BufferSink sink;
    EXPECT_THAT(copy(*decoder, sink), IsError(ErrorCode::kLimitExceeded, "ratio limit of 100"))
        << to_string(codec);
    EXPECT_LE(sink.buffer().size(), 2U << 20U);
  }
}

TEST(Decoder, RejectsAWrongChecksum) {
  const Limits limits;
  Buffer gzip = load_sample("seq.gz");
  gzip[gzip.size() - 6] ^= 1U;
  EXPECT_THAT(decode(Codec::kGzip, gzip, 1U << 20U, limits),
              IsError(ErrorCode::kMalformed, "gzip: wrong checksum"));
  Buffer zlib = load_sample("seq.zlib");
  zlib.back() ^= 1U;
  EXPECT_THAT(decode(Codec::kZlib, zlib, 1U << 20U, limits),
              IsError(ErrorCode::kMalformed, "zlib: wrong checksum"));
}

TEST(Decoder, RejectsBytesAfterTheLastGzipMember) {
  Buffer gzip = load_sample("seq.gz");
  for (int i = 0; i < 20; ++i) {
    gzip.push_back('x');
    EXPECT_FALSE(decode(Codec::kGzip, gzip, 1U << 20U, Limits()).has_value()) << i;
  }
}

TEST(Decoder, LeavesBytesAfterZlibAlone) {
  Buffer zlib = load_sample("seq.zlib");
  zlib.resize(zlib.size() + 100);
  EXPECT_THAT(decode(Codec::kZlib, zlib, 1U << 20U, Limits()), IsOkAnd(testing::Eq(sequence())));
}

TEST(SniffCodec, KnowsEachMagic) {
  EXPECT_EQ(sniff_codec(load_sample("seq.gz")), Codec::kGzip);
  EXPECT_EQ(sniff_codec(load_sample("seq.zst")), Codec::kZstd);
  EXPECT_EQ(sniff_codec(load_sample("seq.xz")), Codec::kXz);
  EXPECT_EQ(sniff_codec(load_sample("seq.lzma")), Codec::kXz);
  EXPECT_EQ(sniff_codec(load_sample("seq.bz2")), Codec::kBzip2);
  EXPECT_EQ(sniff_codec(load_sample("seq.lz4")), Codec::kLz4);
  EXPECT_EQ(sniff_codec(as_bytes("MODULE Linux x86_64")), std::nullopt);
  EXPECT_EQ(sniff_codec({}), std::nullopt);
}

}  // namespace
}  // namespace sigla
