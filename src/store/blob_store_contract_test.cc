// SPDX-License-Identifier: Apache-2.0
// What every blob store promises, run on each of them.
#include <gtest/gtest.h>

#include <atomic>
#include <random>
#include <thread>

#include "codec/decoder.h"
#include "codec/hash.h"
#include "store/blob_store.h"
#include "store/files/files_blob_store.h"
#include "store/memory/memory_blob_store.h"
#include "testing/matchers.h"

namespace sigla {
namespace {

using testing::ElementsAre;
using testing::SizeIs;

// Half of it packs well, half not at all; more than one frame.
Buffer make_content(std::size_t size, unsigned seed = 1) {
  Buffer content(size);
  std::minstd_rand random(seed);
  for (std::size_t i = 0; i < size; ++i) {
    content[i] = static_cast<std::uint8_t>(i / 1000 % 2 == 0 ? random() >> 8 : i / 1000);
  }
  return content;
}

File make_file(Bytes content) {
  auto file = File::create_in_memory("content");
  EXPECT_THAT(file, IsOk());
  EXPECT_THAT(file->write_all(content), IsOk());
  return std::move(*file);
}

Buffer read_file_content(const File& file) {
  FileSource source(file);
  auto content = read_all(source, 1ULL << 30);
  EXPECT_THAT(content, IsOk());
  return content.has_value() ? *content : Buffer();
}

class BlobStoreContract : public testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    if (GetParam() == std::string_view("memory")) {
      store_ = std::make_unique<MemoryBlobStore>();
    } else {
      ASSERT_OK_AND_ASSIGN(directory_, TempDirectory::create());
      ASSERT_OK_AND_ASSIGN(store_, open_files_blob_store({.root = directory_->path()}));
    }
  }

  BlobStore::Stored put(Bytes content) {
    auto stored = store_->put(make_file(content));
    EXPECT_THAT(stored, IsOk());
    return stored.has_value() ? std::move(*stored) : BlobStore::Stored();
  }

  std::optional<TempDirectory> directory_;
  std::unique_ptr<BlobStore> store_;
};

TEST_P(BlobStoreContract, ReturnsWhatWasPut) {
  for (const std::size_t size : {0U, 1U, 1000U, 512U << 10U, (512U << 10U) + 1, 3'000'000U}) {
    const Buffer content = make_content(size);
    const auto stored = put(content);
    EXPECT_TRUE(stored.was_new);
    EXPECT_EQ(stored.size, size);
    EXPECT_GT(stored.stored_size, 0U);
    EXPECT_EQ(stored.hash.bytes, sha256(content));

    ASSERT_OK_AND_ASSIGN(const auto file, store_->open_content(stored.hash));
    EXPECT_EQ(read_file_content(*file), content);
    EXPECT_EQ(store_->find_content(stored.hash), file);

    ASSERT_OK_AND_ASSIGN(const auto packed, store_->open_stored(stored.hash));
    const Buffer packed_bytes = read_file_content(*packed);
    EXPECT_EQ(packed_bytes.size(), stored.stored_size);
    EXPECT_THAT(decode(Codec::kZstd, packed_bytes, 1U << 30U, Limits()), IsOkAnd(content));
  }
}

TEST_P(BlobStoreContract, IgnoresWhereTheFilePositionIs) {
  const File file = make_file(as_bytes("content"));  // its position is at the end
  ASSERT_OK_AND_ASSIGN(const auto stored, store_->put(file));
  EXPECT_EQ(stored.size, 7U);
}

