// SPDX-License-Identifier: Apache-2.0
#include "store/file_cache.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

#include "testing/matchers.h"

namespace sigla {
namespace {

class FileCacheTest : public testing::Test {
 protected:
  void SetUp() override { ASSERT_OK_AND_ASSIGN(directory_, TempDirectory::create()); }

  FileCache::Options options() const { return {.directory = directory_->path()}; }

  static FileCache::Fill zeros(std::uint64_t size) {
    return [size](const File& file) { return file.truncate(size); };
  }
  static Status no_fill(const File&) { return Error(ErrorCode::kUnavailable, "not again"); }

  std::optional<TempDirectory> directory_;
};

TEST_F(FileCacheTest, FillsOnce) {
  FileCache cache(options());
  EXPECT_EQ(cache.find("a"), nullptr);
  ASSERT_OK_AND_ASSIGN(const auto file, cache.get("a", 10, zeros(10)));
  EXPECT_THAT(cache.get("a", 10, no_fill), IsOkAnd(file));
  EXPECT_EQ(cache.find("a"), file);
  EXPECT_EQ(cache.size(), 10U);
  cache.erase("a");
  EXPECT_EQ(cache.find("a"), nullptr);
  EXPECT_EQ(cache.size(), 0U);
  EXPECT_TRUE(std::filesystem::is_empty(directory_->path()));
}

TEST_F(FileCacheTest, DropsWhatWasUsedLongestAgo) {
  FileCache::Options small = options();
  small.size_max = 30;
  FileCache cache(small);
  for (const char* key : {"a", "b", "c"}) ASSERT_THAT(cache.get(key, 10, zeros(10)), IsOk());
  const auto a = cache.find("a");
  ASSERT_THAT(cache.get("d", 10, zeros(10)), IsOk());
  EXPECT_NE(cache.find("a"), nullptr);
  EXPECT_EQ(cache.find("b"), nullptr);
  EXPECT_EQ(cache.size(), 30U);
  ASSERT_THAT(cache.get("large", 31, zeros(31)), IsOk());
  EXPECT_EQ(cache.find("large"), nullptr);
  ASSERT_THAT(cache.get("all", 30, zeros(30)), IsOk());
  EXPECT_EQ(cache.count(), 1U);
  EXPECT_THAT(a->size(), IsOkAnd(10U)) << "an evicted file lives on for its readers";
}

TEST_F(FileCacheTest, IsBoundedInDescriptors) {
  FileCache::Options few = options();
  few.count_max = 2;
  FileCache cache(few);
  for (const char* key : {"a", "b", "c"}) ASSERT_THAT(cache.get(key, 0, zeros(0)), IsOk());
  EXPECT_EQ(cache.count(), 2U);
}

TEST_F(FileCacheTest, GivesWayOnAFullDisk) {
  FileCache::Options greedy = options();
  greedy.free_size_min = UINT64_MAX / 2;  // more than any disk has
  FileCache cache(greedy);
  ASSERT_THAT(cache.get("a", 10, zeros(10)), IsOk());
  ASSERT_THAT(cache.get("b", 10, zeros(10)), IsOk());
  EXPECT_EQ(cache.find("a"), nullptr);
}

TEST_F(FileCacheTest, ForgetsAFailedFill) {
  FileCache cache(options());
  EXPECT_THAT(cache.get("a", 10, no_fill), IsError(ErrorCode::kUnavailable, "not again"));
  EXPECT_EQ(cache.count(), 0U);
  EXPECT_THAT(cache.get("a", 10, zeros(10)), IsOk());
}

TEST_F(FileCacheTest, SurvivesAFillThatThrows) {
  FileCache cache(options());
  EXPECT_THAT(cache.get("a", 10, [](const File&) -> Status { throw std::bad_alloc(); }),
              IsError(ErrorCode::kInternal, "bad_alloc"));
  EXPECT_THAT(cache.get("a", 10, zeros(10)), IsOk());
}

TEST_F(FileCacheTest, SharesOneFillBetweenThreads) {
  FileCache cache(options());
  std::atomic<int> fills = 0;
  std::atomic<int> waiting = 0;
  std::vector<std::thread> threads;
  std::vector<std::shared_ptr<const File>> files(8);
  for (std::size_t i = 0; i < files.size(); ++i) {
    threads.emplace_back([&, i] {
      ++waiting;
      auto file = cache.get("a", 10, [&](const File&) -> Status {
        ++fills;
        while (waiting != static_cast<int>(files.size())) std::this_thread::yield();
        return {};
      });
      ASSERT_THAT(file, IsOk());
      files[i] = *file;
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(fills, 1);
  for (const auto& file : files) EXPECT_EQ(file, files[0]);
}

TEST_F(FileCacheTest, SharesTheErrorOfAFill) {
  FileCache cache(options());
  std::atomic<int> waiting = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      ++waiting;
      EXPECT_THAT(cache.get("a",
                            10,
                            [&](const File& file) {
                              while (waiting != 4) std::this_thread::yield();
                              return no_fill(file);
                            }),
                  IsError(ErrorCode::kUnavailable, "not again"));
    });
  }
  for (std::thread& thread : threads) thread.join();
}

}  // namespace
}  // namespace sigla
