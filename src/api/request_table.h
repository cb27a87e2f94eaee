// SPDX-License-Identifier: Apache-2.0
// Work that outlives the request that asked for it: started, waited for, asked for again by
// its id. Results stay in memory for a while after they are done; both they and the work under way
// are bounded. Thread-safe.
//
//   SIGLA_TRY_ASSIGN(const std::string id, table.start([] { return std::string("{...}"); }));
//   table.call_when_done(id, waiter);      no thread waits meanwhile
//   if (const auto state = table.state(id); state.result) ...
#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "base/result.h"
#include "http/response.h"

namespace sigla::api {

class RequestTable {
 public:
  struct Options {
    std::size_t thread_count = 2;           // works at once
    std::size_t pending_count_max = 200;    // started and not done
    std::size_t result_count_max = 10'000;  // done and kept; the oldest go first
    std::uint64_t result_size_max = 512ULL << 20;
    std::chrono::seconds result_life{90};
  };
  using Work = std::function<std::string()>;  // must not throw

  explicit RequestTable(Options options);
  // Lets everybody go who waits; what has not begun is dropped.
  void close();
  // Finishes what is under way.
  ~RequestTable();
  RequestTable(const RequestTable&) = delete;
  RequestTable& operator=(const RequestTable&) = delete;

  // The id, which cannot be guessed. Error kUnavailable when too much is pending.
  Result<std::string> start(Work work);

  struct State {
    bool is_known = false;
    std::shared_ptr<const std::string> result;  // null: not done yet
  };
  State state(const std::string& id);
  // Wakes the waiter when the work is done or the table closes; at once where that is so already,
  // or nobody knows the id.
  void call_when_done(const std::string& id, const std::shared_ptr<http::Waiter>& waiter);

 private:
  using Clock = std::chrono::steady_clock;
  struct Entry {
    Work work;
    std::shared_ptr<const std::string> result;
    Clock::time_point done_at;
    std::vector<std::weak_ptr<http::Waiter>> waiters;  // those who left are among them
  };

  static void wake(const std::vector<std::weak_ptr<http::Waiter>>& waiters);
  void run();
  void drop_old();

  const Options options_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::map<std::string, Entry> entries_;
  std::deque<std::string> waiting_;   // ids whose work has not begun
  std::deque<std::string> finished_;  // ids, the oldest first
  std::uint64_t result_size_ = 0;
  std::size_t pending_count_ = 0;
  bool is_ending_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace sigla::api
