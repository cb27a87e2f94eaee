// SPDX-License-Identifier: Apache-2.0
#include "codec/cab.h"

#include <cstdlib>
#include <random>

#include "codec/testing_files.h"
#include "testing/bytes_builder.h"

namespace sigla {
namespace {

// Neither constant nor noise, longer than several blocks.
Buffer sample(std::size_t size) {
  std::mt19937 random(7);
  Buffer content(size);
  for (std::uint8_t& byte : content) byte = static_cast<std::uint8_t>(random() % 23);
  return content;
}

Buffer noise(std::size_t size) {
  std::mt19937 random(7);
  Buffer content(size);
  for (std::uint8_t& byte : content) byte = static_cast<std::uint8_t>(random());
  return content;
}

void write_cab(const File& out, std::string name, Bytes content, std::size_t piece_size) {
  CabWriter writer(out, std::move(name));
  for (std::size_t at = 0; at < content.size(); at += piece_size) {
    ASSERT_THAT(writer.write(content.subspan(at, std::min(piece_size, content.size() - at))),
                IsOk());
  }
  ASSERT_THAT(writer.finish(), IsOk());
}

Result<Buffer> read_cab(const File& file, std::string_view name) {
  const Limits limits;
  UnpackBudget budget;
  SIGLA_TRY_ASSIGN(const auto archive, ArchiveReader::open(file, limits, budget));
  SIGLA_TRY_ASSIGN(const auto entry, archive->next());
  if (!entry.has_value() || entry->path != name) return malformed("wrong entry");
  BufferSink sink;
  SIGLA_TRY(archive->extract(sink));
  SIGLA_TRY_ASSIGN(const auto end, archive->next());
  if (end.has_value()) return malformed("a second entry");
  return std::move(sink).take();
}

TEST(CabWriter, RoundTripsEverySize) {
  for (const std::size_t size : {1U, 32767U, 32768U, 32769U, 65536U, 1'000'000U}) {
    for (const Buffer& content : {sample(size), noise(size), Buffer(size)}) {
      ASSERT_OK_AND_ASSIGN(const File file, File::create_in_memory("cab"));
      write_cab(file, "a.pdb", content, 10'000);
      EXPECT_THAT(read_cab(file, "a.pdb"), IsOkAnd(testing::Eq(content))) << size;
    }
  }
}

TEST(CabWriter, UsesTheBlockBeforeAsHistory) {
  const Buffer block = noise(CabWriter::kBlockSize);
  Buffer content = block;
  content.insert(content.end(), block.begin(), block.end());
  ASSERT_OK_AND_ASSIGN(const File file, File::create_in_memory("cab"));
  write_cab(file, "a", content, content.size());
  EXPECT_THAT(file.size(), IsOkAnd(testing::Lt(block.size() + 2000)));
  EXPECT_THAT(read_cab(file, "a"), IsOkAnd(testing::Eq(content)));
}

TEST(CabWriter, KeepsNamesOutsideAscii) {
  ASSERT_OK_AND_ASSIGN(const File file, File::create_in_memory("cab"));
  write_cab(file, "\xc3\xa9.pdb", sample(100), 100);
  EXPECT_THAT(read_cab(file, "\xc3\xa9.pdb"), IsOk());
}

TEST(CabWriter, SatisfiesCabextract) {
  ASSERT_OK_AND_ASSIGN(const TempDirectory folder, TempDirectory::create());
  const Buffer content = sample(300'000);
  {
    ASSERT_OK_AND_ASSIGN(const File file, File::create(folder.path() / "a.pd_"));
    write_cab(file, "a.pdb", content, 70'000);
  }
  const std::string command = fmt::format("cabextract -q -d {0} {0}/a.pd_", folder.path().string());
  ASSERT_EQ(std::system(command.c_str()), 0);
  EXPECT_THAT(read_file(folder.path() / "a.pdb", 1U << 20U), IsOkAnd(testing::Eq(content)));
}

TEST(CabWriter, RefusesWhatNoCabinetHolds) {
  ASSERT_OK_AND_ASSIGN(const File sparse, File::create_in_memory("sparse"));
  ASSERT_THAT(sparse.truncate(CabWriter::kContentSizeMax), IsOk());
  ASSERT_OK_AND_ASSIGN(const MappedFile zeros, MappedFile::map(sparse));
  ASSERT_OK_AND_ASSIGN(const File file, File::create_in_memory("cab"));
  CabWriter writer(file, "huge");
  ASSERT_THAT(writer.write(sample(1)), IsOk());
  EXPECT_THAT(writer.write(zeros.bytes()),
              IsError(ErrorCode::kLimitExceeded, "more than 2147450880 bytes"));
  // What was written before is a cabinet still.
  ASSERT_THAT(writer.finish(), IsOk());
  EXPECT_THAT(read_cab(file, "huge"), IsOkAnd(testing::Eq(sample(1))));
}

TEST(CabReader, RejectsEveryTruncation) {
  ASSERT_OK_AND_ASSIGN(const File file, File::create_in_memory("cab"));
  write_cab(file, "a.pdb", sample(70'000), 70'000);
  const Buffer bytes = content_of(file);
  for (std::size_t size = 0; size < bytes.size(); size += size < 200 ? 1 : 97) {
    ASSERT_FALSE(read_cab(file_of(Bytes(bytes).first(size)), "a.pdb").has_value()) << size;
  }
}

TEST(CabReader, RejectsAWrongChecksum) {
  ASSERT_OK_AND_ASSIGN(const File file, File::create_in_memory("cab"));
  write_cab(file, "a.pdb", sample(1000), 1000);
  Buffer bytes = content_of(file);
  bytes[bytes.size() - 100] ^= 1U;
  EXPECT_THAT(read_cab(file_of(bytes), "a.pdb"), IsError(ErrorCode::kMalformed, "wrong checksum"));
}

// A stored folder of `size` bytes with files at the given (offset, size).
Buffer stored_cab(const std::vector<std::pair<std::uint32_t, std::uint32_t>>& files,
                  std::uint32_t size) {
  BytesBuilder b;
  b.text("MSCF").u32(0).ref32("end").u32(0).ref32("files").u32(0).u16(0x0103);
  b.u16(1).u16(files.size()).u16(0).u16(0).u16(0);
  b.ref32("data").u16(1).u16(0).mark("files");
  for (const auto& [offset, file_size] : files) {
    b.u32(file_size).u32(offset).u16(0).u16(0x21).u16(0).u16(0x20).cstring("f");
  }
  b.mark("data").u32(0).u16(size).u16(size);
  for (std::uint32_t i = 0; i < size; ++i) b.u8(i);
  return b.mark("end").build();
}

TEST(CabReader, ReadsStoredFilesInTheOrderOfTheirContent) {
  const File file = file_of(stored_cab({{4, 4}, {0, 4}}, 8));
  const Limits limits;
  UnpackBudget budget;
  ASSERT_OK_AND_ASSIGN(const auto archive, ArchiveReader::open(file, limits, budget));
  for (const Buffer& expected : {Buffer{0, 1, 2, 3}, Buffer{4, 5, 6, 7}}) {
    ASSERT_THAT(archive->next(), IsOk());
    BufferSink sink;
    EXPECT_THAT(archive->extract(sink), IsOkAnd(testing::Eq(4U)));
    EXPECT_EQ(sink.buffer(), expected);
  }
}

TEST(CabReader, RefusesFilesThatOverlap) {
  const File file = file_of(stored_cab({{0, 4}, {3, 4}}, 8));
  const Limits limits;
  UnpackBudget budget;
  ASSERT_OK_AND_ASSIGN(const auto archive, ArchiveReader::open(file, limits, budget));
  BufferSink sink;
  ASSERT_THAT(archive->next(), IsOk());
  EXPECT_THAT(archive->extract(sink), IsOk());
  ASSERT_THAT(archive->next(), IsOk());
  EXPECT_THAT(archive->extract(sink), IsError(ErrorCode::kMalformed, "overlaps"));
}

TEST(CabReader, ChecksEverySizeField) {
  const Buffer bytes = stored_cab({{0, 8}}, 8);
  // In turn: cabinet size, file offset, folders, files, data offset, blocks, type, size, offset.
  for (const std::size_t at : {8U, 16U, 26U, 28U, 36U, 40U, 42U, 44U, 48U, 66U, 68U}) {
    for (const std::uint32_t value : {0U, 1U, 0x7fffU, 0xffffU}) {
      Buffer damaged = bytes;
      std::memcpy(&damaged[at], &value, 2);
      const auto result = read_cab(file_of(damaged), "f");
      ASSERT_TRUE(!result.has_value() || result->size() <= 8) << at << " " << value;
    }
  }
}

}  // namespace
}  // namespace sigla
