// SPDX-License-Identifier: Apache-2.0
// A PE image (PE/COFF specification): headers, sections, data directories, and what lies at an RVA.
// An Image borrows the file's bytes, which must outlive it; after open() it is immutable.
//
//   SIGLA_TRY_ASSIGN(const auto image, pe::Image::open(file, limits));
//   SIGLA_TRY_ASSIGN(const Bytes exports, image.data_of(pe::kExportTable));
//
// open() checks the headers and the section table. Extents of sections are checked where they are
// read: what `objcopy --only-keep-debug` leaves has sections without a byte of content.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/limits.h"
#include "formats/pe/raw.h"

namespace sigla::pe {

struct Header {
  std::uint16_t machine = 0;
  std::uint16_t characteristics = 0;
  std::uint32_t time_date_stamp = 0;
  std::uint32_t symbol_table_offset = 0;  // COFF symbols, a debugging leftover of MinGW
  std::uint32_t symbol_count = 0;
  bool is_pe32_plus = false;
  std::uint64_t image_base = 0;
  std::uint32_t size_of_image = 0;
  std::uint32_t size_of_headers = 0;
};

struct DataDirectory {
  std::uint32_t rva = 0;
  std::uint32_t size = 0;
};

struct Section {
  std::string name;  // "/123" replaced by the long name in the COFF string table
  std::uint32_t virtual_address = 0;
  std::uint32_t virtual_size = 0;
  std::uint32_t raw_offset = 0;
  std::uint32_t raw_size = 0;
  std::uint32_t characteristics = 0;
};

// Where the bytes come from: a file, or the image as the loader mapped it (out of a dump).
enum class Placement { kFile, kMemory };

// The file has an MZ header that leads to a PE signature.
bool is_pe(Bytes file);

class Image {
 public:
  static Result<Image> open(Bytes file,
                            const Limits& limits,
                            Placement placement = Placement::kFile);

  const Header& header() const { return header_; }
  std::span<const Section> sections() const { return sections_; }
  Bytes file() const { return file_; }

  // {0, 0} for a directory the image does not have.
  DataDirectory directory(std::uint32_t index) const;
  // kNotFound for an absent one, kMalformed for one that is not all inside the file.
  Result<Bytes> data_of(std::uint32_t index) const;

  // Everything the file holds from `rva` to the end of its section.
  // Error kNotFound when no section (nor the headers) has content there.
  Result<Bytes> rest_at(std::uint32_t rva) const;
  Result<Bytes> data_at(std::uint32_t rva, std::uint64_t size, std::string_view what) const;

  // The first section of that name, or nullptr.
  const Section* section(std::string_view name) const;
  // Its content, VirtualSize bytes at most; empty for one without content.
  Result<Bytes> data(const Section& section) const;

 private:
  Image(Bytes file, Placement placement) : file_(file), placement_(placement) {}

  Status read_headers();
  Status read_sections(std::uint64_t offset, std::uint32_t count, const Limits& limits);
  std::string section_name(Bytes raw) const;

  Bytes file_;
  Placement placement_;
  Header header_;
  std::vector<DataDirectory> directories_;
  std::vector<Section> sections_;
};

}  // namespace sigla::pe
