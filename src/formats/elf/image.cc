// SPDX-License-Identifier: Apache-2.0
#include "formats/elf/image.h"

#include <algorithm>

#include "base/checked.h"
#include "formats/elf/decode.h"

namespace sigla::elf {
namespace {

template <typename Raw>
Header decode_header(const Raw& raw, const Decoder& decode) {
  Header header;
  header.is_64 = raw.e_ident[EI_CLASS] == ELFCLASS64;
  header.order = decode.order();
  header.os_abi = raw.e_ident[EI_OSABI];
  header.e_type = decode(raw.e_type);
  header.e_machine = decode(raw.e_machine);
  header.e_flags = decode(raw.e_flags);
  header.e_entry = decode(raw.e_entry);
  header.e_phoff = decode(raw.e_phoff);
  header.e_shoff = decode(raw.e_shoff);
  header.segment_count = decode(raw.e_phnum);
  header.section_count = decode(raw.e_shnum);
  header.section_names_index = decode(raw.e_shstrndx);
  return header;
}

template <typename Raw>
Section decode_section(const Raw& raw, const Decoder& decode) {
  Section section;
  section.sh_type = decode(raw.sh_type);
  section.sh_flags = decode(raw.sh_flags);
  section.sh_addr = decode(raw.sh_addr);
  section.sh_offset = decode(raw.sh_offset);
  section.sh_size = decode(raw.sh_size);
  section.sh_link = decode(raw.sh_link);
  section.sh_info = decode(raw.sh_info);
  section.sh_addralign = decode(raw.sh_addralign);
  section.sh_entsize = decode(raw.sh_entsize);
  return section;
}

template <typename Raw>
Segment decode_segment(const Raw& raw, const Decoder& decode) {
  Segment segment;
  segment.p_type = decode(raw.p_type);
  segment.p_flags = decode(raw.p_flags);
  segment.p_offset = decode(raw.p_offset);
  segment.p_vaddr = decode(raw.p_vaddr);
  segment.p_filesz = decode(raw.p_filesz);
  segment.p_memsz = decode(raw.p_memsz);
  segment.p_align = decode(raw.p_align);
  return segment;
}

std::size_t section_header_size(bool is_64) {
  return is_64 ? sizeof(Elf64_Shdr) : sizeof(Elf32_Shdr);
}
std::size_t segment_header_size(bool is_64) {
  return is_64 ? sizeof(Elf64_Phdr) : sizeof(Elf32_Phdr);
}

Section section_at(const Header& header, Bytes raw) {
  const Decoder decode(header.order);
  return header.is_64 ? decode_section(load<Elf64_Shdr>(raw), decode)
                      : decode_section(load<Elf32_Shdr>(raw), decode);
}

// The counts that did not fit the header stand in section 0 (gABI chapter 4, "ELF Header").
Status extend_counts(Bytes file, Header& header) {
  const bool extended = header.segment_count == PN_XNUM || header.section_count == 0 ||
                        header.section_names_index == SHN_XINDEX;
  if (header.e_shoff == 0 || !extended) return {};
  SIGLA_TRY_ASSIGN(
      const Bytes raw,
      slice(file, header.e_shoff, section_header_size(header.is_64), "ELF section header 0"));
  const Section zero = section_at(header, raw);
  if (header.segment_count == PN_XNUM && zero.sh_info != 0) header.segment_count = zero.sh_info;
  if (header.section_names_index == SHN_XINDEX) header.section_names_index = zero.sh_link;
  if (header.section_count == 0) {
    const auto count = checked_cast<std::uint32_t>(zero.sh_size);
    if (!count) return malformed("ELF section header 0: section count {} too large", zero.sh_size);
    header.section_count = *count;
  }
  return {};
}

Result<Header> read_header(Bytes file) {
  if (!starts_with(file,
                   "\x7f"
                   "ELF")) {
    return malformed("ELF header: wrong magic at offset 0");
  }
  if (file.size() < EI_NIDENT) return malformed("ELF header: truncated at offset 0");
  const std::uint8_t file_class = file[EI_CLASS];
  const std::uint8_t data = file[EI_DATA];
  if (file_class != ELFCLASS32 && file_class != ELFCLASS64) {
    return malformed("ELF header: class {} at offset 4 is neither 1 nor 2", file_class);
  }
  if (data != ELFDATA2LSB && data != ELFDATA2MSB) {
    return malformed("ELF header: byte order {} at offset 5 is neither 1 nor 2", data);
  }
  const Decoder decode(data == ELFDATA2MSB ? std::endian::big : std::endian::little);
  const bool is_64 = file_class == ELFCLASS64;
  const std::size_t header_size = is_64 ? sizeof(Elf64_Ehdr) : sizeof(Elf32_Ehdr);
  SIGLA_TRY_ASSIGN(const Bytes raw, slice(file, 0, header_size, "ELF header"));
  const auto phentsize =
      is_64 ? decode(load<Elf64_Ehdr>(raw).e_phentsize) : decode(load<Elf32_Ehdr>(raw).e_phentsize);
  const auto shentsize =
      is_64 ? decode(load<Elf64_Ehdr>(raw).e_shentsize) : decode(load<Elf32_Ehdr>(raw).e_shentsize);
  Header header = is_64 ? decode_header(load<Elf64_Ehdr>(raw), decode)
                        : decode_header(load<Elf32_Ehdr>(raw), decode);
  if (header.segment_count != 0 && phentsize != segment_header_size(is_64)) {
    return malformed(
        "ELF header: e_phentsize is {}, not {}", phentsize, segment_header_size(is_64));
  }
  if (header.e_shoff != 0 && shentsize != section_header_size(is_64)) {
    return malformed(
        "ELF header: e_shentsize is {}, not {}", shentsize, section_header_size(is_64));
  }
  return header;
}

// The bytes of a header table; its size is checked against the file before anything is allocated.
Result<Bytes> table(Bytes file,
                    std::uint64_t offset,
                    std::uint32_t count,
                    std::size_t entry_size,
                    std::string_view what,
                    const Limits& limits) {
  if (count > limits.section_count_max) {
    return make_error(ErrorCode::kLimitExceeded,
                      "{}: {} entries, more than {}",
                      what,
                      count,
                      limits.section_count_max);
  }
  return slice(file, offset, std::uint64_t{count} * entry_size, what);
}

}  // namespace

bool is_elf(Bytes file) {
  return file.size() >= EI_NIDENT && starts_with(file,
                                                 "\x7f"
                                                 "ELF");
}

Result<Image> Image::open(Bytes file, const Limits& limits) {
  SIGLA_TRY_ASSIGN(Header header, read_header(file));
  SIGLA_TRY(extend_counts(file, header));
  Image image(file, header);
  SIGLA_TRY(image.read_segments(limits));
  SIGLA_TRY(image.read_sections(limits));
  SIGLA_TRY(image.name_sections(limits));
  return image;
}

Result<Image> Image::open_without_sections(Bytes file, const Limits& limits) {
  SIGLA_TRY_ASSIGN(Header header, read_header(file));
  header.section_count = 0;
  header.section_names_index = 0;
  Image image(file, header);
  SIGLA_TRY(image.read_segments(limits));
  return image;
}

Status Image::read_segments(const Limits& limits) {
  const std::size_t entry_size = segment_header_size(header_.is_64);
  if (header_.segment_count == 0) return {};
  SIGLA_TRY_ASSIGN(const Bytes raw,
                   table(file_,
                         header_.e_phoff,
                         header_.segment_count,
                         entry_size,
                         "ELF program headers",
                         limits));
  const Decoder decode(header_.order);
  segments_.reserve(header_.segment_count);
  for (std::size_t at = 0; at < raw.size(); at += entry_size) {
    const Bytes entry = raw.subspan(at, entry_size);
    segments_.push_back(header_.is_64 ? decode_segment(load<Elf64_Phdr>(entry), decode)
                                      : decode_segment(load<Elf32_Phdr>(entry), decode));
  }
  return {};
}

Status Image::read_sections(const Limits& limits) {
  const std::size_t entry_size = section_header_size(header_.is_64);
  if (header_.e_shoff == 0) return {};
  SIGLA_TRY_ASSIGN(const Bytes raw,
                   table(file_,
                         header_.e_shoff,
                         header_.section_count,
                         entry_size,
                         "ELF section headers",
                         limits));
  sections_.reserve(header_.section_count);
  for (std::size_t at = 0; at < raw.size(); at += entry_size) {
    Section section = section_at(header_, raw.subspan(at, entry_size));
    section.index = static_cast<std::uint32_t>(sections_.size());
    sections_.push_back(section);
  }
  return {};
}

Status Image::name_sections(const Limits& limits) {
  if (sections_.empty() || header_.section_names_index == SHN_UNDEF) return {};
  if (header_.section_names_index >= sections_.size()) {
    return malformed("ELF header: e_shstrndx {} is past the {} sections",
                     header_.section_names_index,
                     sections_.size());
  }
  SIGLA_TRY_ASSIGN(const Bytes names, data(sections_[header_.section_names_index]));
  const Decoder decode(header_.order);
  const std::size_t entry_size = section_header_size(header_.is_64);
  for (Section& section : sections_) {
    // sh_name is the first field of either width.
    const std::size_t at = static_cast<std::size_t>(header_.e_shoff) + section.index * entry_size;
    const std::uint32_t sh_name = decode(load<std::uint32_t>(file_.subspan(at)));
    if (sh_name == 0) continue;
    ByteReader reader(names);
    reader.seek(sh_name);
    section.name = reader.cstring(limits.symbol_name_size_max);
    SIGLA_TRY(reader.finish("ELF section name"));
  }
  return {};
}

const Section* Image::section(std::string_view name) const {
  const auto found = std::ranges::find(sections_, name, &Section::name);
  return found == sections_.end() ? nullptr : &*found;
}

Result<Bytes> Image::data(const Section& section) const {
  if (!section.has_content()) return Bytes();
  return slice(file_, section.sh_offset, section.sh_size, "ELF section data");
}

Result<Bytes> Image::data(const Segment& segment) const {
  return slice(file_, segment.p_offset, segment.p_filesz, "ELF segment data");
}

Result<Bytes> Image::data_at_address(std::uint64_t address) const {
  for (const Segment& segment : segments_) {
    if (segment.p_type != PT_LOAD || address < segment.p_vaddr) continue;
    const std::uint64_t offset = address - segment.p_vaddr;
    if (offset >= segment.p_filesz) continue;
    SIGLA_TRY_ASSIGN(const Bytes content, data(segment));
    return content.subspan(static_cast<std::size_t>(offset));
  }
  return make_error(ErrorCode::kNotFound, "ELF address {:#x}: in no loaded segment", address);
}

Result<Bytes> section_bytes(const Image& image, std::string_view name) {
  for (const Section& section : image.sections()) {
    if (section.name == name && section.has_content()) return image.data(section);
  }
  return make_error(ErrorCode::kNotFound, "ELF section {}: not in this file", name);
}

}  // namespace sigla::elf
