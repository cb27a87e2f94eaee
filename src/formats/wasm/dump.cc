// SPDX-License-Identifier: Apache-2.0
#include "formats/wasm/dump.h"

#include <fmt/format.h>

#include <iterator>

#include "base/text.h"

namespace sigla::wasm {

std::string dump(const Module& module, const Limits& limits) {
  std::string text;
  const auto out = std::back_inserter(text);
  for (const Section& section : module.sections()) {
    fmt::format_to(out,
                   "section {:2} {:20} offset {:#x} size {:#x}\n",
                   section.id,
                   to_utf8(section.name),
                   section.offset,
                   section.data.size());
  }
  if (const auto id = build_id(module)) fmt::format_to(out, "build id {}\n", hex_lower(*id));
  const Names names = read_names(module, limits);
  fmt::format_to(out,
                 "module name '{}', {} function names\n",
                 to_utf8(names.module_name),
                 names.function_count);
  return text;
}

}  // namespace sigla::wasm
