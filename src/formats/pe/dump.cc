// SPDX-License-Identifier: Apache-2.0
#include "formats/pe/dump.h"

#include <fmt/format.h>

#include <iterator>

#include "formats/pe/debug_directory.h"
#include "formats/pe/version_resource.h"

namespace sigla::pe {

std::string dump(const Image& image) {
  std::string text;
  const auto out = std::back_inserter(text);
  const Header& header = image.header();
  fmt::format_to(
      out,
      "machine 0x{:x} characteristics 0x{:x} time 0x{:08x} image {} base 0x{:x} size 0x{:x}\n",
      header.machine,
      header.characteristics,
      header.time_date_stamp,
      header.is_pe32_plus ? "PE32+" : "PE32",
      header.image_base,
      header.size_of_image);
  for (std::uint32_t i = 0; i < kDirectoryCountMax; ++i) {
    const DataDirectory entry = image.directory(i);
    if (entry.rva == 0 && entry.size == 0) continue;
    fmt::format_to(out,
                   "directory {} rva 0x{:x} size 0x{:x}{}\n",
                   i,
                   entry.rva,
                   entry.size,
                   image.data_of(i).has_value() ? "" : " (no content)");
  }
  for (const Section& section : image.sections()) {
    const auto data = image.data(section);
    fmt::format_to(out,
                   "section {} rva 0x{:x} size 0x{:x} flags 0x{:x} content {}\n",
                   section.name,
                   section.virtual_address,
                   section.virtual_size,
                   section.characteristics,
                   data.has_value() ? std::to_string(data.value().size()) : "outside the file");
  }
  const DebugDirectory debug = read_debug_directory(image);
  for (const DebugEntry& entry : debug.entries) {
    fmt::format_to(out,
                   "debug type {} version {}.{} stamp 0x{:08x} content {}\n",
                   entry.type,
                   entry.major_version,
                   entry.minor_version,
                   entry.time_date_stamp,
                   entry.data.size());
  }
  for (const CodeView& view : debug.code_views) {
    fmt::format_to(out,
                   "pdb {} {}{}\n",
                   view.pdb.debug_id.dashed(),
                   view.pdb.path,
                   view.is_nb10        ? " (NB10)"
                   : view.pdb.portable ? " (portable)"
                                       : "");
  }
  for (const auto& map : debug.perfmaps) {
    fmt::format_to(out, "perfmap {} version {} {}\n", map.signature, map.version, map.name);
  }
  for (const PdbChecksum& sum : debug.checksums) {
    fmt::format_to(out, "checksum {} {}\n", sum.algorithm, sum.digest);
  }
  if (const auto version = read_file_version(image)) {
    fmt::format_to(out, "version {}{}\n", version->text(), version->is_debug ? " debug" : "");
  }
  return text;
}

}  // namespace sigla::pe
