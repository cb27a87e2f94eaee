// SPDX-License-Identifier: Apache-2.0
#include "codec/stream.h"

#include <algorithm>

namespace sigla {
namespace {

constexpr std::size_t kChunkSize = 256U << 10U;

Error over_limit(std::uint64_t size_max) {
  return make_error(ErrorCode::kLimitExceeded, "more than the limit of {} bytes", size_max);
}

}  // namespace

Result<std::size_t> MemorySource::read(MutableBytes buffer) {
  const std::size_t count = std::min(buffer.size(), rest_.size());
  std::copy_n(rest_.begin(), count, buffer.begin());
  rest_ = rest_.subspan(count);
  return count;
}

Result<std::size_t> FileSource::read(MutableBytes buffer) {
  const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(buffer.size(), rest_));
  if (wanted == 0) return std::size_t{0};
  SIGLA_TRY_ASSIGN(const std::size_t count, file_.read_at(buffer.first(wanted), offset_));
  offset_ += count;
  rest_ -= count;
  return count;
}

Status BufferSink::write(Bytes bytes) {
  if (bytes.size() > size_max_ - buffer_.size()) return over_limit(size_max_);
  buffer_.insert(buffer_.end(), bytes.begin(), bytes.end());
  return {};
}

Result<std::uint64_t> copy(ByteSource& source, ByteSink& sink, std::uint64_t size_max) {
  Buffer chunk(kChunkSize);
  std::uint64_t total = 0;
  while (true) {
    SIGLA_TRY_ASSIGN(const std::size_t count, source.read(chunk));
    if (count == 0) return total;
    if (count > size_max - total) return over_limit(size_max);
    SIGLA_TRY(sink.write(Bytes(chunk).first(count)));
    total += count;
  }
}

// The first of the pieces that memory is asked for in.
constexpr std::size_t kPieceSize = 16U << 10U;

Result<Buffer> read_all(ByteSource& source, std::uint64_t size_max, std::size_t size_hint) {
  Buffer content;
  content.reserve(size_hint + 1);  // the end is found by asking for more
  std::size_t used = 0;
  while (true) {
    // Only when it is full: sources hand out small pieces, and what is added is filled with zeros.
    if (used == content.size()) {
      const std::size_t room = std::max<std::size_t>(kPieceSize, used / 2);
      const std::size_t reserved = content.capacity() - used;
      content.resize(used + (reserved > 0 ? std::min(room, reserved) : room));
    }
    SIGLA_TRY_ASSIGN(const std::size_t count, source.read(MutableBytes(content).subspan(used)));
    used += count;
    if (used > size_max) return over_limit(size_max);
    if (count > 0) continue;
    content.resize(used);
    return content;
  }
}

}  // namespace sigla
