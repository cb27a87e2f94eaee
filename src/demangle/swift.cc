// SPDX-License-Identifier: Apache-2.0
#include "demangle/swift.h"

#include <array>

#include "demangle/demangle.h"
#include "demangle/swift_parser.h"
#include "demangle/swift_printer.h"

namespace sigla {
namespace {

constexpr std::string_view kSwift4Prefix = "_T0";
// The underscore is what every symbol of macOS has in front.
constexpr std::array<std::string_view, 9> kPrefixes = {
    "$s", "$S", "$e", "_$s", "_$S", "_$e", "@__swiftmacro_", kSwift4Prefix, "__T0"};

std::string_view prefix_of(std::string_view name) {
  for (const std::string_view prefix : kPrefixes) {
    if (name.size() > prefix.size() && name.starts_with(prefix)) return prefix;
  }
  return {};
}

}  // namespace

bool is_swift(std::string_view name) { return !prefix_of(name).empty(); }

std::optional<std::string> demangle_swift(std::string_view name) {
  const std::string_view prefix = prefix_of(name);
  if (prefix.empty() || name.size() > kMangledNameSizeMax) return std::nullopt;
  swift::SwiftTree tree;
  const bool is_swift4 = prefix.ends_with(kSwift4Prefix);
  const auto symbol = swift::SwiftParser(name.substr(prefix.size()), is_swift4, tree).parse();
  if (!symbol.has_value()) return std::nullopt;
  return swift::print_symbol(*symbol, kReadableNameSizeMax);
}

}  // namespace sigla
