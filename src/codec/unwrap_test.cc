// SPDX-License-Identifier: Apache-2.0
#include "codec/unwrap.h"

#include "codec/encoder.h"
#include "codec/testing_files.h"

namespace sigla {
namespace {

Result<File> memory_file() { return File::create_in_memory("unwrapped"); }

Result<std::optional<Unwrapped>> unwrap_bytes(Bytes bytes, const Limits& limits = {}) {
  return unwrap(file_of(bytes), limits, memory_file);
}

TEST(Unwrap, PeelsEveryWrapping) {
  for (const char* name :
       {"seq.gz", "members.gz", "seq.zst", "seq.xz", "seq.lzma", "seq.bz2", "seq.tx_"}) {
    ASSERT_OK_AND_ASSIGN(const auto unwrapped, unwrap_bytes(load_sample(name)));
    ASSERT_TRUE(unwrapped.has_value()) << name;
    EXPECT_EQ(content_of(unwrapped->file), sequence()) << name;
    EXPECT_EQ(unwrapped->name, std::string_view(name) == "seq.tx_" ? "seq.txt" : "");
  }
}

TEST(Unwrap, PeelsTwoLayersAndKeepsTheName) {
  ASSERT_OK_AND_ASSIGN(const auto unwrapped,
                       unwrap_bytes(encode(Codec::kGzip, load_sample("seq.tx_"))));
  ASSERT_TRUE(unwrapped.has_value());
  EXPECT_EQ(content_of(unwrapped->file), sequence());
  EXPECT_EQ(unwrapped->name, "seq.txt");
}

TEST(Unwrap, StopsAtTheDepthLimit) {
  Buffer bytes = sequence();
  for (int i = 0; i < 3; ++i) bytes = encode(Codec::kZstd, bytes);
  EXPECT_THAT(unwrap_bytes(bytes), IsError(ErrorCode::kLimitExceeded, "more than 2 times"));
}

TEST(Unwrap, LeavesOtherFilesAlone) {
  for (const Buffer& bytes :
       {sequence(), load_sample("two.zip"), load_sample("two.cab"), Buffer()}) {
    ASSERT_OK_AND_ASSIGN(const auto unwrapped, unwrap_bytes(bytes));
    EXPECT_FALSE(unwrapped.has_value());
  }
}

TEST(Unwrap, PassesOnDamageAndLimits) {
  for (const char* name : {"seq.gz", "seq.tx_"}) {
    Buffer bytes = load_sample(name);
    bytes.resize(bytes.size() / 2);
    const auto result = unwrap_bytes(bytes);
    EXPECT_THAT(result, IsError(ErrorCode::kMalformed, "truncated")) << name;
    Limits limits;
    limits.entry_size_max = 1000;
    EXPECT_THAT(unwrap_bytes(load_sample(name), limits),
                IsError(ErrorCode::kLimitExceeded, "limit of 1000 bytes"));
  }
}

}  // namespace
}  // namespace sigla
