// SPDX-License-Identifier: Apache-2.0
// Unpacks large blobs into the content cache behind the scenes, one at a time, so that what was
// streamed the first time is sent by sendfile the next. Thread-safe.
#pragma once

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

#include "store/blob_store.h"

namespace sigla::api {

class ContentWarmer {
 public:
  explicit ContentWarmer(BlobStore& blobs) : blobs_(blobs), thread_([this] { run(); }) {}
  ContentWarmer(const ContentWarmer&) = delete;
  ContentWarmer& operator=(const ContentWarmer&) = delete;
  // Waits for the blob that is being unpacked; drops the others.
  ~ContentWarmer();

  // Dropped when too many wait already: it is asked again with the next request.
  void warm(const BlobHash& hash);

 private:
  static constexpr std::size_t kWaitingMax = 64;
  void run();

  BlobStore& blobs_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<BlobHash> waiting_;
  bool is_stopping_ = false;
  std::thread thread_;
};

}  // namespace sigla::api
