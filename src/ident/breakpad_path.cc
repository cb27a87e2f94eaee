// SPDX-License-Identifier: Apache-2.0
#include "ident/breakpad_path.h"

#include <fmt/format.h>

#include "base/text.h"

namespace sigla {
namespace {

constexpr std::size_t kShortestDebugId = 33;  // a GUID and one digit of age

bool is_hex(std::string_view text) {
  return text.find_first_not_of("0123456789abcdefABCDEF") == std::string_view::npos;
}

}  // namespace

std::string_view breakpad_stem(std::string_view debug_file) {
  return ends_with_ignoring_case(debug_file, ".pdb") ? debug_file.substr(0, debug_file.size() - 4)
                                                     : debug_file;
}

std::string breakpad_sym_path(std::string_view debug_file, const DebugId& id) {
  const std::string_view name = base_name(debug_file);
  return fmt::format("{}/{}/{}.sym", name, id.breakpad(), breakpad_stem(name));
}

std::optional<BreakpadPath> parse_breakpad_path(std::string_view path) {
  const auto parts = split(path, '/');
  if (parts.size() != 3 || parts[0].empty() || parts[1].empty()) return std::nullopt;
  if (!ends_with_ignoring_case(parts[2], ".sym") || !is_hex(parts[1])) return std::nullopt;
  BreakpadPath parsed{std::string(parts[0]), std::nullopt, std::nullopt};
  if (parts[1].size() < kShortestDebugId) {
    parsed.code_id = CodeId(parts[1]);
    return parsed;
  }
  const auto id = DebugId::parse(parts[1]);
  if (id.has_value()) {
    parsed.debug_id = id.value();
  } else {
    parsed.code_id = CodeId(parts[1]);  // an ELF build id of 20 bytes is longer than any debug id
  }
  return parsed;
}

}  // namespace sigla
