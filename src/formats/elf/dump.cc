// SPDX-License-Identifier: Apache-2.0
#include "formats/elf/dump.h"

#include <fmt/format.h>

#include <iterator>

#include "base/text.h"
#include "formats/elf/compression.h"
#include "formats/elf/debug_link.h"
#include "formats/elf/dynamic.h"
#include "formats/elf/functions.h"
#include "formats/elf/notes.h"

namespace sigla::elf {
namespace {

using Out = std::back_insert_iterator<std::string>;

void dump_header(Out out, const Header& h) {
  fmt::format_to(out,
                 "ELF {} {} e_type {} e_machine {} e_flags {:#x} e_entry {:#x} os_abi {}\n",
                 h.is_64 ? 64 : 32,
                 h.order == std::endian::little ? "little" : "big",
                 h.e_type,
                 h.e_machine,
                 h.e_flags,
                 h.e_entry,
                 h.os_abi);
}

void dump_sections(Out out, const Image& image) {
  for (const Section& s : image.sections()) {
    fmt::format_to(out,
                   "section {:2} {:20} type {:#x} flags {:#x} addr {:#x} offset {:#x} size {:#x} "
                   "link {} info {} align {} entsize {}\n",
                   s.index,
                   to_utf8(s.name),
                   s.sh_type,
                   s.sh_flags,
                   s.sh_addr,
                   s.sh_offset,
                   s.sh_size,
                   s.sh_link,
                   s.sh_info,
                   s.sh_addralign,
                   s.sh_entsize);
    const auto compression = compression_of(image, s);
    if (!compression.has_value() || !compression->has_value()) continue;
    fmt::format_to(out,
                   "  {} of {} bytes, aligned to {}\n",
                   to_string((*compression)->codec),
                   (*compression)->unpacked_size,
                   (*compression)->alignment);
  }
}

void dump_segments(Out out, const Image& image) {
  for (const Segment& s : image.segments()) {
    fmt::format_to(out,
                   "segment type {:#x} flags {} offset {:#x} vaddr {:#x} filesz {:#x} memsz {:#x} "
                   "align {:#x}\n",
                   s.p_type,
                   s.p_flags,
                   s.p_offset,
                   s.p_vaddr,
                   s.p_filesz,
                   s.p_memsz,
                   s.p_align);
  }
}

void dump_notes(Out out, const Image& image) {
  for (const Section& section : image.sections()) {
    const auto data = image.data(section);
    if (section.sh_type != SHT_NOTE || !data.has_value()) continue;
    NoteReader notes(image.reader(*data), section.sh_addralign);
    for (auto note = notes.next(); note.has_value() && note->has_value(); note = notes.next()) {
      fmt::format_to(out,
                     "note {} {} {:#x} {}\n",
                     to_utf8(section.name),
                     to_utf8((*note)->name),
                     (*note)->type,
                     hex_lower((*note)->descriptor));
    }
  }
}

void dump_links(Out out, const Image& image, const Limits& limits) {
  if (const auto name = soname(image); !name.empty()) {
    fmt::format_to(out, "soname {}\n", to_utf8(name));
  }
  if (const auto link = debug_link(image, limits)) {
    fmt::format_to(out, "debug link {} crc {:08x}\n", to_utf8(link->name), link->crc);
  }
  if (const auto link = debug_alt_link(image, limits)) {
    fmt::format_to(
        out, "debug alt link {} build id {}\n", to_utf8(link->name), hex_lower(link->build_id));
  }
}

void dump_functions(Out out, const Image& image, const Limits& limits) {
  const auto functions = functions_of(image, limits);
  if (!functions.has_value()) {
    fmt::format_to(out, "functions: {}\n", to_utf8(functions.error().message()));
    return;
  }
  for (const Function& f : *functions) {
    fmt::format_to(out, "function {:#x} +{:#x} {}\n", f.address, f.size, to_utf8(f.name));
  }
}

}  // namespace

std::string dump(const Image& image, const Limits& limits) {
  std::string text;
  const auto out = std::back_inserter(text);
  dump_header(out, image.header());
  dump_sections(out, image);
  dump_segments(out, image);
  dump_notes(out, image);
  dump_links(out, image, limits);
  dump_functions(out, image, limits);
  return text;
}

}  // namespace sigla::elf