TEST_P(BlobStoreContract, ReadsAnyRange) {
  const Buffer content = make_content(1'300'000);
  const auto stored = put(content);
  ASSERT_OK_AND_ASSIGN(const auto reader, store_->open(stored.hash));
  EXPECT_EQ(reader->size(), content.size());
  for (const std::uint64_t offset : {0U, 1U, 524'287U, 524'288U, 1'048'000U, 1'299'999U}) {
    Buffer buffer(700'000);
    std::size_t filled = 0;
    while (filled < buffer.size()) {
      ASSERT_OK_AND_ASSIGN(const std::size_t count,
                           reader->read_at(MutableBytes(buffer).subspan(filled), offset + filled));
      if (count == 0) break;
      filled += count;
    }
    const Bytes expected = Bytes(content).subspan(offset).first(filled);
    EXPECT_EQ(filled, std::min<std::size_t>(buffer.size(), content.size() - offset));
    EXPECT_TRUE(std::equal(expected.begin(), expected.end(), buffer.begin())) << offset;
  }
  Buffer buffer(1);
  EXPECT_THAT(reader->read_at(buffer, content.size()), IsOkAnd(0U));
  EXPECT_THAT(reader->read_at(buffer, content.size() + 1000), IsOkAnd(0U));
}

TEST_P(BlobStoreContract, KeepsContentOnce) {
  const Buffer content = make_content(10'000);
  const auto first = put(content);
  const auto second = put(content);
  EXPECT_FALSE(second.was_new);
  EXPECT_EQ(second.hash, first.hash);
  EXPECT_EQ(second.size, first.size);
  EXPECT_EQ(second.stored_size, first.stored_size);
}

TEST_P(BlobStoreContract, KeepsContentOnceWhateverIsBelievedOfIt) {
  for (const std::size_t size : {0U, 10'000U, 1'200'000U}) {
    const Buffer content = make_content(size);
    BlobStore::Stored first;
    for (const bool is_first : {true, false}) {
      ASSERT_OK_AND_ASSIGN(
          BlobStore::Stored stored,
          store_->put_unsynced(make_file(content), BlobStore::Novelty::kLikelyNew));
      ASSERT_THAT(store_->sync({&stored, 1}), IsOk());
      EXPECT_EQ(stored.was_new, is_first);
      if (is_first) first = stored;
      EXPECT_EQ(stored.hash, first.hash);
      EXPECT_EQ(stored.size, first.size);
      EXPECT_EQ(stored.stored_size, first.stored_size);
      EXPECT_THAT(store_->remove(stored.hash), IsError(ErrorCode::kConflict, "being stored"));
    }
    EXPECT_EQ(first.hash.bytes, sha256(content));
    EXPECT_FALSE(put(content).was_new);
    ASSERT_OK_AND_ASSIGN(const auto file, store_->open_content(first.hash));
    EXPECT_EQ(read_file_content(*file), content);
  }
}

TEST_P(BlobStoreContract, ListsWhatItHas) {
  const auto a = put(as_bytes("a"));
  const auto b = put(as_bytes("b"));
  std::vector<BlobHash> seen;
  ASSERT_THAT(store_->for_each([&](const BlobHash& hash) { seen.push_back(hash); }), IsOk());
  EXPECT_THAT(seen, testing::UnorderedElementsAre(a.hash, b.hash));
}

TEST_P(BlobStoreContract, HasNothingUnknown) {
  const BlobHash hash;
  EXPECT_THAT(store_->open(hash), IsError(ErrorCode::kNotFound, hash.hex()));
  EXPECT_THAT(store_->open_stored(hash), IsError(ErrorCode::kNotFound, hash.hex()));
  EXPECT_THAT(store_->open_content(hash), IsError(ErrorCode::kNotFound, hash.hex()));
  EXPECT_EQ(store_->find_content(hash), nullptr);
  EXPECT_THAT(store_->remove(hash), IsError(ErrorCode::kNotFound, hash.hex()));
}

TEST_P(BlobStoreContract, RemovesButLetsReadersFinish) {
  const Buffer content = make_content(600'000);
  auto stored = put(content);
  stored.pin.reset();
  ASSERT_OK_AND_ASSIGN(const auto reader, store_->open(stored.hash));
  ASSERT_OK_AND_ASSIGN(const auto file, store_->open_content(stored.hash));
  EXPECT_THAT(store_->remove(stored.hash), IsOk());
  EXPECT_THAT(store_->open(stored.hash), IsError(ErrorCode::kNotFound, ""));
  EXPECT_THAT(store_->open_content(stored.hash), IsError(ErrorCode::kNotFound, ""));
  EXPECT_EQ(read_file_content(*file), content);
  Buffer buffer(1);
  EXPECT_THAT(reader->read_at(buffer, 599'999), IsOkAnd(1U));
  EXPECT_EQ(buffer[0], content.back());
  EXPECT_TRUE(put(content).was_new);
}

TEST_P(BlobStoreContract, KeepsAwayFromWhatIsPinnedOrReferenced) {
  auto stored = put(as_bytes("content"));
  EXPECT_THAT(store_->remove(stored.hash), IsError(ErrorCode::kConflict, "being stored"));
  auto again = put(as_bytes("content"));
  stored.pin.reset();
  EXPECT_THAT(store_->remove(stored.hash), IsError(ErrorCode::kConflict, "being stored"));
  again.pin.reset();
  EXPECT_THAT(store_->remove(stored.hash, [] { return Result<bool>(true); }),
              IsError(ErrorCode::kConflict, "in use"));
  EXPECT_THAT(
      store_->remove(stored.hash,
                     [] { return Result<bool>(Error(ErrorCode::kUnavailable, "no database")); }),
      IsError(ErrorCode::kUnavailable, "no database"));
  EXPECT_THAT(store_->remove(stored.hash, [] { return Result<bool>(false); }), IsOk());
}

TEST_P(BlobStoreContract, TakesTheSameContentFromManyThreads) {
  const Buffer content = make_content(700'000);
  std::vector<std::thread> threads;
  std::atomic<int> new_count = 0;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (unsigned round = 0; round < 3; ++round) {
        if (put(make_content(100'000, round + 10)).was_new) ++new_count;
        const auto stored = put(content);
        if (stored.was_new) ++new_count;
        ASSERT_OK_AND_ASSIGN(const auto file, store_->open_content(stored.hash));
        EXPECT_EQ(read_file_content(*file), content);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(new_count, 4);
}

TEST_P(BlobStoreContract, SaysItWorks) { EXPECT_THAT(store_->check(), IsOk()); }

INSTANTIATE_TEST_SUITE_P(Every,
                         BlobStoreContract,
                         testing::Values("memory", "files"),
                         [](const auto& context) { return std::string(context.param); });

TEST(BlobHash, ReadsItsOwnText) {
  BlobHash hash;
  hash.bytes = sha256(as_bytes("x"));
  EXPECT_THAT(BlobHash::parse(hash.hex()), IsOkAnd(hash));
  EXPECT_THAT(BlobHash::parse(hash.hex().substr(2)), IsError(ErrorCode::kInvalidArgument, "64"));
  EXPECT_THAT(BlobHash::parse(std::string(64, 'g')), IsError(ErrorCode::kInvalidArgument, "64"));
}

}  // namespace
}  // namespace sigla
