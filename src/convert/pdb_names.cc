// SPDX-License-Identifier: Apache-2.0
#include "convert/pdb_names.h"

#include <algorithm>

#include "base/text.h"

namespace sigla {
namespace {

// How many publics at one address are compared: a big program folds thousands of equal functions.
constexpr std::size_t kFoldedCountMax = 1'024;

// "f@8" apart.
bool split_size(std::string_view name, PdbName& parts) {
  const std::size_t at = name.rfind('@');
  if (at == std::string_view::npos || at == 0) return false;
  const auto size = parse_decimal(name.substr(at + 1));
  if (!size.has_value()) return false;
  parts = {name.substr(0, at),
           static_cast<std::uint32_t>(std::min<std::uint64_t>(*size, UINT16_MAX))};
  return true;
}

// "f" of "?f@ns@@YAXXZ" and "??$f@H@ns@@YAXXZ"; empty for operators and the like.
std::string_view plain_name(std::string_view mangled) {
  std::string_view rest = mangled.substr(1);
  if (rest.starts_with("?$")) rest = rest.substr(2);
  if (rest.starts_with('?')) return {};
  return rest.substr(0, rest.find('@'));
}

}  // namespace

PdbName undecorated_c_name(std::string_view name, bool is_x86) {
  PdbName parts{name, 0};
  if (name.empty() || name[0] == '?') return parts;
  if (split_size(name, parts) && parts.text.size() > 1 && parts.text.back() == '@') {
    parts.text.remove_suffix(1);  // __vectorcall, on any machine
    return parts;
  }
  parts = {name, 0};
  if (!is_x86 || name.size() < 2) return parts;
  if (name[0] == '@') {
    if (split_size(name.substr(1), parts)) return parts;
  } else if (name[0] == '_') {
    if (split_size(name.substr(1), parts)) return parts;
    return {name.substr(1), 0};
  }
  return {name, 0};
}

bool names_function(std::string_view public_name, std::string_view function_name, bool is_x86) {
  if (function_name.empty()) return true;
  if (!public_name.starts_with('?')) {
    return undecorated_c_name(public_name, is_x86).text == function_name;
  }
  const std::string_view plain = plain_name(public_name);
  if (plain.empty() || plain[0] == '?') return true;
  std::string_view last = pdb::last_component(function_name);
  last = last.substr(0, last.find('<'));
  return last == plain;
}

PdbName PdbNames::function(const pdb::Procedure& procedure, std::uint32_t rva) {
  const auto& publics = info_.publics();
  auto symbol = std::lower_bound(
      publics.begin(), publics.end(), rva, [](const pdb::PublicCode& code, std::uint32_t key) {
        return code.rva < key;
      });
  for (std::size_t i = 0; i < kFoldedCountMax; ++i, ++symbol) {
    if (symbol == publics.end() || symbol->rva != rva) break;
    if (names_function(symbol->name, procedure.name, is_x86_)) {
      return undecorated_c_name(symbol->name, is_x86_);
    }
  }
  text_ = procedure.name;
  text_ += types_.parameters(procedure);
  return {text_, 0};
}

}  // namespace sigla
