// SPDX-License-Identifier: Apache-2.0
#include "codec/frame_packer.h"

#include <zstd.h>

#include "base/result.h"
#include "os/priority.h"

namespace sigla {
namespace {

constexpr int kPrioritySteps = 5;

// A level that takes twice the time must save one byte in twenty-five.
bool is_worth_it(std::size_t size, std::size_t fast_size) { return size < fast_size / 25 * 24; }

}  // namespace

void FramePacker::Free::operator()(ZSTD_CCtx_s* context) const { ZSTD_freeCCtx(context); }

FramePacker::FramePacker() : context_(ZSTD_createCCtx()) {
  SIGLA_CHECK(context_ != nullptr);
  SIGLA_CHECK(ZSTD_isError(ZSTD_CCtx_setParameter(context_.get(), ZSTD_c_checksumFlag, 1)) == 0);
}

void FramePacker::pack(PackingFrame& frame) {
  frame.packed_size = pack_at(frame.level, frame.content, frame.buffer);
  if (!frame.compare) return;
  const std::size_t fast_size = pack_at(PackingFrame::kFastLevel, frame.content, other_);
  frame.is_level_worth_it = is_worth_it(frame.packed_size, fast_size);
  if (fast_size >= frame.packed_size) return;
  frame.buffer.swap(other_);
  frame.packed_size = fast_size;
}

std::size_t FramePacker::pack_at(int level, Bytes content, Buffer& buffer) {
  SIGLA_CHECK(
      ZSTD_isError(ZSTD_CCtx_setParameter(context_.get(), ZSTD_c_compressionLevel, level)) == 0);
  const std::size_t size_max = ZSTD_compressBound(content.size());
  if (buffer.size() < size_max) buffer.resize(size_max);
  const std::size_t size =
      ZSTD_compress2(context_.get(), buffer.data(), buffer.size(), content.data(), content.size());
  SIGLA_CHECK(ZSTD_isError(size) == 0);
  return size;
}

FramePool::FramePool(std::size_t thread_count) {
  for (std::size_t i = 0; i < thread_count; ++i) threads_.emplace_back([this] { run(); });
}

FramePool::~FramePool() {
  {
    const std::lock_guard lock(mutex_);
    is_closed_ = true;
  }
  submitted_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

void FramePool::submit(PackingFrame& frame) {
  {
    const std::lock_guard lock(mutex_);
    frame.is_packed = false;
    waiting_.push_back(&frame);
  }
  submitted_.notify_one();
}

void FramePool::wait(const PackingFrame& frame) {
  std::unique_lock lock(mutex_);
  packed_.wait(lock, [&] { return frame.is_packed; });
}

void FramePool::run() {
  lower_priority(kPrioritySteps);
  FramePacker packer;
  std::unique_lock lock(mutex_);
  while (true) {
    submitted_.wait(lock, [&] { return is_closed_ || !waiting_.empty(); });
    if (waiting_.empty()) return;
    PackingFrame* const frame = waiting_.front();
    waiting_.pop_front();
    lock.unlock();
    packer.pack(*frame);
    lock.lock();
    frame->is_packed = true;
    packed_.notify_all();
  }
}

}  // namespace sigla
