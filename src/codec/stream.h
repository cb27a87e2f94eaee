// SPDX-License-Identifier: Apache-2.0
// Bytes on the move: a source is read to its end, a sink is written until there is no more.
//
// Decoders (codec/decoder.h) are sources over sources, encoders (codec/encoder.h) sinks over sinks.
// A source or sink borrows what it stands on, which must outlive it. Used by one thread at a time.
#pragma once

#include <cstdint>

#include "base/bytes.h"
#include "base/result.h"
#include "os/file.h"

namespace sigla {

class ByteSource {
 public:
  virtual ~ByteSource() = default;
  // Reads 1 to buffer.size() bytes; 0 is the end, and every further call says so again.
  // Requires: buffer is not empty.
  virtual Result<std::size_t> read(MutableBytes buffer) = 0;
};

class ByteSink {
 public:
  virtual ~ByteSink() = default;
  // Takes all of the bytes, or fails.
  virtual Status write(Bytes bytes) = 0;
};

class MemorySource final : public ByteSource {
 public:
  explicit MemorySource(Bytes bytes) : rest_(bytes) {}
  Result<std::size_t> read(MutableBytes buffer) override;

 private:
  Bytes rest_;
};

// Reads a file from `offset` to its end, or `size` bytes, by its own position: the descriptor's
// position is neither used nor moved, so several sources may share one file.
class FileSource final : public ByteSource {
 public:
  explicit FileSource(const File& file, std::uint64_t offset = 0, std::uint64_t size = UINT64_MAX)
      : file_(file), offset_(offset), rest_(size) {}
  Result<std::size_t> read(MutableBytes buffer) override;

 private:
  const File& file_;
  std::uint64_t offset_;
  std::uint64_t rest_;
};

// Collects bytes in memory, up to a ceiling (kLimitExceeded).
class BufferSink final : public ByteSink {
 public:
  explicit BufferSink(std::uint64_t size_max = UINT64_MAX) : size_max_(size_max) {}
  Status write(Bytes bytes) override;
  const Buffer& buffer() const { return buffer_; }
  Buffer take() && { return std::move(buffer_); }
  void clear() { buffer_.clear(); }

 private:
  Buffer buffer_;
  std::uint64_t size_max_;
};

// Writes at the file position.
class FileSink final : public ByteSink {
 public:
  explicit FileSink(const File& file) : file_(file) {}
  Status write(Bytes bytes) override { return file_.write_all(bytes); }

 private:
  const File& file_;
};

// Moves everything to the sink and returns how much that was; kLimitExceeded past size_max.
Result<std::uint64_t> copy(ByteSource& source, ByteSink& sink, std::uint64_t size_max = UINT64_MAX);
// Everything, in memory; kLimitExceeded past size_max. Room for `size_hint` bytes is asked for at
// once.
Result<Buffer> read_all(ByteSource& source, std::uint64_t size_max, std::size_t size_hint = 0);

}  // namespace sigla
