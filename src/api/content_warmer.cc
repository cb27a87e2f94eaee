// SPDX-License-Identifier: Apache-2.0
#include "api/content_warmer.h"

#include <algorithm>

#include "base/log.h"

namespace sigla::api {

ContentWarmer::~ContentWarmer() {
  {
    const std::lock_guard lock(mutex_);
    is_stopping_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void ContentWarmer::warm(const BlobHash& hash) {
  {
    const std::lock_guard lock(mutex_);
    if (waiting_.size() >= kWaitingMax) return;
    if (std::find(waiting_.begin(), waiting_.end(), hash) != waiting_.end()) return;
    waiting_.push_back(hash);
  }
  changed_.notify_one();
}

void ContentWarmer::run() {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [this] { return is_stopping_ || !waiting_.empty(); });
    if (is_stopping_) return;
    const BlobHash hash = waiting_.front();
    lock.unlock();
    const auto content = blobs_.open_content(hash);
    if (!content.has_value()) {
      log_warning("content not unpacked",
                  {{"blob", hash.hex()}, {"error", content.error().message()}});
    }
    lock.lock();
    waiting_.pop_front();
  }
}

}  // namespace sigla::api
