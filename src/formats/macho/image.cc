// SPDX-License-Identifier: Apache-2.0
#include "formats/macho/image.h"

#include <algorithm>

namespace sigla::macho {
namespace {

constexpr std::size_t kNameSize = 16;  // segname and sectname: NUL-padded, not NUL-terminated

std::string_view fixed_name(ByteReader& reader) {
  const std::string_view name = as_text(reader.bytes(kNameSize));
  return name.substr(0, name.find('\0'));
}

// Width and byte order, from the magic number.
std::optional<Header> read_magic(Bytes bytes) {
  Header header;
  for (const std::endian order : {std::endian::little, std::endian::big}) {
    ByteReader reader(bytes, order);
    const std::uint32_t magic = reader.u32();
    if (magic != MH_MAGIC && magic != MH_MAGIC_64) continue;
    header.order = order;
    header.is_64 = magic == MH_MAGIC_64;
    return header;
  }
  return std::nullopt;
}

bool is_zero_filled(std::uint32_t flags) {
  const std::uint32_t type = flags & SECTION_TYPE;
  return type == S_ZEROFILL || type == S_GB_ZEROFILL || type == S_THREAD_LOCAL_ZEROFILL;
}

// A section's offset has 32 bits, and dsymutil lets it wrap around in a dSYM of more than 4 GiB.
// The segment's has 64, and as far from it as the address is from the segment's lies the content.
std::uint64_t file_offset(const Segment& segment, std::uint64_t addr, std::uint32_t offset) {
  if (addr < segment.vmaddr || addr - segment.vmaddr >= segment.filesize) return offset;
  const std::uint64_t whole = segment.fileoff + (addr - segment.vmaddr);
  return static_cast<std::uint32_t>(whole) == offset ? whole : offset;
}

}  // namespace

bool is_macho(Bytes file) { return read_magic(file).has_value(); }

Result<Image> Image::open(Bytes slice, const Limits& limits) {
  const auto magic = read_magic(slice);
  if (!magic) return malformed("Mach-O header: wrong magic at offset 0");
  Header header = *magic;
  ByteReader reader(slice, header.order);
  reader.skip(4);
  header.cputype = reader.u32();
  header.cpusubtype = reader.u32();
  header.filetype = reader.u32();
  header.ncmds = reader.u32();
  header.sizeofcmds = reader.u32();
  header.flags = reader.u32();
  if (header.is_64) reader.skip(4);
  SIGLA_TRY(reader.finish("Mach-O header"));
  Image image(slice, header);
  SIGLA_TRY(image.read_commands(limits));
  return image;
}

Status Image::read_commands(const Limits& limits) {
  if (header_.ncmds > limits.load_command_count_max) {
    return make_error(ErrorCode::kLimitExceeded,
                      "Mach-O header: {} load commands, more than {}",
                      header_.ncmds,
                      limits.load_command_count_max);
  }
  const std::size_t header_size = header_.is_64 ? sizeof(mach_header_64) : sizeof(mach_header);
  SIGLA_TRY_ASSIGN(const Bytes commands,
                   slice(bytes_, header_size, header_.sizeofcmds, "Mach-O load commands"));
  ByteReader reader = this->reader(commands);
  for (std::uint32_t i = 0; i < header_.ncmds; ++i) {
    const std::size_t at = reader.position();
    const std::uint32_t cmd = reader.u32();
    const std::uint32_t cmdsize = reader.u32();
    SIGLA_TRY(reader.finish("Mach-O load command"));
    if (cmdsize < sizeof(load_command)) {
      return malformed(
          "Mach-O load command {}: size {} at offset {}", i, cmdsize, header_size + at);
    }
    const Bytes command = reader.bytes(cmdsize - sizeof(load_command));
    SIGLA_TRY(reader.finish("Mach-O load command"));
    SIGLA_TRY(read_command(cmd, command, limits));
  }
  return {};
}

Status Image::read_command(std::uint32_t cmd, Bytes command, const Limits& limits) {
  ByteReader reader = this->reader(command);
  switch (cmd) {
    case LC_SEGMENT:
    case LC_SEGMENT_64:
      // A command of the other width would be read with the wrong field sizes.
      if ((cmd == LC_SEGMENT_64) != header_.is_64) return {};
      return read_segment(reader, limits);
    case LC_SYMTAB: {
      SymbolTable table;
      table.symoff = reader.u32();
      table.nsyms = reader.u32();
      table.stroff = reader.u32();
      table.strsize = reader.u32();
      SIGLA_TRY(reader.finish("Mach-O LC_SYMTAB"));
      symbol_table_ = table;
      return {};
    }
    case LC_UUID: {
      const Bytes raw = reader.bytes(16);
      SIGLA_TRY(reader.finish("Mach-O LC_UUID"));
      uuid_.emplace();
      std::copy_n(raw.begin(), uuid_->size(), uuid_->begin());
      return {};
    }
    case LC_FUNCTION_STARTS:
      function_starts_offset_ = reader.u32();
      function_starts_size_ = reader.u32();
      return reader.finish("Mach-O LC_FUNCTION_STARTS");
    case LC_ID_DYLIB:
      return read_install_name(reader, limits);
    default:
      return {};
  }
}

// segname[16] vmaddr vmsize fileoff filesize maxprot initprot nsects flags, then nsects times
// sectname[16] segname[16] addr size offset align reloff nreloc flags reserved[2 or 3].
Status Image::read_segment(ByteReader reader, const Limits& limits) {
  Segment segment;
  segment.segname = fixed_name(reader);
  segment.vmaddr = read_word(reader);
  segment.vmsize = read_word(reader);
  segment.fileoff = read_word(reader);
  segment.filesize = read_word(reader);
  reader.skip(8);  // maxprot, initprot
  const std::uint32_t nsects = reader.u32();
  reader.skip(4);  // flags
  SIGLA_TRY(reader.finish("Mach-O LC_SEGMENT"));
  for (std::uint32_t i = 0; i < nsects; ++i) {
    Section section;
    section.sectname = fixed_name(reader);
    section.segname = fixed_name(reader);
    section.addr = read_word(reader);
    section.size = read_word(reader);
    section.offset = file_offset(segment, section.addr, reader.u32());
    reader.skip(12);  // align, reloff, nreloc
    section.flags = reader.u32();
    reader.skip(header_.is_64 ? 12 : 8);  // reserved
    SIGLA_TRY(reader.finish("Mach-O section"));
    section.has_content = section.size != 0 && section.offset != 0 && segment.filesize != 0 &&
                          !is_zero_filled(section.flags);
    if (sections_.size() >= limits.section_count_max) {
      return make_error(ErrorCode::kLimitExceeded,
                        "Mach-O image: more than {} sections",
                        limits.section_count_max);
    }
    sections_.push_back(section);
  }
  segments_.push_back(segment);
  return {};
}

// name (offset from the start of the command), timestamp, two versions; then the text.
Status Image::read_install_name(ByteReader reader, const Limits& limits) {
  const std::uint32_t offset = reader.u32();
  SIGLA_TRY(reader.finish("Mach-O LC_ID_DYLIB"));
  if (offset < sizeof(load_command)) {
    return malformed("Mach-O LC_ID_DYLIB: name at offset {} of the command", offset);
  }
  reader.seek(offset - sizeof(load_command));
  SIGLA_TRY(reader.finish("Mach-O LC_ID_DYLIB"));
  const std::string_view text = as_text(reader.rest());
  install_name_ = text.substr(0, std::min(text.find('\0'), std::size_t{limits.path_size_max}));
  return {};
}

const Section* Image::section(std::string_view segname, std::string_view sectname) const {
  const auto found = std::ranges::find_if(sections_, [&](const Section& section) {
    return section.segname == segname && section.sectname == sectname;
  });
  return found == sections_.end() ? nullptr : &*found;
}

Result<Bytes> Image::function_starts() const {
  return slice(bytes_, function_starts_offset_, function_starts_size_, "Mach-O LC_FUNCTION_STARTS");
}

Result<Bytes> Image::data(const Section& section) const {
  if (!section.has_content) return Bytes();
  return slice(bytes_, section.offset, section.size, "Mach-O section data");
}

Result<Bytes> Image::data(const Segment& segment) const {
  return slice(bytes_, segment.fileoff, segment.filesize, "Mach-O segment data");
}

}  // namespace sigla::macho
