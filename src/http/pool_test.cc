// SPDX-License-Identifier: Apache-2.0
#include "http/pool.h"

#include <gtest/gtest.h>

#include <atomic>
#include <future>

namespace sigla::http {
namespace {

// Jobs that run until they are let go.
class Held {
 public:
  Held() : go_on_(promise_.get_future().share()) {}
  void submit(Pool& pool, Pool::Lane lane, int count) {
    for (int i = 0; i < count; ++i) {
      pool.submit(
          [this, go_on = go_on_] {
            ++started_;
            go_on.wait();
            ++done_;
          },
          lane);
    }
  }
  int started() const { return started_; }
  int done() const { return done_; }
  void wait_for(int count) const {
    while (started_ < count) std::this_thread::yield();
  }
  void let_go() { promise_.set_value(); }

 private:
  std::promise<void> promise_;
  std::shared_future<void> go_on_;
  std::atomic<int> started_ = 0;
  std::atomic<int> done_ = 0;
};

void run_one(Pool& pool, Pool::Lane lane) {
  std::promise<void> ran;
  pool.submit([&ran] { ran.set_value(); }, lane);
  ran.get_future().wait();
}

TEST(Pool, KeepsUploadsFromDumpsAndBothFromDownloads) {
  Held uploads;
  Held dumps;
  Pool pool(8);
  uploads.submit(pool, Pool::Lane::kBulk, 20);
  uploads.wait_for(4);
  run_one(pool, Pool::Lane::kLong);
  dumps.submit(pool, Pool::Lane::kLong, 20);
  dumps.wait_for(2);
  for (int i = 0; i < 100; ++i) run_one(pool, Pool::Lane::kShort);
  EXPECT_EQ(uploads.started(), 4);
  EXPECT_EQ(dumps.started(), 2);
  uploads.let_go();
  dumps.let_go();
}

TEST(Pool, RunsEverythingBeforeItEnds) {
  for (const std::size_t thread_count : {1U, 2U, 3U, 8U}) {
    Held jobs;
    jobs.let_go();
    {
      Pool pool(thread_count);
      for (const auto lane : {Pool::Lane::kBulk, Pool::Lane::kLong, Pool::Lane::kShort}) {
        jobs.submit(pool, lane, 50);
      }
    }
    EXPECT_EQ(jobs.done(), 150) << thread_count;
  }
}

}  // namespace
}  // namespace sigla::http
