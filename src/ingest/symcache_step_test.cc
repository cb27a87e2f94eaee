// SPDX-License-Identifier: Apache-2.0
#include "ingest/symcache_step.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "codec/archive_testing.h"
#include "store/memory/memory_blob_store.h"
#include "symcache/symcache.h"
#include "symcache/writer.h"
#include "testing/matchers.h"

namespace sigla {
namespace {

// Passes jobs on, counts them.
class CountingPool final : public WorkerPool {
 public:
  explicit CountingPool(std::unique_ptr<WorkerPool> pool) : pool_(std::move(pool)) {}
  Result<WorkerMessage> run(std::string_view job,
                            WorkerMessage request,
                            const WorkerRequestHandler& on_request,
                            std::chrono::milliseconds wall_time_max) override {
    ++count;
    return pool_->run(job, std::move(request), on_request, wall_time_max);
  }
  std::atomic<int> count = 0;

 private:
  std::unique_ptr<WorkerPool> pool_;
};

class SymcacheStepTest : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_OK_AND_ASSIGN(directory_, TempDirectory::create());
    ASSERT_OK_AND_ASSIGN(
        auto pool, WorkerPool::start({.command = {"/proc/self/exe", "worker"}, .limits = {}}));
    workers_.emplace(std::move(pool));
    step_.emplace(blobs_, *workers_, directory_->path());
  }
  SymcacheStep::Object put(std::string_view content) {
    auto stored = blobs_.put(make_file(content));
    EXPECT_THAT(stored, IsOk());
    return {stored->hash, 0, stored->size, "lib.sym"};
  }
  static std::string function_at(const File& file, std::uint64_t rva) {
    const auto mapped = MappedFile::map(file);
    EXPECT_THAT(mapped, IsOk());
    const auto cache = Symcache::open(mapped->bytes());
    EXPECT_TRUE(cache.has_value());
    const auto frames = cache->lookup(rva);
    return frames.empty() ? "" : std::string(frames.front().function);
  }

  std::optional<TempDirectory> directory_;
  MemoryBlobStore blobs_;
  std::optional<CountingPool> workers_;
  std::optional<SymcacheStep> step_;
};

TEST_F(SymcacheStepTest, MakesASymcacheOnce) {
  const auto object = put(make_sym(1, 3));
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      ASSERT_OK_AND_ASSIGN(const File file, step_->get(object));
      EXPECT_TRUE(function_at(file, 0x1010).starts_with("function_"));
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(workers_->count, 1);
  step_.emplace(blobs_, *workers_, directory_->path());
  EXPECT_THAT(step_->get(object), IsOk());
  EXPECT_EQ(workers_->count, 1);
}

TEST_F(SymcacheStepTest, RemembersWhatNoneCanBeMadeOf) {
  const auto object = put("no symbols at all");
  EXPECT_FALSE(step_->get(object).has_value());
  EXPECT_FALSE(step_->get(object).has_value());
  EXPECT_EQ(workers_->count, 1);
  EXPECT_THAT(step_->get({BlobHash(), 0, 0, ""}), IsError(ErrorCode::kNotFound, ""));
}

TEST_F(SymcacheStepTest, MakesOneOfASlice) {
  const std::string before(1000, 'x');
  const std::string sym = make_sym(1, 3);
  auto object = put(before + sym + "FUNC what follows is another slice");
  object.offset = before.size();
  object.size = sym.size();
  ASSERT_OK_AND_ASSIGN(const File file, step_->get(object));
  EXPECT_TRUE(function_at(file, 0x1000).starts_with("function_"));
}

TEST_F(SymcacheStepTest, MakesADamagedOneAgain) {
  const auto object = put(make_sym(1, 3));
  ASSERT_THAT(step_->get(object), IsOk());
  step_->forget(object);
  ASSERT_OK_AND_ASSIGN(const File file, step_->get(object));
  EXPECT_EQ(workers_->count, 2);
  EXPECT_TRUE(function_at(file, 0x1000).starts_with("function_"));
}

// Instead of a conversion: asks for one companion and writes a symcache with its content as a name.
class AskingPool final : public WorkerPool {
 public:
  Result<WorkerMessage> run(std::string_view,
                            WorkerMessage request,
                            const WorkerRequestHandler& on_request,
                            std::chrono::milliseconds) override {
    ++count;
    CompanionRequest wanted;
    wanted.kind = CompanionKind::kSupplementary;
    wanted.build_id = {0xab, 0xcd};
    SIGLA_TRY_ASSIGN(const WorkerMessage companion,
                     on_request(kAskCompanion, {encode_companion_request(wanted), {}}));
    std::string name = "alone";
    if (!companion.files.empty()) {
      SIGLA_TRY_ASSIGN(const MappedFile file, MappedFile::map(companion.files.front()));
      name = std::string(as_text(file.bytes())) + " of " + companion.payload;
    }
    const Limits limits;
    SymcacheWriter writer(limits);
    writer.begin_function({.address = 0x1000, .size = 16, .name = name});
    SIGLA_TRY(writer.finish([&](Bytes piece) { return request.files[1].write_all(piece); }));
    return WorkerMessage();
  }
  int count = 0;
};

TEST_F(SymcacheStepTest, HandsCompanionsOverAndWaitsForThoseThatAreMissing) {
  AskingPool pool;
  SymcacheStep step(blobs_, pool, directory_->path());
  const auto object = put("program");
  std::optional<SymcacheStep::Object> companion;
  const auto find = [&](const CompanionRequest& request) {
    EXPECT_EQ(request.build_id, (Buffer{0xab, 0xcd}));
    return companion;
  };
  for (int i = 0; i < 2; ++i) {
    ASSERT_OK_AND_ASSIGN(const File file, step.get(object, find));
    EXPECT_EQ(function_at(file, 0x1000), "alone");
    EXPECT_EQ(pool.count, 1);
  }
  companion = put("shared");
  companion->name = "common.dwz";
  for (int i = 0; i < 2; ++i) {
    ASSERT_OK_AND_ASSIGN(const File file, step.get(object, find));
    EXPECT_EQ(function_at(file, 0x1000), "shared of common.dwz");
    EXPECT_EQ(pool.count, 2);
  }
}

}  // namespace
}  // namespace sigla
