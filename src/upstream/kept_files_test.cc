// SPDX-License-Identifier: Apache-2.0
#include "upstream/kept_files.h"

#include <atomic>
#include <fstream>
#include <thread>

#include "testing/matchers.h"

namespace sigla {
namespace {

Status write_digits(const File& file, std::size_t count) {
  return file.write_all(as_bytes(std::string(count, '7')));
}

class KeptFilesTest : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_OK_AND_ASSIGN(TempDirectory made, TempDirectory::create());
    directory_ = std::make_unique<TempDirectory>(std::move(made));
  }
  std::filesystem::path path() const { return directory_->path() / "kept"; }
  std::unique_ptr<TempDirectory> directory_;
};

TEST_F(KeptFilesTest, BuildsAFileOnceForEverybody) {
  ASSERT_OK_AND_ASSIGN(const auto cache, KeptFiles::open(path(), 1'000));
  std::atomic<int> built = 0;
  const auto build = [&](const File& file) {
    ++built;
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    return write_digits(file, 10);
  };
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] {
      const auto file = cache->get("a.cab", build);
      ASSERT_THAT(file, IsOk());
      EXPECT_THAT((*file)->size(), IsOkAnd(10u));
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(built, 1);
  EXPECT_EQ(cache->size(), 10u);
}

TEST_F(KeptFilesTest, RemovesWhatWasUsedLongestAgo) {
  ASSERT_OK_AND_ASSIGN(const auto cache, KeptFiles::open(path(), 100));
  const auto build = [](const File& file) { return write_digits(file, 40); };
  ASSERT_THAT(cache->get("a", build), IsOk());
  ASSERT_THAT(cache->get("b", build), IsOk());
  ASSERT_NE(cache->find("a"), nullptr);
  ASSERT_THAT(cache->get("c", build), IsOk());
  EXPECT_NE(cache->find("a"), nullptr);
  EXPECT_EQ(cache->find("b"), nullptr);
  EXPECT_FALSE(std::filesystem::exists(path() / "b"));
  EXPECT_EQ(cache->size(), 80u);
}

TEST_F(KeptFilesTest, ServesButDoesNotKeepWhatIsLargerThanAll) {
  ASSERT_OK_AND_ASSIGN(const auto cache, KeptFiles::open(path(), 100));
  ASSERT_OK_AND_ASSIGN(const auto file,
                       cache->get("a", [](const File& f) { return write_digits(f, 101); }));
  EXPECT_THAT(file->size(), IsOkAnd(101u));
  EXPECT_EQ(cache->find("a"), nullptr);
  EXPECT_EQ(cache->size(), 0u);
}

TEST_F(KeptFilesTest, FindsWhatAnEarlierRunLeft) {
  {
    ASSERT_OK_AND_ASSIGN(const auto cache, KeptFiles::open(path(), 100));
    ASSERT_THAT(cache->get("a", [](const File& f) { return write_digits(f, 30); }), IsOk());
  }
  ASSERT_OK_AND_ASSIGN(const auto cache, KeptFiles::open(path(), 100));
  EXPECT_EQ(cache->size(), 30u);
  EXPECT_NE(cache->find("a"), nullptr);
}

TEST_F(KeptFilesTest, PassesOnWhyAFileCannotBeBuiltAndTriesAgain) {
  ASSERT_OK_AND_ASSIGN(const auto cache, KeptFiles::open(path(), 100));
  EXPECT_THAT(cache->get("a",
                         [](const File&) -> Status {
                           return make_error(ErrorCode::kUnavailable, "no room");
                         }),
              IsError(ErrorCode::kUnavailable, "no room"));
  EXPECT_THAT(cache->get("a", [](const File& f) { return write_digits(f, 1); }), IsOk());
}

TEST_F(KeptFilesTest, SurvivesAFileThatVanished) {
  ASSERT_OK_AND_ASSIGN(const auto cache, KeptFiles::open(path(), 100));
  ASSERT_THAT(cache->get("a", [](const File& f) { return write_digits(f, 30); }), IsOk());
  std::filesystem::remove(path() / "a");
  EXPECT_EQ(cache->find("a"), nullptr);
  EXPECT_EQ(cache->size(), 0u);
}

}  // namespace
}  // namespace sigla
