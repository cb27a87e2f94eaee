// SPDX-License-Identifier: Apache-2.0
#include "codec/zstd_seekable.h"

#include <zstd.h>

#include <algorithm>
#include <array>

#include "base/byte_reader.h"

namespace sigla {
namespace {

constexpr std::uint32_t kTableMagic = 0x184D2A5E;
constexpr std::uint32_t kFooterMagic = 0x8F92EAB1;
constexpr std::size_t kFooterSize = 9;
constexpr std::size_t kSkippableHeaderSize = 8;
constexpr std::uint8_t kFlagChecksums = 0x80;
constexpr std::uint8_t kFlagsReserved = 0x7c;

void append_u32(Buffer& out, std::uint32_t value) {
  for (unsigned shift = 0; shift < 32; shift += 8) {
    out.push_back(static_cast<std::uint8_t>(value >> shift));
  }
}

// All of the buffer, or kMalformed.
Status read_fully(const File& file, MutableBytes buffer, std::uint64_t offset) {
  while (!buffer.empty()) {
    SIGLA_TRY_ASSIGN(const std::size_t count, file.read_at(buffer, offset));
    if (count == 0) return malformed("zstd seekable: truncated at offset {}", offset);
    buffer = buffer.subspan(count);
    offset += count;
  }
  return {};
}

}  // namespace

SeekableWriter::SeekableWriter(ByteSink& packed, std::size_t frame_size, int level, FramePool* pool)
    : packed_(packed), frame_size_(frame_size), level_(level), pool_(pool) {
  SIGLA_CHECK(frame_size > 0 && frame_size <= SeekableReader::kFrameSizeMax);
  if (pool_ == nullptr) packer_.emplace();
}

SeekableWriter::~SeekableWriter() {
  for (const auto& frame : in_pool_) pool_->wait(*frame);
}

Status SeekableWriter::write(Bytes bytes) {
  while (!bytes.empty()) {
    const MutableBytes room = space();
    const std::size_t count = std::min(bytes.size(), room.size());
    std::copy_n(bytes.begin(), count, room.begin());
    SIGLA_TRY(commit(count));
    bytes = bytes.subspan(count);
  }
  return {};
}

MutableBytes SeekableWriter::space() {
  if (filling_ == nullptr) {
    filling_ = spare_ != nullptr ? std::move(spare_) : std::make_unique<PackingFrame>();
    filling_->content.resize(frame_size_);
    filled_ = 0;
  }
  return MutableBytes(filling_->content).subspan(filled_);
}

Status SeekableWriter::commit(std::size_t count) {
  filled_ += count;
  return filled_ < frame_size_ ? Status() : pack();
}

Status SeekableWriter::finish() {
  // Empty content gets one empty frame, so that there is always a zstd frame to recognise.
  if (started_count_ == 0) space();
  if (filling_ != nullptr && (filled_ > 0 || started_count_ == 0)) SIGLA_TRY(pack());
  while (!in_pool_.empty()) SIGLA_TRY(take_oldest());
  Buffer table;
  append_u32(table, kTableMagic);
  append_u32(table, static_cast<std::uint32_t>(frames_.size() * 8 + kFooterSize));
  for (const Frame& frame : frames_) {
    append_u32(table, frame.packed_size);
    append_u32(table, frame.size);
  }
  append_u32(table, static_cast<std::uint32_t>(frames_.size()));
  table.push_back(0);
  append_u32(table, kFooterMagic);
  return emit(table);
}

// Packs the frame that was filled, or has it packed.
Status SeekableWriter::pack() {
  filling_->content.resize(filled_);
  // Not the first: in a file of one or two frames there is nothing to learn it for.
  filling_->compare = started_count_ % kCompareInterval == 1;
  filling_->level = filling_->compare || is_level_worth_it_ ? level_ : PackingFrame::kFastLevel;
  ++started_count_;
  size_ += filled_;
  in_pool_.push_back(std::move(filling_));
  if (pool_ == nullptr) {
    packer_->pack(*in_pool_.back());
    return take_oldest();
  }
  pool_->submit(*in_pool_.back());
  // Enough that no thread of the pool waits for the caller, few enough to need little memory.
  return in_pool_.size() <= 2 * pool_->thread_count() ? Status() : take_oldest();
}

Status SeekableWriter::take_oldest() {
  std::unique_ptr<PackingFrame> frame = std::move(in_pool_.front());
  in_pool_.pop_front();
  if (pool_ != nullptr) pool_->wait(*frame);
  if (frame->compare) is_level_worth_it_ = frame->is_level_worth_it;
  frames_.push_back({.packed_size = static_cast<std::uint32_t>(frame->packed_size),
                     .size = static_cast<std::uint32_t>(frame->content.size())});
  SIGLA_TRY(emit(frame->packed()));
  spare_ = std::move(frame);
  return {};
}

Status SeekableWriter::emit(Bytes bytes) {
  SIGLA_TRY(packed_.write(bytes));
  packed_size_ += bytes.size();
  return {};
}

void SeekableReader::Free::operator()(ZSTD_DCtx_s* context) const { ZSTD_freeDCtx(context); }

SeekableReader::SeekableReader(std::shared_ptr<const File> file)
    : file_(std::move(file)), context_(ZSTD_createDCtx()) {
  SIGLA_CHECK(context_ != nullptr);
}

Result<SeekableReader> SeekableReader::open(std::shared_ptr<const File> file) {
  SIGLA_TRY_ASSIGN(const std::uint64_t file_size, file->size());
  if (file_size < kSkippableHeaderSize + kFooterSize) {
    return malformed("zstd seekable: {} bytes are too few for a seek table", file_size);
  }
  std::array<std::uint8_t, kFooterSize> footer{};
  SIGLA_TRY(read_fully(*file, footer, file_size - kFooterSize));
  ByteReader footer_reader(footer);
  const std::uint32_t frame_count = footer_reader.u32();
  const std::uint8_t flags = footer_reader.u8();
  if (footer_reader.u32() != kFooterMagic)
    return malformed("zstd seekable: no seek table at the end");
  if ((flags & kFlagsReserved) != 0) {
    return make_error(ErrorCode::kUnsupported, "zstd seekable: unknown table flags {:#x}", flags);
  }
  const std::uint64_t entry_size = (flags & kFlagChecksums) != 0 ? 12 : 8;
  const std::uint64_t table_size = frame_count * entry_size + kFooterSize + kSkippableHeaderSize;
  if (table_size > file_size) {
    return malformed(
        "zstd seekable: a table of {} frames does not fit into {} bytes", frame_count, file_size);
  }

  Buffer table(static_cast<std::size_t>(table_size - kFooterSize));
  SIGLA_TRY(read_fully(*file, table, file_size - table_size));
  ByteReader reader(table);
  if (reader.u32() != kTableMagic || reader.u32() != table_size - kSkippableHeaderSize) {
    return malformed("zstd seekable: wrong table header at offset {}", file_size - table_size);
  }
  SeekableReader result(std::move(file));
  result.frames_.reserve(frame_count + std::size_t{1});
  Frame next{};
  for (std::uint32_t i = 0; i < frame_count; ++i) {
    result.frames_.push_back(next);
    const std::uint32_t packed_size = reader.u32();
    const std::uint32_t size = reader.u32();
    reader.skip(entry_size - 8);
    // read_at() would never look into an empty frame, and so never find that it is not empty.
    if (size == 0 && frame_count > 1) return malformed("zstd seekable: frame {} is empty", i);
    if (size > kFrameSizeMax) {
      return make_error(ErrorCode::kUnsupported,
                        "zstd seekable: frame {} has {} bytes, more than {}",
                        i,
                        size,
                        kFrameSizeMax);
    }
    next.packed_offset += packed_size;
    next.offset += size;
  }
  result.frames_.push_back(next);
  SIGLA_TRY(reader.finish("zstd seekable: table"));
  if (next.packed_offset != file_size - table_size) {
    return malformed("zstd seekable: the frames have {} bytes, the table says {}",
                     file_size - table_size,
                     next.packed_offset);
  }
  return result;
}

Result<std::size_t> SeekableReader::read_at(MutableBytes buffer, std::uint64_t offset) {
  if (offset >= size()) return std::size_t{0};
  const auto after = std::upper_bound(
      frames_.begin(), frames_.end(), offset, [](std::uint64_t value, const Frame& frame) {
        return value < frame.offset;
      });
  auto index = static_cast<std::size_t>(after - frames_.begin()) - 1;
  std::size_t done = 0;
  for (; done < buffer.size() && index + 1 < frames_.size(); ++index) {
    const std::uint64_t start = frames_[index].offset;
    const auto frame_size = static_cast<std::size_t>(frames_[index + 1].offset - start);
    const auto skip = static_cast<std::size_t>(offset + done - start);
    const MutableBytes rest = buffer.subspan(done);
    if (skip == 0 && rest.size() >= frame_size && index != content_frame_) {
      SIGLA_TRY(unpack(index, rest.first(frame_size)));
      done += frame_size;
      continue;
    }
    if (index != content_frame_) {
      content_frame_ = SIZE_MAX;
      content_.resize(frame_size);
      SIGLA_TRY(unpack(index, content_));
      content_frame_ = index;
    }
    const std::size_t count = std::min(rest.size(), frame_size - skip);
    std::copy_n(content_.begin() + static_cast<std::ptrdiff_t>(skip), count, rest.begin());
    done += count;
  }
  return done;
}

Status SeekableReader::unpack(std::size_t frame, MutableBytes content) {
  const std::uint64_t packed_offset = frames_[frame].packed_offset;
  const std::uint64_t packed_size = frames_[frame + 1].packed_offset - packed_offset;
  // Content of this size never packs to more: a larger frame is not worth reading.
  if (packed_size > ZSTD_compressBound(content.size()) + kSkippableHeaderSize) {
    return malformed("zstd seekable: frame {} of {} bytes has {} packed bytes",
                     frame,
                     content.size(),
                     packed_size);
  }
  packed_.resize(static_cast<std::size_t>(packed_size));
  SIGLA_TRY(read_fully(*file_, packed_, packed_offset));
  const std::size_t size = ZSTD_decompressDCtx(
      context_.get(), content.data(), content.size(), packed_.data(), packed_.size());
  if (ZSTD_isError(size) != 0U) {
    return malformed(
        "zstd seekable: frame {} at offset {}: {}", frame, packed_offset, ZSTD_getErrorName(size));
  }
  if (size != content.size()) {
    return malformed("zstd seekable: frame {} at offset {} has {} bytes, the table says {}",
                     frame,
                     packed_offset,
                     size,
                     content.size());
  }
  return {};
}

}  // namespace sigla
