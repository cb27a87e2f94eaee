// SPDX-License-Identifier: Apache-2.0
#include "formats/pdb/msf_writer.h"

#include <algorithm>

#include "base/byte_writer.h"
#include "formats/pdb/container.h"

namespace sigla::pdb {
namespace {

// The limit of Microsoft's own reader is lower for small pages; this one is the format's.
constexpr std::uint64_t kPageCountMax = UINT32_MAX;

std::uint64_t pages_of(std::uint64_t size, std::uint32_t page_size) {
  return size / page_size + (size % page_size != 0 ? 1 : 0);
}

}  // namespace

void MsfPages::use(std::uint32_t page) {
  if (page >= used_.size()) used_.resize(std::size_t{page} + 1);
  used_[page] = true;
}

Result<std::vector<std::uint32_t>> MsfPages::allocate(std::uint64_t size) {
  std::vector<std::uint32_t> pages;
  for (std::uint64_t left = pages_of(size, page_size_); left > 0; ++next_) {
    if (next_ >= kPageCountMax) {
      return make_error(ErrorCode::kLimitExceeded, "PDB: no page number is left to write");
    }
    if (is_map_page(next_) || (next_ < used_.size() && used_[next_])) continue;
    use(static_cast<std::uint32_t>(next_));
    pages.push_back(static_cast<std::uint32_t>(next_));
    --left;
  }
  return pages;
}

std::vector<FilePatch> MsfPages::free_page_map(std::uint32_t map) const {
  std::vector<FilePatch> patches;
  for (std::uint64_t page = map; page < used_.size(); page += page_size_) {
    Buffer bits(page_size_, 0xff);
    const std::uint64_t first = page / page_size_ * page_size_ * 8;
    const std::uint64_t end = std::min<std::uint64_t>(first + page_size_ * 8ULL, used_.size());
    for (std::uint64_t i = first; i < end; ++i) {
      if (!used_[i] && !is_map_page(i)) continue;
      bits[(i - first) / 8] &= static_cast<std::uint8_t>(~(1U << i % 8));
    }
    patches.push_back({page * page_size_, std::move(bits)});
  }
  return patches;
}

void append_pages(std::uint32_t page_size,
                  std::span<const std::uint32_t> pages,
                  Bytes content,
                  std::vector<FilePatch>& patches) {
  for (const std::uint32_t page : pages) {
    const Bytes piece = content.first(std::min<std::size_t>(content.size(), page_size));
    content = content.subspan(piece.size());
    const std::uint64_t offset = std::uint64_t{page} * page_size;
    if (!patches.empty() && patches.back().offset + patches.back().bytes.size() == offset) {
      patches.back().bytes.insert(patches.back().bytes.end(), piece.begin(), piece.end());
    } else {
      patches.push_back({offset, Buffer(piece.begin(), piece.end())});
    }
    Buffer& written = patches.back().bytes;
    written.resize(written.size() + page_size - piece.size());
  }
}

Status append_msf_directory(std::uint32_t page_size,
                            std::uint32_t map,
                            Bytes directory,
                            MsfPages& pages,
                            std::vector<FilePatch>& patches) {
  constexpr std::size_t kHeadSize = 52;
  const std::uint64_t list_size = pages_of(directory.size(), page_size) * 4;
  if (pages_of(list_size, page_size) * 4 > page_size - kHeadSize || directory.size() > UINT32_MAX) {
    return make_error(ErrorCode::kLimitExceeded,
                      "PDB: a stream directory of {} bytes has no place in pages of {}",
                      directory.size(),
                      page_size);
  }
  SIGLA_TRY_ASSIGN(const auto directory_pages, pages.allocate(directory.size()));
  ByteWriter list;
  for (const std::uint32_t page : directory_pages) list.u32(page);
  SIGLA_TRY_ASSIGN(const auto list_pages, pages.allocate(list.size()));
  append_pages(page_size, directory_pages, directory, patches);
  append_pages(page_size, list_pages, list.data(), patches);

  ByteWriter head;
  head.text(kMsfMagic).u32(page_size).u32(map).u32(pages.page_count());
  head.u32(static_cast<std::uint32_t>(directory.size())).u32(0);
  for (const std::uint32_t page : list_pages) head.u32(page);
  head.zeros(page_size - head.size());
  patches.push_back({0, std::move(head).take()});
  for (FilePatch& patch : pages.free_page_map(map)) patches.push_back(std::move(patch));
  return {};
}

Result<Buffer> write_msf(std::uint32_t page_size, std::span<const Buffer> streams) {
  constexpr std::uint32_t kMap = 1;
  MsfPages pages(page_size);
  std::vector<FilePatch> patches;
  ByteWriter directory;
  ByteWriter numbers;
  directory.u32(static_cast<std::uint32_t>(streams.size()));
  for (const Buffer& stream : streams) {
    if (stream.size() >= UINT32_MAX) {
      return make_error(
          ErrorCode::kLimitExceeded, "PDB: a stream of {} bytes cannot be written", stream.size());
    }
    directory.u32(static_cast<std::uint32_t>(stream.size()));
    SIGLA_TRY_ASSIGN(const auto stream_pages, pages.allocate(stream.size()));
    for (const std::uint32_t page : stream_pages) numbers.u32(page);
    append_pages(page_size, stream_pages, stream, patches);
  }
  directory.bytes(numbers.data());
  SIGLA_TRY(append_msf_directory(page_size, kMap, directory.data(), pages, patches));

  Buffer file(std::size_t{pages.page_count()} * page_size);
  // The other map calls every page free, as in a file that was saved once.
  for (std::uint64_t i = 2; i < pages.page_count(); i += page_size) {
    std::fill_n(file.begin() + static_cast<std::ptrdiff_t>(i * page_size), page_size, 0xff);
  }
  for (const FilePatch& patch : patches) {
    std::ranges::copy(patch.bytes, file.begin() + static_cast<std::ptrdiff_t>(patch.offset));
  }
  return file;
}

}  // namespace sigla::pdb
