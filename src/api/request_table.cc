// SPDX-License-Identifier: Apache-2.0
#include "api/request_table.h"

#include <openssl/rand.h>

#include <array>
#include <utility>

#include "base/text.h"

namespace sigla::api {

namespace {

// In the form of a UUID of version 4 (RFC 9562), which clients may expect.
std::string make_id() {
  std::array<std::uint8_t, 16> bytes{};
  SIGLA_CHECK(RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) == 1);
  bytes[6] = static_cast<std::uint8_t>((bytes[6] & 0x0fU) | 0x40U);
  bytes[8] = static_cast<std::uint8_t>((bytes[8] & 0x3fU) | 0x80U);
  std::string id = hex_lower(bytes);
  for (const std::size_t at : {20, 16, 12, 8}) id.insert(at, 1, '-');
  return id;
}

}  // namespace

RequestTable::RequestTable(Options options) : options_(options) {
  for (std::size_t i = 0; i < options_.thread_count; ++i) threads_.emplace_back([this] { run(); });
}

void RequestTable::wake(const std::vector<std::weak_ptr<http::Waiter>>& waiters) {
  for (const auto& waiter : waiters) {
    if (const auto waiting = waiter.lock()) waiting->wake();
  }
}

void RequestTable::close() {
  std::vector<std::weak_ptr<http::Waiter>> waiters;
  {
    const std::lock_guard lock(mutex_);
    is_ending_ = true;
    for (auto& [id, entry] : entries_) {
      for (auto& waiter : entry.waiters) waiters.push_back(std::move(waiter));
      entry.waiters.clear();
    }
  }
  wake_.notify_all();
  wake(waiters);
}

RequestTable::~RequestTable() {
  close();
  for (std::thread& thread : threads_) thread.join();
}

Result<std::string> RequestTable::start(Work work) {
  const std::lock_guard lock(mutex_);
  drop_old();
  if (pending_count_ >= options_.pending_count_max) {
    return make_error(ErrorCode::kUnavailable,
                      "{} requests are under way already, which is the limit",
                      pending_count_);
  }
  ++pending_count_;
  std::string id = make_id();
  entries_[id].work = std::move(work);
  waiting_.push_back(id);
  wake_.notify_one();
  return id;
}

RequestTable::State RequestTable::state(const std::string& id) {
  const std::lock_guard lock(mutex_);
  drop_old();
  const auto entry = entries_.find(id);
  if (entry == entries_.end()) return {};
  return {true, entry->second.result};
}

void RequestTable::call_when_done(const std::string& id,
                                  const std::shared_ptr<http::Waiter>& waiter) {
  {
    const std::lock_guard lock(mutex_);
    const auto entry = entries_.find(id);
    if (!is_ending_ && entry != entries_.end() && entry->second.result == nullptr) {
      std::erase_if(entry->second.waiters, [](const auto& known) { return known.expired(); });
      entry->second.waiters.push_back(waiter);
      return;
    }
  }
  waiter->wake();
}

void RequestTable::run() {
  std::unique_lock lock(mutex_);
  while (true) {
    wake_.wait(lock, [&] { return is_ending_ || !waiting_.empty(); });
    if (is_ending_) return;
    const std::string id = std::move(waiting_.front());
    waiting_.pop_front();
    const Work work = std::exchange(entries_[id].work, {});
    lock.unlock();
    auto result = std::make_shared<const std::string>(work());
    lock.lock();
    Entry& entry = entries_[id];
    result_size_ += result->size();
    entry.result = std::move(result);
    entry.done_at = Clock::now();
    finished_.push_back(id);
    --pending_count_;
    const auto waiters = std::exchange(entry.waiters, {});
    drop_old();
    lock.unlock();
    wake(waiters);
    lock.lock();
  }
}

// Requires: the mutex is held.
void RequestTable::drop_old() {
  const Clock::time_point now = Clock::now();
  while (!finished_.empty()) {
    const auto entry = entries_.find(finished_.front());
    const bool is_old = now - entry->second.done_at >= options_.result_life;
    // The newest one is for whoever waits for it, however large it is.
    const bool is_too_much =
        finished_.size() > 1 &&
        (finished_.size() > options_.result_count_max || result_size_ > options_.result_size_max);
    if (!is_old && !is_too_much) return;
    result_size_ -= entry->second.result->size();
    entries_.erase(entry);
    finished_.pop_front();
  }
}

}  // namespace sigla::api
