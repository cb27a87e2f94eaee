// SPDX-License-Identifier: Apache-2.0
#include "store/files/files_blob_store.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <random>

#include "codec/hash.h"
#include "testing/matchers.h"

namespace sigla {
namespace {

Buffer make_content(std::size_t size) {
  Buffer content(size);
  std::minstd_rand random(7);
  for (auto& byte : content) byte = static_cast<std::uint8_t>(random() % 64);
  return content;
}

class FilesBlobStoreTest : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_OK_AND_ASSIGN(directory_, TempDirectory::create());
    ASSERT_NO_FATAL_FAILURE(reopen());
  }
  void reopen() {
    ASSERT_OK_AND_ASSIGN(store_, open_files_blob_store({.root = directory_->path()}));
  }
  BlobStore::Stored put(Bytes content) {
    auto file = File::create_in_memory("content");
    EXPECT_THAT(file->write_all(content), IsOk());
    auto stored = store_->put(*file);
    EXPECT_THAT(stored, IsOk());
    return std::move(*stored);
  }
  // Without bringing it to the disk, which is slow.
  static void overwrite(const std::filesystem::path& path, Bytes content) {
    ASSERT_OK_AND_ASSIGN(const File file, File::create(path));
    ASSERT_THAT(file.write_all(content), IsOk());
  }
  std::filesystem::path path_of(const BlobHash& hash) const {
    const std::string name = hash.hex();
    return directory_->path() / "blobs" / name.substr(0, 2) / (name + ".zst");
  }

  std::optional<TempDirectory> directory_;
  std::unique_ptr<BlobStore> store_;
};

TEST_F(FilesBlobStoreTest, KeepsBlobsAcrossReopening) {
  const auto stored = put(as_bytes("content"));
  reopen();
  ASSERT_OK_AND_ASSIGN(const auto file, store_->open_content(stored.hash));
  EXPECT_THAT(file->size(), IsOkAnd(7U));
  EXPECT_FALSE(put(as_bytes("content")).was_new);
}

TEST_F(FilesBlobStoreTest, StartsWithoutWhatAnEarlierProcessLeft) {
  const auto stored = put(as_bytes("content"));
  const auto leftover = directory_->path() / "spool" / "upload-17";
  ASSERT_THAT(replace_file(leftover, as_bytes("half an upload")), IsOk());
  ASSERT_THAT(replace_file(directory_->path() / "cache" / "x", as_bytes("old")), IsOk());
  reopen();
  EXPECT_FALSE(std::filesystem::exists(leftover));
  EXPECT_TRUE(std::filesystem::is_empty(directory_->path() / "cache"));
  EXPECT_THAT(store_->open(stored.hash), IsOk());
}

TEST_F(FilesBlobStoreTest, PacksWhatPacks) {
  EXPECT_LT(put(Buffer(4 << 20, 'x')).stored_size, 4'000U);
  Buffer noise(1 << 20);
  std::minstd_rand random(3);
  for (auto& byte : noise) byte = static_cast<std::uint8_t>(random() >> 16);
  EXPECT_LT(put(noise).stored_size, noise.size() + 1'000);
}

// Flips one bit at many places of a stored blob: the content is right or an error, never wrong.
TEST_F(FilesBlobStoreTest, NeverServesDamagedContent) {
  const Buffer content = make_content(1'200'000);
  const auto stored = put(content);
  ASSERT_OK_AND_ASSIGN(const Buffer packed, read_file(path_of(stored.hash), 1U << 30U));
  int refused = 0;
  for (std::size_t at = 0; at < packed.size(); at += packed.size() / 61) {
    for (const std::size_t offset : {at, packed.size() - 1 - at / 1000}) {
      Buffer damaged = packed;
      damaged[offset] ^= 0x10;
      ASSERT_NO_FATAL_FAILURE(overwrite(path_of(stored.hash), damaged));
      ASSERT_NO_FATAL_FAILURE(reopen());
      const auto file = store_->open_content(stored.hash);
      if (!file.has_value()) {
        EXPECT_THAT(file, IsError(ErrorCode::kUnavailable, "is damaged"));
        ++refused;
        continue;
      }
      EXPECT_THAT(sha256(**file), IsOkAnd(stored.hash.bytes)) << offset;
    }
  }
  EXPECT_GT(refused, 100);
}

TEST_F(FilesBlobStoreTest, ReportsEveryTruncation) {
  const auto stored = put(make_content(600'000));
  ASSERT_OK_AND_ASSIGN(const Buffer packed, read_file(path_of(stored.hash), 1U << 30U));
  for (std::size_t size = 0; size < packed.size(); size += packed.size() / 40) {
    ASSERT_NO_FATAL_FAILURE(overwrite(path_of(stored.hash), Bytes(packed).first(size)));
    EXPECT_THAT(store_->open(stored.hash), IsError(ErrorCode::kUnavailable, "is damaged")) << size;
    EXPECT_THAT(store_->open_content(stored.hash), IsError(ErrorCode::kUnavailable, "is damaged"));
  }
}

TEST_F(FilesBlobStoreTest, ReadsTheFramesThatAreWhole) {
  const Buffer content = make_content(1'200'000);
  const auto stored = put(content);
  ASSERT_OK_AND_ASSIGN(Buffer packed, read_file(path_of(stored.hash), 1U << 30U));
  packed[packed.size() / 2] ^= 1;  // in the second of three frames
  ASSERT_NO_FATAL_FAILURE(overwrite(path_of(stored.hash), packed));
  ASSERT_OK_AND_ASSIGN(const auto reader, store_->open(stored.hash));
  Buffer buffer(1000);
  EXPECT_THAT(reader->read_at(buffer, 0), IsOkAnd(1000U));
  EXPECT_TRUE(std::equal(buffer.begin(), buffer.end(), content.begin()));
  EXPECT_THAT(reader->read_at(buffer, 600'000), IsError(ErrorCode::kUnavailable, "frame 1"));
}

// A full disk looks like this to us: a write that fails half-way. The child may not write past 64
// KiB.
TEST_F(FilesBlobStoreTest, KeepsNothingWhenTheDiskIsFull) {
  auto noise = File::create_in_memory("content");
  Buffer bytes(1 << 20);
  std::minstd_rand random(3);
  for (auto& byte : bytes) byte = static_cast<std::uint8_t>(random() >> 16);
  ASSERT_THAT(noise->write_all(bytes), IsOk());
  const pid_t child = ::fork();
  if (child == 0) {
    ::signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{65536, 65536};
    ::setrlimit(RLIMIT_FSIZE, &limit);
    const auto stored = store_->put(*noise);
    ::_exit(!stored.has_value() && stored.error().code() == ErrorCode::kNoSpace ? 0 : 1);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
  int count = 0;
  EXPECT_THAT(store_->for_each([&](const BlobHash&) { ++count; }), IsOk());
  EXPECT_EQ(count, 0);
  EXPECT_TRUE(std::filesystem::is_empty(directory_->path() / "spool"));
  EXPECT_TRUE(store_->put(*noise).has_value());
}

}  // namespace
}  // namespace sigla
