// SPDX-License-Identifier: Apache-2.0
#include "ident/symstore_path.h"

#include "base/text.h"

namespace sigla {
namespace {

bool take_prefix(std::string& text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return false;
  text.erase(0, prefix.size());
  return true;
}

bool is_hex(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

}  // namespace

std::optional<SymstorePath> parse_symstore_path(std::string_view path) {
  const auto parts = split(path, '/');
  if (parts.size() != 3 || parts[0].empty() || !equals_ignoring_case(parts[0], parts[2])) {
    return std::nullopt;
  }
  SymstorePath parsed;
  parsed.file_name = parts[0];
  std::string id = lower(parts[1]);
  if (ends_with_ignoring_case(parts[0], ".debug") && take_prefix(id, "elf-buildid-sym-")) {
    parsed.kind = SymstoreKind::kElfDebug;
  } else if (take_prefix(id, "elf-buildid-")) {
    parsed.kind = SymstoreKind::kElfCode;
  } else if (ends_with_ignoring_case(parts[0], ".dwarf") && take_prefix(id, "mach-uuid-sym-")) {
    parsed.kind = SymstoreKind::kMachoDebug;
  } else if (take_prefix(id, "mach-uuid-")) {
    parsed.kind = SymstoreKind::kMachoCode;
  } else if (ends_with_ignoring_case(parts[0], ".pdb")) {
    parsed.kind = SymstoreKind::kPdb;
    const auto debug_id = DebugId::parse(id);
    if (!debug_id.has_value()) return std::nullopt;
    parsed.debug_id = debug_id.value();
    return parsed;
  }
  if (!is_hex(id)) return std::nullopt;
  parsed.code_id = CodeId(id);
  return parsed;
}

}  // namespace sigla
