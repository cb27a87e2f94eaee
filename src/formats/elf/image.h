// SPDX-License-Identifier: Apache-2.0
// An ELF file (System V gABI chapter 4): header, sections and segments of either width and byte
// order. An Image borrows the file's bytes, which must outlive it, and is cheap to copy around by
// reference; after open() it is immutable.
//
//   SIGLA_TRY_ASSIGN(const auto image, elf::Image::open(file, limits));
//   if (const elf::Section* text = image.section(".text")) {
//     SIGLA_TRY_ASSIGN(const Bytes code, image.data(*text));
//   }
//
// open() checks both header tables and every section name; the extents of sections and segments are
// checked by data(), because debug files keep program headers that describe another file.
#pragma once

#include <bit>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "base/byte_reader.h"
#include "base/bytes.h"
#include "base/limits.h"
#include "formats/elf/raw.h"

namespace sigla::elf {

struct Header {
  bool is_64 = false;
  std::endian order = std::endian::little;
  std::uint8_t os_abi = 0;
  std::uint16_t e_type = 0;
  std::uint16_t e_machine = 0;
  std::uint32_t e_flags = 0;
  std::uint64_t e_entry = 0;
  std::uint64_t e_phoff = 0;
  std::uint64_t e_shoff = 0;
  // The real counts, taken from section 0 where the header's 16 bits are too few.
  std::uint32_t segment_count = 0;
  std::uint32_t section_count = 0;
  std::uint32_t section_names_index = 0;
};

struct Section {
  std::string_view name;
  std::uint32_t index = 0;
  std::uint32_t sh_type = 0;
  std::uint64_t sh_flags = 0;
  std::uint64_t sh_addr = 0;
  std::uint64_t sh_offset = 0;
  std::uint64_t sh_size = 0;
  std::uint32_t sh_link = 0;
  std::uint32_t sh_info = 0;
  std::uint64_t sh_addralign = 0;
  std::uint64_t sh_entsize = 0;

  // False for what objcopy --only-keep-debug leaves of code and data.
  bool has_content() const { return sh_type != SHT_NULL && sh_type != SHT_NOBITS && sh_size != 0; }
};

struct Segment {
  std::uint32_t p_type = 0;
  std::uint32_t p_flags = 0;
  std::uint64_t p_offset = 0;
  std::uint64_t p_vaddr = 0;
  std::uint64_t p_filesz = 0;
  std::uint64_t p_memsz = 0;
  std::uint64_t p_align = 0;
};

// The file begins as ELF does; its header may still be damaged, which open() then says.
bool is_elf(Bytes file);

class Image {
 public:
  static Result<Image> open(Bytes file, const Limits& limits);
  // Header and segments only, for an image seen in memory, where no section table is mapped.
  static Result<Image> open_without_sections(Bytes file, const Limits& limits);

  const Header& header() const { return header_; }
  Bytes file() const { return file_; }
  std::span<const Section> sections() const { return sections_; }
  std::span<const Segment> segments() const { return segments_; }

  // The first section of that name, or nullptr.
  const Section* section(std::string_view name) const;
  // What the file holds of it; empty for SHT_NOBITS. Compressed data stays compressed.
  Result<Bytes> data(const Section& section) const;
  Result<Bytes> data(const Segment& segment) const;
  // What the file holds at an address, up to the end of its segment; for data the dynamic section
  // points to. kNotFound when no PT_LOAD covers it.
  Result<Bytes> data_at_address(std::uint64_t address) const;

  ByteReader reader(Bytes data) const { return ByteReader(data, header_.order); }
  std::size_t word_size() const { return header_.is_64 ? 8 : 4; }
  // An address-sized field.
  std::uint64_t read_word(ByteReader& reader) const {
    return header_.is_64 ? reader.u64() : reader.u32();
  }

 private:
  Image(Bytes file, Header header) : file_(file), header_(header) {}

  Status read_segments(const Limits& limits);
  Status read_sections(const Limits& limits);
  Status name_sections(const Limits& limits);

  Bytes file_;
  Header header_;
  std::vector<Section> sections_;
  std::vector<Segment> segments_;
};

// A section by name, as the debuginfod protocol hands it out: the bytes in the file, compressed
// ones still compressed. kNotFound when there is no such section or it holds nothing here
// (SHT_NOBITS).
Result<Bytes> section_bytes(const Image& image, std::string_view name);

}  // namespace sigla::elf
