// SPDX-License-Identifier: Apache-2.0
// Writes MSF 7.00 containers (microsoft-pdb, msf.cpp), whole ones and changes of one.
//
// Page 0 is the superblock. Of every page-size pages the second and third belong to the two maps of
// free pages, of which the superblock names the one that counts: a bit for each page, 1 for a free
// one, and 1 behind the last one. The same content gives the same bytes.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/bytes.h"

namespace sigla::pdb {

// Bytes to write over a file.
struct FilePatch {
  std::uint64_t offset = 0;
  Buffer bytes;
};

// Who owns which page of a file that is being written.
class MsfPages {
 public:
  explicit MsfPages(std::uint32_t page_size) : page_size_(page_size), used_(3, true) {}

  void use(std::uint32_t page);
  // The lowest free pages, ascending, for `size` bytes. kLimitExceeded when their numbers run out.
  Result<std::vector<std::uint32_t>> allocate(std::uint64_t size);
  std::uint32_t page_count() const { return static_cast<std::uint32_t>(used_.size()); }
  // The pages of map 1 or 2.
  std::vector<FilePatch> free_page_map(std::uint32_t map) const;
  bool is_map_page(std::uint64_t page) const {
    return page % page_size_ == 1 || page % page_size_ == 2;
  }

 private:
  std::uint32_t page_size_;
  std::vector<bool> used_;
  std::uint64_t next_ = 3;  // no page below is free
};

// The superblock, the directory (stream sizes, then their page numbers) and the map of free pages.
// kLimitExceeded for a directory larger than a superblock of that page size can name.
Status append_msf_directory(std::uint32_t page_size,
                            std::uint32_t map,
                            Bytes directory,
                            MsfPages& pages,
                            std::vector<FilePatch>& patches);
// `content` cut to pages. Requires: there are as many as it takes.
void append_pages(std::uint32_t page_size,
                  std::span<const std::uint32_t> pages,
                  Bytes content,
                  std::vector<FilePatch>& patches);

// Requires: page_size is a power of two from 512 to 65536.
Result<Buffer> write_msf(std::uint32_t page_size, std::span<const Buffer> streams);

}  // namespace sigla::pdb
