// SPDX-License-Identifier: Apache-2.0
// One Mach-O image (Apple's "OS X ABI Mach-O File Format Reference"): header and load commands, in
// either width and byte order. Fat files hold several, see fat.h. An Image borrows the bytes.
//
//   mach_header | load commands, each { cmd, cmdsize, ... } | segments' content
//
// open() checks every load command; the extents of sections are checked by data(), because a dSYM
// describes the segments of another file.
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "base/byte_reader.h"
#include "base/bytes.h"
#include "base/limits.h"
#include "formats/macho/raw.h"

namespace sigla::macho {

struct Header {
  bool is_64 = false;
  std::endian order = std::endian::little;
  std::uint32_t cputype = 0;
  std::uint32_t cpusubtype = 0;
  std::uint32_t filetype = 0;
  std::uint32_t ncmds = 0;
  std::uint32_t sizeofcmds = 0;
  std::uint32_t flags = 0;
};

struct Segment {
  std::string_view segname;
  std::uint64_t vmaddr = 0;
  std::uint64_t vmsize = 0;
  std::uint64_t fileoff = 0;
  std::uint64_t filesize = 0;
};

struct Section {
  std::string_view segname;
  std::string_view sectname;
  std::uint64_t addr = 0;
  std::uint64_t size = 0;
  std::uint64_t offset = 0;
  std::uint32_t flags = 0;
  // False for zero-filled sections and for those a dSYM only describes.
  bool has_content = false;
};

struct SymbolTable {
  std::uint32_t symoff = 0;
  std::uint32_t nsyms = 0;
  std::uint32_t stroff = 0;
  std::uint32_t strsize = 0;
};

class Image {
 public:
  static Result<Image> open(Bytes slice, const Limits& limits);

  const Header& header() const { return header_; }
  std::span<const Segment> segments() const { return segments_; }
  std::span<const Section> sections() const { return sections_; }
  const std::optional<SymbolTable>& symbol_table() const { return symbol_table_; }
  const std::optional<std::array<std::uint8_t, 16>>& uuid() const { return uuid_; }
  // LC_ID_DYLIB: the path a library is linked against by; empty when there is none.
  std::string_view install_name() const { return install_name_; }
  // The data of LC_FUNCTION_STARTS; empty when there is none.
  Result<Bytes> function_starts() const;
  Bytes bytes() const { return bytes_; }

  const Section* section(std::string_view segname, std::string_view sectname) const;
  // What the file holds of it; empty without content.
  Result<Bytes> data(const Section& section) const;
  Result<Bytes> data(const Segment& segment) const;

  ByteReader reader(Bytes data) const { return ByteReader(data, header_.order); }
  std::uint64_t read_word(ByteReader& reader) const {
    return header_.is_64 ? reader.u64() : reader.u32();
  }

 private:
  Image(Bytes bytes, Header header) : bytes_(bytes), header_(header) {}

  Status read_commands(const Limits& limits);
  Status read_command(std::uint32_t cmd, Bytes command, const Limits& limits);
  Status read_segment(ByteReader reader, const Limits& limits);
  Status read_install_name(ByteReader reader, const Limits& limits);

  Bytes bytes_;
  Header header_;
  std::vector<Segment> segments_;
  std::vector<Section> sections_;
  std::optional<SymbolTable> symbol_table_;
  std::optional<std::array<std::uint8_t, 16>> uuid_;
  std::string_view install_name_;
  std::uint32_t function_starts_offset_ = 0;
  std::uint32_t function_starts_size_ = 0;
};

// The bytes start like a thin Mach-O of a width and byte order that exist.
bool is_macho(Bytes file);

}  // namespace sigla::macho
