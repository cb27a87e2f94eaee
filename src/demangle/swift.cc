// SPDX-License-Identifier: Apache-2.0
#include "demangle/swift.h"

#include <array>

#include "demangle/demangle.h"
#include "demangle/swift_old_parser.h"
#include "demangle/swift_parser.h"
#include "demangle/swift_printer.h"

namespace sigla {
namespace {

constexpr std::string_view kSwift4Prefix = "_T0";
// The underscore is what every symbol of macOS has in front.
constexpr std::array<std::string_view, 9> kPrefixes = {
    "$s", "$S", "$e", "_$s", "_$S", "_$e", "@__swiftmacro_", kSwift4Prefix, "__T0"};
constexpr std::array<std::string_view, 2> kOldPrefixes = {"_T", "__T"};

template <std::size_t N>
std::string_view prefix_of(std::string_view name, const std::array<std::string_view, N>& prefixes) {
  for (const std::string_view prefix : prefixes) {
    if (name.size() > prefix.size() && name.starts_with(prefix)) return prefix;
  }
  return {};
}

std::optional<std::vector<swift::Node*>> parse(std::string_view name, swift::SwiftTree& tree) {
  if (const std::string_view prefix = prefix_of(name, kPrefixes); !prefix.empty()) {
    const bool is_swift4 = prefix.ends_with(kSwift4Prefix);
    return swift::SwiftParser(name.substr(prefix.size()), is_swift4, tree).parse();
  }
  const std::string_view prefix = prefix_of(name, kOldPrefixes);
  if (prefix.empty()) return std::nullopt;
  return swift::SwiftOldParser(name.substr(prefix.size()), tree).parse();
}

}  // namespace

bool is_swift(std::string_view name) {
  return !prefix_of(name, kPrefixes).empty() || !prefix_of(name, kOldPrefixes).empty();
}

std::optional<std::string> demangle_swift(std::string_view name) {
  if (name.size() > kMangledNameSizeMax) return std::nullopt;
  swift::SwiftTree tree;
  const auto symbol = parse(name, tree);
  if (!symbol.has_value()) return std::nullopt;
  return swift::print_symbol(*symbol, kReadableNameSizeMax);
}

}  // namespace sigla
