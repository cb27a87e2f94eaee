// SPDX-License-Identifier: Apache-2.0
#include "store/files/blob_writer.h"

#include <fcntl.h>

#include <algorithm>

#include "codec/zstd_seekable.h"

namespace sigla {
namespace {

constexpr std::size_t kFrameSizeMin = 4U << 10U;
// Written data goes to the disk in steps of this size while more is packed, so that the sync at the
// end finds little to do and other writers never queue behind a whole upload.
constexpr std::uint64_t kFlushStep = 8ULL << 20;

// A file sink that keeps at most two steps of dirty pages.
class FlushingSink final : public ByteSink {
 public:
  explicit FlushingSink(const File& file) : file_(file) {}

  Status write(Bytes bytes) override {
    SIGLA_TRY(file_.write_all_at(bytes, size_));
    size_ += bytes.size();
    while (size_ - flushed_ >= kFlushStep) {
      // Only hints: what they fail to do, or fail at, the final sync does and reports.
      flush(flushed_, SYNC_FILE_RANGE_WRITE);
      if (flushed_ >= kFlushStep) {
        flush(flushed_ - kFlushStep,
              SYNC_FILE_RANGE_WAIT_BEFORE | SYNC_FILE_RANGE_WRITE | SYNC_FILE_RANGE_WAIT_AFTER);
      }
      flushed_ += kFlushStep;
    }
    return {};
  }
  // The rest of the way to the disk goes on while the caller does other things.
  void start_last_flush() {
    static_cast<void>(::sync_file_range(file_.fd(), 0, 0, SYNC_FILE_RANGE_WRITE));
  }

 private:
  void flush(std::uint64_t offset, unsigned flags) {
    static_cast<void>(::sync_file_range(
        file_.fd(), static_cast<off_t>(offset), static_cast<off_t>(kFlushStep), flags));
  }
  const File& file_;
  std::uint64_t size_ = 0;
  std::uint64_t flushed_ = 0;
};

}  // namespace

Result<PackedBlob> write_blob(const File& content,
                              const File& packed,
                              int compression_level,
                              FramePool& pool) {
  FlushingSink sink(packed);
  // Small contents, of which uploads have many, get small buffers: fresh memory is what they cost.
  SIGLA_TRY_ASSIGN(const std::uint64_t size, content.size());
  const auto frame_size = static_cast<std::size_t>(
      std::clamp<std::uint64_t>(size, kFrameSizeMin, SeekableWriter::kFrameSize));
  SeekableWriter writer(sink, frame_size, compression_level, size > frame_size ? &pool : nullptr);
  Sha256 hasher;
  FileSource source(content);
  while (true) {
    const MutableBytes space = writer.space();
    SIGLA_TRY_ASSIGN(const std::size_t count, source.read(space));
    if (count == 0) break;
    // Hashed where it was read to, and packed from there: nobody changes it in between.
    hasher.update(space.first(count));
    SIGLA_TRY(writer.commit(count));
  }
  SIGLA_TRY(writer.finish());
  sink.start_last_flush();
  return PackedBlob{hasher.finish(), writer.size(), writer.packed_size()};
}

}  // namespace sigla
