// SPDX-License-Identifier: Apache-2.0
#include "formats/macho/dump.h"

#include <fmt/format.h>

#include <iterator>

#include "base/text.h"

namespace sigla::macho {

std::string dump(const Image& image) {
  const Header& h = image.header();
  std::string text;
  const auto out = std::back_inserter(text);
  fmt::format_to(out,
                 "Mach-O {} {} cputype {:#x} cpusubtype {:#x} filetype {} ncmds {} flags {:#x}\n",
                 h.is_64 ? 64 : 32,
                 h.order == std::endian::little ? "little" : "big",
                 h.cputype,
                 h.cpusubtype,
                 h.filetype,
                 h.ncmds,
                 h.flags);
  if (image.uuid()) fmt::format_to(out, "uuid {}\n", hex_lower(*image.uuid()));
  if (!image.install_name().empty()) {
    fmt::format_to(out, "install name {}\n", to_utf8(image.install_name()));
  }
  for (const Segment& s : image.segments()) {
    fmt::format_to(out,
                   "segment {:16} vm {:#x} +{:#x} file {:#x} +{:#x}\n",
                   to_utf8(s.segname),
                   s.vmaddr,
                   s.vmsize,
                   s.fileoff,
                   s.filesize);
  }
  for (const Section& s : image.sections()) {
    fmt::format_to(out,
                   "section {:32} addr {:#x} size {:#x} offset {:#x} flags {:#x}{}\n",
                   to_utf8(s.segname) + "," + to_utf8(s.sectname),
                   s.addr,
                   s.size,
                   s.offset,
                   s.flags,
                   s.has_content ? "" : " (no content)");
  }
  if (const auto& table = image.symbol_table()) {
    fmt::format_to(out,
                   "symbols {} at {:#x}, names {:#x} +{:#x}\n",
                   table->nsyms,
                   table->symoff,
                   table->stroff,
                   table->strsize);
  }
  return text;
}

}  // namespace sigla::macho
