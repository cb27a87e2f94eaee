// SPDX-License-Identifier: Apache-2.0
// Frames of a seekable zstd file (codec/zstd_seekable.h), packed one by one or by several threads.
// Frames are independent of each other, so any thread may pack any of them.
#pragma once

#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "base/bytes.h"

struct ZSTD_CCtx_s;

namespace sigla {

// One frame on its way: the caller fills in the content, packing the rest. Its buffers may be used
// for another frame.
struct PackingFrame {
  static constexpr int kFastLevel = 1;

  Buffer content;
  int level = 3;
  // Packs at kFastLevel as well, keeps the smaller form, and says whether `level` is worth its
  // time: on names that are mostly digits level 3 takes twice as long and packs no better.
  bool compare = false;

  Bytes packed() const { return Bytes(buffer).first(packed_size); }
  bool is_level_worth_it = true;  // after `compare`

  Buffer buffer;  // starts with the packed form
  std::size_t packed_size = 0;
  bool is_packed = false;  // of FramePool
};

// Packs frames with one zstd context. Used by one thread at a time.
class FramePacker {
 public:
  FramePacker();
  void pack(PackingFrame& frame);

 private:
  struct Free {
    void operator()(ZSTD_CCtx_s* context) const;
  };
  std::size_t pack_at(int level, Bytes content, Buffer& buffer);

  std::unique_ptr<ZSTD_CCtx_s, Free> context_;
  Buffer other_;
};

// Threads of low priority that pack frames for any number of writers. Thread-safe.
class FramePool {
 public:
  explicit FramePool(std::size_t thread_count);
  FramePool(const FramePool&) = delete;
  FramePool& operator=(const FramePool&) = delete;
  // Requires: every submitted frame was waited for.
  ~FramePool();

  std::size_t thread_count() const { return threads_.size(); }
  // The frame must stay where it is and not be touched until wait() returned.
  void submit(PackingFrame& frame);
  void wait(const PackingFrame& frame);

 private:
  void run();

  std::mutex mutex_;
  std::condition_variable submitted_;
  std::condition_variable packed_;
  std::deque<PackingFrame*> waiting_;
  bool is_closed_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace sigla
