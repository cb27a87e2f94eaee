// SPDX-License-Identifier: Apache-2.0
// The MSF 7.00 half of Container.
#include <algorithm>
#include <bit>

#include "base/byte_reader.h"
#include "formats/pdb/container.h"

namespace sigla::pdb {
namespace {

constexpr std::uint32_t kPageSizeMin = 512;
constexpr std::uint32_t kPageSizeMax = 65'536;
constexpr std::size_t kListPagesOffset = 52;  // the superblock's last field, an array
constexpr std::uint32_t kNilStream = UINT32_MAX;

std::uint64_t pages_of(std::uint64_t size, std::uint32_t page_size) {
  return size / page_size + (size % page_size != 0 ? 1 : 0);
}

}  // namespace

Status Container::open_msf() {
  ByteReader reader(file_);
  reader.skip(kMsfMagic.size());
  page_size_ = reader.u32();
  reader.skip(8);  // free page map, page count
  const std::uint32_t directory_size = reader.u32();
  SIGLA_TRY(reader.finish("PDB superblock"));
  if (!std::has_single_bit(page_size_) || page_size_ < kPageSizeMin || page_size_ > kPageSizeMax) {
    return malformed("PDB superblock: page size {} at offset 32", page_size_);
  }
  if (directory_size > file_.size()) {
    return malformed("PDB superblock: a stream directory of {} bytes in a file of {}",
                     directory_size,
                     file_.size());
  }
  SIGLA_TRY_ASSIGN(const Buffer directory, read_msf_directory(directory_size, kListPagesOffset));

  ByteReader entries(directory);
  const std::uint32_t count = entries.u32();
  if (count > limits_.stream_count_max) {
    return make_error(ErrorCode::kLimitExceeded, "PDB: {} streams", count);
  }
  ByteReader sizes = entries.sub(std::uint64_t{count} * 4);
  SIGLA_TRY(entries.finish("PDB stream directory"));
  streams_.reserve(count);
  while (!sizes.at_end()) {
    const std::uint32_t size = sizes.u32();
    const std::uint64_t stream_size = size == kNilStream ? 0 : size;
    const Bytes pages = entries.bytes(pages_of(stream_size, page_size_) * 4);
    SIGLA_TRY(entries.finish("PDB stream directory"));
    SIGLA_TRY(add_msf_stream(stream_size, pages));
  }
  return {};
}

Result<Buffer> Container::msf_directory() const {
  SIGLA_CHECK(!is_msfz_);
  ByteReader reader(file_);
  reader.seek(kMsfMagic.size() + 12);
  return read_msf_directory(reader.u32(), kListPagesOffset);
}

// The directory's page numbers fill pages of their own, whose numbers stand in the superblock.
Result<Buffer> Container::read_msf_directory(std::uint32_t directory_size,
                                             std::uint64_t list_offset) const {
  const std::uint64_t list_size = pages_of(directory_size, page_size_) * 4;
  SIGLA_TRY_ASSIGN(
      const Bytes list_pages,
      slice(file_, list_offset, pages_of(list_size, page_size_) * 4, "PDB superblock"));
  SIGLA_TRY_ASSIGN(const Buffer list, read_pages(list_pages, list_size));
  return read_pages(list, directory_size);
}

Result<Buffer> Container::read_pages(Bytes page_numbers, std::uint64_t size) const {
  ByteReader reader(page_numbers);
  Buffer content;
  while (size > 0) {
    const std::uint64_t offset = std::uint64_t{reader.u32()} * page_size_;
    SIGLA_TRY(reader.finish("PDB page list"));
    const std::uint64_t wanted = std::min<std::uint64_t>(size, page_size_);
    SIGLA_TRY_ASSIGN(const Bytes page, slice(file_, offset, wanted, "PDB stream directory page"));
    content.insert(content.end(), page.begin(), page.end());
    size -= wanted;
  }
  return content;
}

Status Container::add_msf_stream(std::uint64_t size, Bytes page_numbers) {
  Stream stream{size, fragments_.size(), 0};
  ByteReader reader(page_numbers);
  while (!reader.at_end()) {
    const std::uint64_t offset = std::uint64_t{reader.u32()} * page_size_;
    const bool follows =
        stream.fragment_count > 0 && fragments_.back().offset + fragments_.back().size == offset;
    const std::uint64_t wanted = std::min<std::uint64_t>(size, page_size_);
    if (follows) {
      fragments_.back().size += wanted;
    } else {
      fragments_.push_back({offset, wanted, std::nullopt});
      ++stream.fragment_count;
    }
    size -= wanted;
  }
  streams_.push_back(stream);
  return {};
}

}  // namespace sigla::pdb
