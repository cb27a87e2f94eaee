// SPDX-License-Identifier: Apache-2.0
#include "codec/zip.h"

#include "codec/deflate64.h"
#include "codec/encoder.h"
#include "codec/hash.h"
#include "codec/testing_files.h"
#include "testing/bytes_builder.h"

namespace sigla {
namespace {

struct Made {
  std::string name;
  Buffer content;
  std::uint16_t method = 0;
  Buffer packed;
};

// crc32("hello\n"), the content of every entry that make_zip() is used for.
constexpr std::uint32_t kHelloCrc = 0x363a3020;

Made hello(std::string name, std::uint16_t method) {
  const Buffer content = {'h', 'e', 'l', 'l', 'o', '\n'};
  Buffer packed = content;
  if (method == 8) packed = encode(Codec::kDeflate, content);
  if (method == 93) packed = encode(Codec::kZstd, content);
  return {std::move(name), content, method, std::move(packed)};
}

Buffer make_zip(const std::vector<Made>& entries,
                std::string_view before = {},
                bool zip64 = false) {
  BytesBuilder b;
  b.text(before);
  const auto base = static_cast<std::int64_t>(before.size());
  for (const Made& e : entries) {
    b.mark("local " + e.name).text("PK\3\4").u16(20).u16(0).u16(e.method).u32(0).u32(kHelloCrc);
    b.u32(e.packed.size()).u32(e.content.size()).u16(e.name.size()).u16(0).text(e.name);
    b.bytes(e.packed);
  }
  const std::size_t start = b.size();
  for (const Made& e : entries) {
    b.text("PK\1\2").u16(20).u16(20).u16(0).u16(e.method).u32(0).u32(kHelloCrc);
    b.u32(zip64 ? 0xffffffff : e.packed.size()).u32(zip64 ? 0xffffffff : e.content.size());
    b.u16(e.name.size()).u16(zip64 ? 20 : 0).u16(0).u16(0).u16(0).u32(0);
    b.ref32("local " + e.name, -base).text(e.name);
    if (zip64) b.u16(1).u16(16).u64(e.content.size()).u64(e.packed.size());
  }
  const std::size_t size = b.size() - start;
  if (zip64) {
    b.mark("end64").text("PK\6\6").u64(44).u16(45).u16(45).u32(0).u32(0);
    b.u64(entries.size()).u64(entries.size()).u64(size).u64(start - before.size());
    b.text("PK\6\7").u32(0).ref64("end64", -base).u32(1);
  }
  b.text("PK\5\6").u16(0).u16(0).u16(entries.size()).u16(entries.size());
  b.u32(zip64 ? 0xffffffff : size).u32(zip64 ? 0xffffffff : start - before.size()).u16(0);
  return b.build();
}

// Names and contents, "!" and the reason in place of a content that cannot be read.
std::vector<std::string> list(Bytes bytes, const Limits& limits = {}) {
  const File file = file_of(bytes);
  UnpackBudget budget;
  std::vector<std::string> result;
  const auto reader = open_zip(file, limits, budget);
  EXPECT_THAT(reader, IsOk());
  if (!reader.has_value() || *reader == nullptr) return {"not ours"};
  while (true) {
    const auto entry = (*reader)->next();
    if (!entry.has_value()) {
      result.push_back("end: " + entry.error().message());
      return result;
    }
    if (!entry->has_value()) return result;
    BufferSink sink;
    const auto size = (*reader)->extract(sink);
    result.push_back(
        (*entry)->path + "=" +
        (size.has_value() ? std::string(as_text(sink.buffer())) : "!" + size.error().message()));
  }
}

TEST(ZipReader, ReadsStoredDeflatedAndZstd) {
  EXPECT_THAT(list(make_zip({hello("a", 0), hello("b", 8), hello("c", 93)})),
              testing::ElementsAre("a=hello\n", "b=hello\n", "c=hello\n"));
}

TEST(ZipReader, ReadsZip64AndBytesInFront) {
  EXPECT_THAT(list(make_zip({hello("a", 8)}, {}, true)), testing::ElementsAre("a=hello\n"));
  EXPECT_THAT(list(make_zip({hello("a", 8)}, "MZ some program")),
              testing::ElementsAre("a=hello\n"));
  EXPECT_THAT(list(make_zip({hello("a", 8)}, "MZ some program", true)),
              testing::ElementsAre("a=hello\n"));
}

TEST(ZipReader, LeavesUnknownMethodsToLibarchive) {
  EXPECT_THAT(list(make_zip({hello("a", 0), hello("b", 14)})), testing::ElementsAre("not ours"));
  EXPECT_THAT(list(make_zip({hello("a", 97), hello("b", 9)}))[0],
              testing::HasSubstr("zip compression method 97"));
}

TEST(ZipReader, SkipsFolders) {
  EXPECT_THAT(list(make_zip({hello("a/", 0), hello("a/b", 0)})),
              testing::ElementsAre("a/b=hello\n"));
}

TEST(ZipReader, FindsWrongChecksumsAndSizes) {
  Made damaged = hello("a", 0);
  damaged.packed[1] ^= 1U;
  EXPECT_THAT(
      list(make_zip({damaged, hello("b", 0)})),
      testing::ElementsAre("a=!archive entry 'a': wrong checksum at offset 31", "b=hello\n"));
  Made shorter = hello("a", 0);
  shorter.packed.pop_back();
  EXPECT_THAT(list(make_zip({shorter})),
              testing::ElementsAre("a=!archive entry 'a': 5 bytes instead of 6 at offset 31"));
}

TEST(ZipReader, ChecksEverySizeField) {
  const Buffer bytes = make_zip({hello("a", 8), hello("b", 0)}, {}, true);
  for (std::size_t at = 0; at + 2 <= bytes.size(); ++at) {
    for (const std::uint32_t value : {0U, 1U, 0x7fffU, 0xffffU}) {
      Buffer damaged = bytes;
      std::memcpy(&damaged[at], &value, 2);
      for (const std::string& line : list(damaged)) ASSERT_LT(line.size(), 1000U);
    }
  }
}

TEST(ZipReader, SurvivesEveryTruncation) {
  const Buffer bytes = make_zip({hello("a", 8), hello("b", 0)}, {}, true);
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    for (const std::string& line : list(Bytes(bytes).first(size))) ASSERT_LT(line.size(), 1000U);
  }
}

TEST(ZipReader, RefusesNamesOverTheLimit) {
  Limits limits;
  limits.entry_name_size_max = 10;
  EXPECT_THAT(list(make_zip({hello("12345678901", 0), hello("b", 0)}), limits),
              testing::ElementsAre(testing::HasSubstr("limit of 10 bytes"), "b=hello\n"));
}

// The content of far.zip: 60,000 bytes of noise twice, so that a match reaches back further than
// deflate can, and 100,000 zeros, a match longer than deflate has.
Buffer far_content() {
  Buffer content(60'000);
  std::uint32_t state = 1;
  for (std::uint8_t& byte : content) {
    state = state * 1103515245U + 12345U;
    byte = static_cast<std::uint8_t>(state >> 16U);
  }
  const Buffer half = content;
  content.insert(content.end(), half.begin(), half.end());
  content.resize(content.size() + 100'000);
  return content;
}

TEST(Deflate64, ReadsDistancesAndLengthsThatDeflateLacks) {
  const File file = file_of(load_sample("far.zip"));
  const Limits limits;
  UnpackBudget budget;
  ASSERT_OK_AND_ASSIGN(const auto archive, ArchiveReader::open(file, limits, budget));
  ASSERT_THAT(archive->next(), IsOk());
  BufferSink sink;
  EXPECT_THAT(archive->extract(sink), IsOk());
  EXPECT_EQ(sink.buffer(), far_content());
}

TEST(Deflate64, ReadsWhatSevenZipMade) {
  EXPECT_THAT(
      list(load_sample("deflate64.zip")),
      testing::ElementsAre("seq.txt=" + std::string(as_text(sequence())), "sub/hello.txt=hello\n"));
}

TEST(Deflate64, RejectsEveryTruncationAndSurvivesDamage) {
  // Plain deflate without matches of 258 is Deflate64 too.
  Buffer content = sequence();
  content.resize(2000);
  const Buffer packed = encode(Codec::kDeflate, content);
  BufferSink whole;
  MemorySource source(packed);
  ASSERT_THAT(inflate64(source, whole), IsOk());
  EXPECT_EQ(whole.buffer(), content);
  for (std::size_t size = 0; size < packed.size(); ++size) {
    MemorySource cut(Bytes(packed).first(size));
    BufferSink sink;
    ASSERT_THAT(inflate64(cut, sink), IsError(ErrorCode::kMalformed, "truncated")) << size;
    Buffer damaged = packed;
    damaged[size] ^= 0x5aU;
    MemorySource damaged_source(damaged);
    BufferSink bounded(10U << 20U);
    static_cast<void>(inflate64(damaged_source, bounded));
  }
}

}  // namespace
}  // namespace sigla
