// SPDX-License-Identifier: Apache-2.0
#include "formats/pdb/dump.h"

#include <fmt/format.h>

#include <iterator>

#include "formats/pdb/dbi_stream.h"
#include "formats/pdb/info_stream.h"
#include "formats/pdb/sources.h"

namespace sigla::pdb {

std::string dump(const Container& container, const Limits& limits) {
  std::string text;
  const auto out = std::back_inserter(text);
  fmt::format_to(out,
                 "container {} page size {}\n",
                 container.is_msfz() ? "MSFZ" : "MSF",
                 container.page_size());
  for (std::uint32_t i = 0; i < container.stream_count(); ++i) {
    fmt::format_to(out, "stream {} size {}\n", i, container.stream_size(i));
  }
  const auto info = read_info_stream(container);
  if (!info.has_value()) {
    return fmt::format("{}info: {}\n", text, info.error().message());
  }
  fmt::format_to(out,
                 "info version {} signature 0x{:x} age {} guid {}\n",
                 info.value().version,
                 info.value().signature,
                 info.value().age,
                 info.value().guid.dashed());
  for (const auto& [name, stream] : info.value().named_streams) {
    fmt::format_to(out, "named stream {} {}\n", stream, name);
  }
  const auto dbi = read_dbi_stream(container, limits);
  if (!dbi.has_value()) {
    fmt::format_to(out, "dbi: {}\n", dbi.error().message());
  } else if (dbi.value()) {
    fmt::format_to(out,
                   "dbi version {} age {} machine 0x{:x} flags 0x{:x} symbols {}\n",
                   dbi.value()->version,
                   dbi.value()->age,
                   dbi.value()->machine,
                   dbi.value()->flags,
                   dbi.value()->symbol_records_stream);
    for (const Module& module : dbi.value()->modules) {
      fmt::format_to(out,
                     "module {} stream {} symbols {} lines {} {}\n",
                     module.name,
                     module.stream,
                     module.symbols_size,
                     module.c11_lines_size,
                     module.c13_lines_size);
    }
    for (std::size_t i = 0; i < kDebugHeaderCount; ++i) {
      const std::uint16_t stream = dbi.value()->debug_streams[i];
      if (stream != kNoStream) fmt::format_to(out, "debug header {} stream {}\n", i, stream);
    }
  }
  const Sources sources = read_sources(container, info.value(), limits);
  if (sources.has_srcsrv) text += "srcsrv\n";
  for (const EmbeddedFile& file : sources.embedded) {
    fmt::format_to(out, "source {} size {}\n", file.path, file.size);
  }
  if (!sources.source_link.empty()) fmt::format_to(out, "source link {}\n", sources.source_link);
  return text;
}

}  // namespace sigla::pdb
