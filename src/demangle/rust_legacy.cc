// SPDX-License-Identifier: Apache-2.0
#include "demangle/rust_legacy.h"

#include <array>
#include <utility>

#include "base/text.h"
#include "base/utf8.h"

namespace sigla {
namespace {

constexpr std::array<std::pair<std::string_view, char>, 8> kEscapes = {{
    {"SP", '@'},
    {"BP", '*'},
    {"RF", '&'},
    {"LT", '<'},
    {"GT", '>'},
    {"LP", '('},
    {"RP", ')'},
    {"C", ','},
}};

// What stands between two '$'; false when it is no escape.
bool append_escape(std::string& out, std::string_view escape) {
  for (const auto& [name, character] : kEscapes) {
    if (escape != name) continue;
    out += character;
    return true;
  }
  if (!escape.starts_with('u') || escape.size() > 7) return false;
  const auto code_point = parse_hex(escape.substr(1));
  if (!code_point.has_value() || *code_point > 0x10ffff || *code_point < 0x20) return false;
  if (*code_point >= 0xd800 && *code_point < 0xe000) return false;
  append_utf8(out, *code_point);
  return true;
}

}  // namespace

std::optional<std::string> decode_rust_legacy(std::string_view demangled) {
  constexpr std::size_t kHashSize = 19;  // "::h" and 16 digits
  if (demangled.size() <= kHashSize) return std::nullopt;
  const std::string_view hash = demangled.substr(demangled.size() - kHashSize);
  if (!hash.starts_with("::h") || !parse_hex(hash.substr(3)).has_value()) return std::nullopt;
  std::string_view rest = demangled.substr(0, demangled.size() - kHashSize);
  std::string out;
  bool at_start = true;  // of a path component, where an underscore protects what follows
  while (!rest.empty()) {
    if (at_start && rest.starts_with("_$")) rest.remove_prefix(1);
    at_start = false;
    const std::size_t end = rest.front() == '$' ? rest.find('$', 1) : std::string_view::npos;
    if (end != std::string_view::npos && append_escape(out, rest.substr(1, end - 1))) {
      rest.remove_prefix(end + 1);
    } else if (rest.starts_with("..")) {
      out += "::";
      rest.remove_prefix(2);
    } else {
      at_start = rest.starts_with("::");
      out += rest.substr(0, at_start ? 2 : 1);
      rest.remove_prefix(at_start ? 2 : 1);
    }
  }
  return out;
}

}  // namespace sigla
