// SPDX-License-Identifier: Apache-2.0
#include "formats/pdb/container.h"

#include <gmock/gmock.h>

#include "codec/encoder.h"
#include "formats/pdb/dump.h"
#include "formats/pdb/identity.h"
#include "formats/pdb/pdb_for_test.h"
#include "testing/fixture.h"
#include "testing/matchers.h"

namespace sigla::pdb {
namespace {

const std::string kData = "src/formats/pdb/testdata/";

MATCHER_P(HasBytes, expected, "is a stream of the expected bytes") {
  return std::ranges::equal(arg.bytes(), expected);
}

Buffer counting(std::size_t size) {
  Buffer content(size);
  for (std::size_t i = 0; i < size; ++i) content[i] = static_cast<std::uint8_t>(i * 7 + i / 256);
  return content;
}

TEST(PdbContainer, ReadsRealFiles) {
  for (const char* name : {"small64.pdb", "small32.pdb"}) {
    const Buffer file = read_fixture(kData + name);
    ASSERT_OK_AND_ASSIGN(const Container container, Container::open(file, Limits()));
    expect_golden(kData + name + ".golden.txt", dump(container, Limits()));
  }
}

TEST(PdbContainer, ReadsStreamsOfEveryPageSize) {
  for (const std::uint32_t page_size : {512U, 1024U, 4096U, 8192U, 32'768U, 65'536U}) {
    const std::vector<Buffer> streams = {
        {}, counting(1), counting(page_size), counting(page_size * 3 + 5)};
    const Buffer file = build_msf(page_size, streams);
    ASSERT_OK_AND_ASSIGN(const Container container, Container::open(file, Limits()));
    ASSERT_EQ(container.stream_count(), 4U);
    for (std::uint32_t i = 0; i < 4; ++i) {
      EXPECT_EQ(container.stream_size(i), streams[i].size());
      EXPECT_THAT(container.read(i, UINT64_MAX), IsOkAnd(HasBytes(streams[i]))) << page_size;
    }
    ASSERT_OK_AND_ASSIGN(const Buffer start, container.read_start(3, 3));
    EXPECT_EQ(start, counting(3));
  }
}

// More than a page of page numbers: the list of the directory's pages takes two pages itself.
TEST(PdbContainer, ReadsADirectoryOfManyPages) {
  const std::vector<Buffer> streams(20'000, Buffer(1, 7));
  const Buffer file = build_msf(512, streams);
  ASSERT_OK_AND_ASSIGN(const Container container, Container::open(file, Limits()));
  EXPECT_EQ(container.stream_count(), 20'000U);
  EXPECT_THAT(container.read(19'999, 1), IsOkAnd(HasBytes(Buffer(1, 7))));
}

TEST(PdbContainer, FollowsScatteredPages) {
  Buffer file = build_msf(512, {counting(1024)});
  // The stream's two page numbers, at the start of the directory page (page 5) behind count and
  // size.
  std::swap(file[5 * 512 + 8], file[5 * 512 + 12]);
  ASSERT_OK_AND_ASSIGN(const Container container, Container::open(file, Limits()));
  ASSERT_OK_AND_ASSIGN(const StreamBytes content, container.read(0, 1024));
  Buffer expected = counting(1024);
  std::rotate(expected.begin(), expected.begin() + 512, expected.end());
  EXPECT_THAT(content, HasBytes(expected));
}

TEST(PdbContainer, StopsAtLimits) {
  const Buffer file = build_msf(512, {counting(10), counting(10)});
  ASSERT_OK_AND_ASSIGN(const Container container, Container::open(file, Limits()));
  EXPECT_THAT(container.read(1, 9), IsError(ErrorCode::kLimitExceeded, "stream 1"));
  EXPECT_THAT(container.read(2, 9), IsError(ErrorCode::kNotFound, "stream 2"));
  Limits limits;
  limits.stream_count_max = 1;
  EXPECT_THAT(Container::open(file, limits), IsError(ErrorCode::kLimitExceeded, "2 streams"));
}

TEST(PdbContainer, RejectsBadSuperblocks) {
  EXPECT_THAT(Container::open(Buffer(), Limits()), IsError(ErrorCode::kMalformed, "magic"));
  for (const std::uint32_t page_size : {0U, 1U, 511U, 256U, 131'072U, UINT32_MAX}) {
    Buffer file = build_msf(512, {counting(10)});
    std::memcpy(file.data() + 32, &page_size, 4);
    EXPECT_THAT(Container::open(file, Limits()), IsError(ErrorCode::kMalformed, "page size"));
  }
  for (const std::uint32_t size : {0U, 1U, 0x7fff'ffffU, UINT32_MAX}) {
    Buffer file = build_msf(512, {counting(10)});
    std::memcpy(file.data() + 44, &size, 4);
    EXPECT_THAT(Container::open(file, Limits()), IsError(ErrorCode::kMalformed, "PDB"));
  }
  for (const std::uint32_t page : {0x7fff'ffffU, UINT32_MAX}) {
    Buffer file = build_msf(512, {counting(10)});
    std::memcpy(file.data() + 52, &page, 4);
    EXPECT_THAT(Container::open(file, Limits()), IsError(ErrorCode::kMalformed, "PDB"));
  }
}

TEST(PdbContainer, SaysThatOldPdbsAreNotRead) {
  Buffer file(100, 0);
  std::copy(kOldMagic.begin(), kOldMagic.end(), file.begin());
  EXPECT_TRUE(is_pdb(file));
  EXPECT_THAT(Container::open(file, Limits()), IsError(ErrorCode::kUnsupported, "2.00"));
}

TEST(PdbContainer, FailsCleanlyOnEveryPrefix) {
  DbiForTest dbi;
  const std::vector<Buffer> streams = {
      {}, build_info_stream(1, 2, {{"srcsrv", 4}}), {}, dbi.build(), counting(9)};
  for (const Buffer& file : {build_msf(512, streams), build_msfz(streams)}) {
    for_every_prefix(file, 1, [](Bytes prefix) {
      const auto container = Container::open(prefix, Limits());
      if (container.has_value()) static_cast<void>(dump(container.value(), Limits()));
      static_cast<void>(identify_pdb(prefix, "a.pdb", Limits()));
    });
  }
}

TEST(MsfzContainer, ReadsPlainFragments) {
  const std::vector<Buffer> streams = {{}, counting(100), counting(1)};
  const Buffer file = build_msfz(streams);
  ASSERT_OK_AND_ASSIGN(const Container container, Container::open(file, Limits()));
  EXPECT_TRUE(container.is_msfz());
  for (std::uint32_t i = 0; i < 3; ++i)
    EXPECT_THAT(container.read(i, 100), IsOkAnd(HasBytes(streams[i])));
}

TEST(MsfzContainer, ReadsPackedFragmentsAndDirectory) {
  const Buffer content = counting(3000);
  const Buffer chunk = encode(Codec::kZstd, content);
  BytesBuilder directory;
  directory.u32(UINT32_MAX);  // stream 0: none
  directory.u32(1000).u32(2000).u32(0x8000'0000).u32(16).u32(0).u32(0x8000'0000).u32(0);  // stream
                                                                                          // 1
  const Buffer packed_directory = encode(Codec::kZstd, directory.build());
  BytesBuilder b;
  b.text(kMsfzMagic).u64(0).ref64("directory").ref64("chunks").u32(2).u32(1);
  b.u32(packed_directory.size()).u32(directory.size()).u32(1).u32(20);
  b.mark("chunk").bytes(chunk);
  b.mark("directory").bytes(packed_directory);
  b.mark("chunks").ref64("chunk").u32(1).u32(chunk.size()).u32(content.size());
  const Buffer file = b.build();
  ASSERT_OK_AND_ASSIGN(const Container container, Container::open(file, Limits()));
  EXPECT_EQ(container.stream_size(0), 0U);
  ASSERT_OK_AND_ASSIGN(const StreamBytes stream, container.read(1, 2000));
  Buffer expected(content.begin() + 2000, content.end());
  expected.insert(expected.end(), content.begin(), content.begin() + 16);
  EXPECT_THAT(stream, HasBytes(expected));
}

TEST(MsfzContainer, RejectsWhatItCannotRead) {
  const Buffer plain = build_msfz({{}, counting(100)});
  const auto with = [&](std::size_t offset, std::uint32_t value) {
    Buffer file = plain;
    std::memcpy(file.data() + offset, &value, 4);
    return Container::open(file, Limits()).has_value();
  };
  EXPECT_TRUE(with(32, 0));
  EXPECT_FALSE(with(32, 1));           // version
  EXPECT_FALSE(with(40, UINT32_MAX));  // directory offset
  EXPECT_FALSE(with(56, UINT32_MAX));  // stream count
  EXPECT_FALSE(with(60, 2));           // compression
  EXPECT_FALSE(with(68, 7));           // directory size
  EXPECT_FALSE(with(72, 1));           // chunks without a table
}

}  // namespace
}  // namespace sigla::pdb
