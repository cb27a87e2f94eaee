// SPDX-License-Identifier: Apache-2.0
// Zstandard with random access: the form of blobs at rest. Any zstd decoder reads it as a stream.
//
//   frame, frame, ...       independent zstd frames (RFC 8878), frame_size bytes of content each
//   u32 0x184D2A5E, u32 n   a skippable frame of n bytes, the seek table:
//     per frame: u32 packed size, u32 content size [, u32 XXH64 of the content, lower half]
//     u32 frame count, u8 flags (0x80: checksums are there), u32 0x8F92EAB1
//
// This is the "zstd seekable format" 0.1.0 of the zstd project. We write no checksums in the
// table, since our frames carry their own.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <vector>

#include "codec/frame_packer.h"
#include "codec/stream.h"
#include "os/file.h"

struct ZSTD_DCtx_s;

namespace sigla {

class SeekableWriter final : public ByteSink {
 public:
  // Larger frames pack better, smaller ones cost less per random read.
  static constexpr std::size_t kFrameSize = 512U << 10U;

  // `packed` and `pool` must outlive it. With a pool, which packs several frames at once, the
  // `packed` bytes come later than the content that they are of.
  explicit SeekableWriter(ByteSink& packed,
                          std::size_t frame_size = kFrameSize,
                          int level = 3,
                          FramePool* pool = nullptr);
  SeekableWriter(const SeekableWriter&) = delete;
  SeekableWriter& operator=(const SeekableWriter&) = delete;
  ~SeekableWriter() override;
  Status write(Bytes bytes) override;
  // The same without a copy: fill some of space() from its start, then say how much that was.
  MutableBytes space();
  Status commit(std::size_t count);
  // Writes the last frame and the table. Nothing may be written afterwards.
  Status finish();

  std::uint64_t size() const { return size_; }                // of the content so far
  std::uint64_t packed_size() const { return packed_size_; }  // complete after finish()

 private:
  struct Frame {
    std::uint32_t packed_size;
    std::uint32_t size;
  };
  // Every so many frames it is looked at whether the level is worth its time.
  static constexpr std::size_t kCompareInterval = 64;

  Status pack();
  Status take_oldest();
  Status emit(Bytes bytes);

  ByteSink& packed_;
  const std::size_t frame_size_;
  const int level_;
  FramePool* const pool_;
  bool is_level_worth_it_ = true;
  std::unique_ptr<PackingFrame> filling_;
  std::size_t filled_ = 0;  // bytes of filling_->content
  std::deque<std::unique_ptr<PackingFrame>> in_pool_;
  std::unique_ptr<PackingFrame> spare_;
  std::optional<FramePacker> packer_;  // without a pool
  std::size_t started_count_ = 0;
  std::vector<Frame> frames_;
  std::uint64_t size_ = 0;
  std::uint64_t packed_size_ = 0;
};

// Used by one thread at a time; keeps the last frame it unpacked.
class SeekableReader {
 public:
  // Frames with more content than this are kUnsupported.
  static constexpr std::uint32_t kFrameSizeMax = 16U << 20U;

  // Reads and checks the table.
  static Result<SeekableReader> open(std::shared_ptr<const File> file);

  std::uint64_t size() const { return frames_.back().offset; }
  // Up to buffer.size() bytes of content at `offset`, less only at the end; 0 at or past the end.
  // Unpacks only the frames that it touches.
  Result<std::size_t> read_at(MutableBytes buffer, std::uint64_t offset);

 private:
  // Where a frame starts; a last one tells where all end.
  struct Frame {
    std::uint64_t packed_offset;
    std::uint64_t offset;
  };
  struct Free {
    void operator()(ZSTD_DCtx_s* context) const;
  };
  explicit SeekableReader(std::shared_ptr<const File> file);
  Status unpack(std::size_t frame, MutableBytes content);

  std::shared_ptr<const File> file_;
  std::unique_ptr<ZSTD_DCtx_s, Free> context_;
  std::vector<Frame> frames_;
  Buffer packed_;
  Buffer content_;
  std::size_t content_frame_ = SIZE_MAX;  // the frame that content_ holds
};

}  // namespace sigla
