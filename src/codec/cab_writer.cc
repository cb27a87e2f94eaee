// SPDX-License-Identifier: Apache-2.0
#include <isa-l/igzip_lib.h>

#include <algorithm>

#include "codec/cab.h"

namespace sigla {
namespace {

constexpr std::size_t kOutputSize = 512U << 10U;
// What [MS-CAB] lets a block of incompressible content grow to.
constexpr std::size_t kPackedSizeMax = CabWriter::kBlockSize + 6144;
constexpr std::uint16_t kTypeMszip = 1;
constexpr std::uint16_t kAttributeArchive = 0x20;
constexpr std::uint16_t kAttributeUtf8Name = 0x80;
constexpr std::uint16_t kDate = (0U << 9U) | (1U << 5U) | 1U;  // 1980-01-01: equal input, equal cab

void put(Buffer& out, std::uint64_t value, unsigned size) {
  for (unsigned i = 0; i < size; ++i) out.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
}

// [MS-CAB] 3.1: words exclusive-ored; the last one to three bytes count from the highest down.
std::uint32_t checksum(Bytes bytes, std::uint32_t sum) {
  while (bytes.size() >= 4) {
    sum ^= load<std::uint32_t>(bytes);
    bytes = bytes.subspan(4);
  }
  std::uint32_t rest = 0;
  for (const std::uint8_t byte : bytes) rest = rest << 8U | byte;
  return sum ^ rest;
}

}  // namespace

CabWriter::CabWriter(const File& out, std::string name)
    : out_(out),
      name_(std::move(name)),
      stream_(std::make_unique<isal_zstream>()),
      level_buffer_(ISAL_DEF_LVL1_DEFAULT),
      packed_(kPackedSizeMax),
      file_offset_(header_size()) {
  isal_deflate_init(stream_.get());
  stream_->level = 1;
  stream_->level_buf = level_buffer_.data();
  stream_->level_buf_size = static_cast<std::uint32_t>(level_buffer_.size());
  packed_[0] = 'C';
  packed_[1] = 'K';
}

CabWriter::~CabWriter() = default;

std::size_t CabWriter::header_size() const { return 36 + 8 + 16 + name_.size() + 1; }

Status CabWriter::write(Bytes bytes) {
  if (bytes.size() > kContentSizeMax - content_size_) {
    return make_error(ErrorCode::kLimitExceeded,
                      "cab: a file of more than {} bytes cannot be in a cabinet",
                      kContentSizeMax);
  }
  content_size_ += bytes.size();
  while (!bytes.empty()) {
    if (pending_.empty() && bytes.size() >= kBlockSize) {
      SIGLA_TRY(write_block(bytes.first(kBlockSize)));
      bytes = bytes.subspan(kBlockSize);
      continue;
    }
    const std::size_t count = std::min(bytes.size(), kBlockSize - pending_.size());
    pending_.insert(
        pending_.end(), bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(count));
    bytes = bytes.subspan(count);
    if (pending_.size() == kBlockSize) {
      SIGLA_TRY(write_block(pending_));
      pending_.clear();
    }
  }
  return {};
}

Status CabWriter::write_block(Bytes content) {
  isal_deflate_reset(stream_.get());
  if (!history_.empty()) {
    SIGLA_CHECK(isal_deflate_set_dict(stream_.get(),
                                      history_.data(),
                                      static_cast<std::uint32_t>(history_.size())) == COMP_OK);
  }
  stream_->end_of_stream = 1;
  stream_->flush = NO_FLUSH;
  stream_->next_in = const_cast<std::uint8_t*>(content.data());  // the library only reads it
  stream_->avail_in = static_cast<std::uint32_t>(content.size());
  stream_->next_out = packed_.data() + 2;
  stream_->avail_out = static_cast<std::uint32_t>(packed_.size() - 2);
  SIGLA_CHECK(isal_deflate(stream_.get()) == COMP_OK);
  SIGLA_CHECK(stream_->internal_state.state == ZSTATE_END);
  const Bytes packed = Bytes(packed_).first(packed_.size() - stream_->avail_out);
  history_.assign(content.begin(), content.end());

  Buffer sizes;
  put(sizes, packed.size(), 2);
  put(sizes, content.size(), 2);
  put(output_, checksum(sizes, checksum(packed, 0)), 4);
  output_.insert(output_.end(), sizes.begin(), sizes.end());
  output_.insert(output_.end(), packed.begin(), packed.end());
  ++block_count_;
  if (output_.size() >= kOutputSize) return flush_output();
  return {};
}

Status CabWriter::flush_output() {
  SIGLA_TRY(out_.write_all_at(output_, file_offset_));
  file_offset_ += output_.size();
  output_.clear();
  return {};
}

Status CabWriter::finish() {
  if (!pending_.empty()) SIGLA_TRY(write_block(pending_));
  pending_.clear();
  SIGLA_TRY(flush_output());
  const bool is_ascii =
      std::all_of(name_.begin(), name_.end(), [](char c) { return (c & 0x80) == 0; });

  Buffer header;
  header.insert(header.end(), {'M', 'S', 'C', 'F'});
  put(header, 0, 4);
  put(header, file_offset_, 4);  // of the whole cabinet
  put(header, 0, 4);
  put(header, 36 + 8, 4);  // where CFFILE is
  put(header, 0, 4);
  put(header, 0x0103, 2);  // version 1.3
  put(header, 1, 2);       // folders
  put(header, 1, 2);       // files
  put(header, 0, 2);       // flags
  put(header, 0, 2);       // set id
  put(header, 0, 2);       // number in the set
  put(header, header_size(), 4);
  put(header, block_count_, 2);
  put(header, kTypeMszip, 2);
  put(header, content_size_, 4);
  put(header, 0, 4);  // offset in the folder
  put(header, 0, 2);  // folder
  put(header, kDate, 2);
  put(header, 0, 2);  // time
  put(header, is_ascii ? kAttributeArchive : kAttributeArchive | kAttributeUtf8Name, 2);
  header.insert(header.end(), name_.begin(), name_.end());
  header.push_back(0);
  return out_.write_all_at(header, 0);
}

}  // namespace sigla
