// SPDX-License-Identifier: Apache-2.0
#include "codec/zstd_seekable.h"

#include <gtest/gtest.h>

#include <random>
#include <thread>

#include "codec/decoder.h"
#include "testing/matchers.h"

namespace sigla {
namespace {

Buffer sample(std::size_t size) {
  std::mt19937 random(7);
  Buffer content(size);
  for (std::uint8_t& byte : content) byte = static_cast<std::uint8_t>(random() % 23);
  return content;
}

Buffer pack(Bytes content, std::size_t frame_size, std::size_t piece_size = 1000) {
  BufferSink packed;
  SeekableWriter writer(packed, frame_size);
  for (std::size_t at = 0; at < content.size(); at += piece_size) {
    const std::size_t size = std::min(piece_size, content.size() - at);
    EXPECT_THAT(writer.write(content.subspan(at, size)), IsOk());
  }
  EXPECT_THAT(writer.finish(), IsOk());
  EXPECT_EQ(writer.size(), content.size());
  EXPECT_EQ(writer.packed_size(), packed.buffer().size());
  return std::move(packed).take();
}

Result<SeekableReader> open(Bytes packed) {
  SIGLA_TRY_ASSIGN(File file, File::create_in_memory("test"));
  SIGLA_TRY(file.write_all(packed));
  return SeekableReader::open(std::make_shared<const File>(std::move(file)));
}

TEST(SeekableZstd, ReadsAnyPart) {
  const Buffer content = sample(100'000);
  ASSERT_OK_AND_ASSIGN(SeekableReader reader, open(pack(content, 4096)));
  EXPECT_EQ(reader.size(), content.size());
  std::mt19937 random(1);
  for (int i = 0; i < 300; ++i) {
    const std::size_t offset = random() % (content.size() + 10);
    Buffer buffer(random() % 20'000);
    const std::size_t expected =
        offset >= content.size() ? 0 : std::min(buffer.size(), content.size() - offset);
    ASSERT_OK_AND_ASSIGN(const std::size_t count, reader.read_at(buffer, offset));
    ASSERT_EQ(count, expected);
    ASSERT_TRUE(std::equal(
        buffer.begin(),
        buffer.begin() + static_cast<std::ptrdiff_t>(count),
        content.begin() + static_cast<std::ptrdiff_t>(std::min(offset, content.size()))));
  }
}

TEST(SeekableZstd, KeepsEverySize) {
  for (const std::size_t size : {0U, 1U, 4095U, 4096U, 4097U, 8192U}) {
    const Buffer content = sample(size);
    for (const std::size_t piece : {100U, 4096U, 9000U}) {
      ASSERT_OK_AND_ASSIGN(SeekableReader reader, open(pack(content, 4096, piece)));
      Buffer buffer(size + 1);
      ASSERT_THAT(reader.read_at(buffer, 0), IsOkAnd(testing::Eq(size)));
      buffer.resize(size);
      EXPECT_EQ(buffer, content);
    }
  }
}

TEST(SeekableZstd, IsAStreamForAnyZstdDecoder) {
  for (const std::size_t size : {0U, 1U, 100'000U}) {
    const Buffer content = sample(size);
    EXPECT_THAT(decode(Codec::kZstd, pack(content, 4096), size, Limits()),
                IsOkAnd(testing::Eq(content)));
  }
}

TEST(SeekableZstd, KeepsTheOrderOfFramesThatAPoolPacks) {
  FramePool pool(3);
  const Buffer content = sample(300'001);
  for (const std::size_t piece : {1000U, 4096U, 50'000U}) {
    BufferSink packed;
    SeekableWriter writer(packed, 4096, 3, &pool);
    for (std::size_t at = 0; at < content.size(); at += piece) {
      const std::size_t size = std::min(piece, content.size() - at);
      ASSERT_THAT(writer.write(Bytes(content).subspan(at, size)), IsOk());
    }
    ASSERT_THAT(writer.finish(), IsOk());
    EXPECT_EQ(writer.packed_size(), packed.buffer().size());
    EXPECT_EQ(writer.size(), content.size());
    EXPECT_THAT(decode(Codec::kZstd, packed.buffer(), content.size(), Limits()),
                IsOkAnd(testing::Eq(content)));
    ASSERT_OK_AND_ASSIGN(SeekableReader reader, open(packed.buffer()));
    Buffer buffer(5'000);
    ASSERT_THAT(reader.read_at(buffer, 200'000), IsOkAnd(testing::Eq(buffer.size())));
    EXPECT_TRUE(std::equal(buffer.begin(), buffer.end(), content.begin() + 200'000));
  }
}

TEST(SeekableZstd, SharesAPoolAmongWriters) {
  FramePool pool(2);
  const Buffer content = sample(200'000);
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int round = 0; round < 5; ++round) {
        BufferSink packed;
        SeekableWriter writer(packed, 4096, 3, &pool);
        EXPECT_THAT(writer.write(content), IsOk());
        EXPECT_THAT(writer.finish(), IsOk());
        EXPECT_THAT(decode(Codec::kZstd, packed.buffer(), content.size(), Limits()),
                    IsOkAnd(testing::Eq(content)));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
}

// The sink takes so much and then fails; frames that threads are at must not be lost under them.
TEST(SeekableZstd, ReportsASinkThatFails) {
  FramePool pool(2);
  const Buffer content = sample(200'000);
  const std::size_t packed_size = pack(content, 4096).size();
  for (std::size_t size_max = 0; size_max < packed_size; size_max += 5'000) {
    for (FramePool* const used : {&pool, static_cast<FramePool*>(nullptr)}) {
      BufferSink packed(size_max);
      SeekableWriter writer(packed, 4096, 3, used);
      Status status = writer.write(content);
      if (status.has_value()) status = writer.finish();
      EXPECT_THAT(status, IsError(ErrorCode::kLimitExceeded, "more than the limit"));
    }
  }
}

// Text of hexadecimal digits packs as well at level 1; text that repeats itself from afar does not.
TEST(SeekableZstd, LeavesALevelThatIsNotWorthItsTime) {
  std::mt19937_64 random(3);
  std::string digits;
  std::vector<std::string> words;
  for (int i = 0; i < 4000; ++i) words.push_back(fmt::format("word{:x}", random() % 100'000));
  std::string text;
  while (digits.size() < (1U << 20U)) digits += fmt::format("FUNC 1000 20 0 {:016x}\n", random());
  while (text.size() < (1U << 20U)) text += words[random() % words.size()] + " ";
  for (const auto& [content, is_worth_it] : {std::pair(&digits, false), std::pair(&text, true)}) {
    PackingFrame frame;
    frame.content.assign(content->begin(), content->end());
    frame.compare = true;
    FramePacker packer;
    packer.pack(frame);
    EXPECT_EQ(frame.is_level_worth_it, is_worth_it);
    EXPECT_THAT(decode(Codec::kZstd, frame.packed(), content->size(), Limits()),
                IsOkAnd(testing::Eq(frame.content)));
    const std::size_t kept_size = frame.packed_size;
    frame.compare = false;
    for (const int level : {1, 3}) {
      frame.level = level;
      packer.pack(frame);
      EXPECT_GE(frame.packed_size, kept_size) << level;
    }
  }
}

TEST(SeekableZstd, RejectsEveryTruncation) {
  const Buffer packed = pack(sample(5000), 1000);
  for (std::size_t size = 0; size < packed.size(); ++size) {
    ASSERT_THAT(open(Bytes(packed).first(size)), IsError(ErrorCode::kMalformed, "zstd seekable"));
  }
}

TEST(SeekableZstd, RejectsEveryDamagedByte) {
  const Buffer content = sample(5000);
  const Buffer packed = pack(content, 1000);
  for (std::size_t i = 0; i < packed.size(); ++i) {
    Buffer damaged = packed;
    damaged[i] ^= 0x40U;
    auto reader = open(damaged);
    if (!reader.has_value()) continue;
    Buffer buffer(content.size() + 1);
    const auto count = reader->read_at(buffer, 0);
    // Some bits of a frame mean nothing, so an equal result is right too.
    buffer.resize(content.size());
    ASSERT_TRUE(!count.has_value() || (*count == content.size() && buffer == content)) << i;
  }
}

TEST(SeekableZstd, ChecksEverySizeOfTheTable) {
  const Buffer packed = pack(sample(5000), 1000);
  const std::size_t footer = packed.size() - 9;
  const std::size_t table = footer - 5 * 8;
  for (const std::size_t at : {footer, table, table + 4, table + 36}) {
    for (const std::uint32_t value : {0U, 1U, 0x7fffffffU, 0xffffffffU}) {
      Buffer damaged = packed;
      std::memcpy(&damaged[at], &value, 4);
      auto reader = open(damaged);
      Buffer buffer(5000);
      ASSERT_FALSE(reader.has_value() && reader->read_at(buffer, 0).has_value())
          << at << " " << value << " " << table;
    }
  }
}

TEST(SeekableZstd, ReadsATableWithChecksums) {
  Buffer packed = pack(sample(1000), 1000);
  // Rewrites the one entry as one with a checksum, as other writers make it.
  const std::size_t table = packed.size() - 9 - 8 - 8;
  packed.insert(packed.begin() + static_cast<std::ptrdiff_t>(table + 16), {1, 2, 3, 4});
  packed[table + 4] = static_cast<std::uint8_t>(packed[table + 4] + 4);
  packed[packed.size() - 5] = 0x80;
  ASSERT_OK_AND_ASSIGN(SeekableReader reader, open(packed));
  Buffer buffer(1000);
  EXPECT_THAT(reader.read_at(buffer, 0), IsOkAnd(testing::Eq(1000U)));
  EXPECT_EQ(buffer, sample(1000));
}

}  // namespace
}  // namespace sigla
