// SPDX-License-Identifier: Apache-2.0
#include "demangle/rust_v0.h"

#include "demangle/demangle.h"
#include "demangle/rust_v0_parser.h"

namespace sigla {

bool is_rust_v0(std::string_view name) {
  // The second is what every symbol of macOS looks like.
  return name.starts_with("_R") || name.starts_with("__R");
}

std::optional<std::string> demangle_rust_v0(std::string_view name) {
  if (!is_rust_v0(name) || name.size() > kMangledNameSizeMax) return std::nullopt;
  name.remove_prefix(name.find('R') + 1);
  const std::size_t dot = name.find('.');
  rust_v0::Parser parser(name.substr(0, dot), kReadableNameSizeMax);
  auto readable = parser.symbol_name();
  // What LLVM has put behind the name.
  if (readable.has_value() && dot != std::string_view::npos) {
    *readable += " (" + std::string(name.substr(dot)) + ")";
  }
  return readable;
}

}  // namespace sigla
