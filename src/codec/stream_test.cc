// SPDX-License-Identifier: Apache-2.0
#include "codec/stream.h"

#include <gtest/gtest.h>

#include "codec/expansion.h"
#include "testing/matchers.h"

namespace sigla {
namespace {

TEST(FileSource, ReadsItsPartAndLeavesTheFilePosition) {
  ASSERT_OK_AND_ASSIGN(const File file, File::create_in_memory("test"));
  ASSERT_THAT(file.write_all(as_bytes("0123456789")), IsOk());
  FileSource part(file, 2, 5);
  FileSource rest(file, 8);
  ASSERT_OK_AND_ASSIGN(const Buffer part_bytes, read_all(part, 100));
  ASSERT_OK_AND_ASSIGN(const Buffer rest_bytes, read_all(rest, 100));
  EXPECT_EQ(as_text(part_bytes), "23456");
  EXPECT_EQ(as_text(rest_bytes), "89");
}

TEST(Copy, MovesEverything) {
  const Buffer content(1'000'000, 3);
  MemorySource source(content);
  ASSERT_OK_AND_ASSIGN(const File file, File::create_in_memory("test"));
  FileSink sink(file);
  EXPECT_THAT(copy(source, sink), IsOkAnd(testing::Eq(content.size())));
  FileSource back(file);
  EXPECT_THAT(read_all(back, content.size()), IsOkAnd(testing::Eq(content)));
}

TEST(Copy, StopsAtTheLimit) {
  const Buffer content(1'000'000, 3);
  MemorySource source(content);
  BufferSink sink;
  EXPECT_THAT(copy(source, sink, 999'999), IsError(ErrorCode::kLimitExceeded, "999999"));
  MemorySource again(content);
  EXPECT_THAT(read_all(again, 999'999), IsError(ErrorCode::kLimitExceeded, "999999"));
  BufferSink small(10);
  EXPECT_THAT(small.write(content), IsError(ErrorCode::kLimitExceeded, "10"));
}

TEST(Expansion, AllowsTheGraceSizeAndRefusesTheRatio) {
  Limits limits;
  limits.ratio_grace_size = 1000;
  limits.compression_ratio_max = 10;
  const Expansion expansion("x", 5000, limits);
  EXPECT_THAT(expansion.check(1, 1000), IsOk());
  EXPECT_THAT(expansion.check(101, 1001), IsOk());
  EXPECT_THAT(expansion.check(99, 1009), IsError(ErrorCode::kLimitExceeded, "ratio limit of 10"));
  EXPECT_THAT(expansion.check(4999, 5001), IsError(ErrorCode::kLimitExceeded, "limit of 5000"));
}

}  // namespace
}  // namespace sigla
