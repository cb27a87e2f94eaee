// SPDX-License-Identifier: Apache-2.0
#include "demangle/dlang.h"

#include "demangle/demangle.h"
#include "demangle/dlang_parser.h"

namespace sigla {

std::optional<std::string> demangle_dlang(std::string_view name) {
  if (name == "_Dmain") return "D main";
  if (name.size() > kMangledNameSizeMax) return std::nullopt;
  dlang::Parser parser(name, kReadableNameSizeMax);
  std::string out;
  if (!parser.mangled_name(out) || !parser.at_end() || out.size() > kReadableNameSizeMax) {
    return std::nullopt;
  }
  return out;
}

}  // namespace sigla
