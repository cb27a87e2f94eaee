// SPDX-License-Identifier: Apache-2.0
#include "demangle/dlang.h"

#include <algorithm>

#include "demangle/demangle.h"
#include "demangle/dlang_parser.h"

namespace sigla {
namespace {

// "_DTi16_D...": what an interface's table calls, which takes 16 off the pointer to the object.
std::string_view without_thunk(std::string_view name) {
  constexpr std::string_view kThunk = "_DTi";
  if (!name.starts_with(kThunk)) return name;
  const std::size_t end = name.find_first_not_of("0123456789", kThunk.size());
  const bool is_thunk = end != std::string_view::npos && end != kThunk.size();
  return is_thunk && name.substr(end).starts_with("_D") ? name.substr(end) : name;
}

}  // namespace

std::optional<std::string> demangle_dlang(std::string_view name) {
  if (name == "_Dmain") return "D main";
  if (name.size() > kMangledNameSizeMax) return std::nullopt;
  // What a compiler has put behind the name: "f(int) (.part.0)".
  const std::size_t end = std::min(name.find('.'), name.size());
  const std::string_view symbol = without_thunk(name.substr(0, end));
  dlang::Parser parser(symbol, kReadableNameSizeMax);
  std::string out;
  if (!parser.mangled_name(out) || !parser.at_end()) return std::nullopt;
  if (symbol.size() < end) out.insert(0, "non-virtual thunk to ");
  if (end < name.size()) out.append(" (").append(name.substr(end)).append(")");
  if (out.size() > kReadableNameSizeMax) return std::nullopt;
  return out;
}

}  // namespace sigla
