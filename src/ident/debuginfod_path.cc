// SPDX-License-Identifier: Apache-2.0
#include "ident/debuginfod_path.h"

#include <fmt/format.h>

#include "base/text.h"

namespace sigla {

std::string_view to_string(DebuginfodKind kind) {
  switch (kind) {
    case DebuginfodKind::kDebuginfo:
      return "debuginfo";
    case DebuginfodKind::kExecutable:
      return "executable";
    case DebuginfodKind::kSource:
      return "source";
    case DebuginfodKind::kSection:
      return "section";
  }
  return "debuginfo";
}

std::optional<DebuginfodPath> parse_debuginfod_path(std::string_view path) {
  if (path.starts_with('/')) path.remove_prefix(1);
  constexpr std::string_view kPrefix = "buildid/";
  if (!equals_ignoring_case(path.substr(0, kPrefix.size()), kPrefix)) return std::nullopt;
  path.remove_prefix(kPrefix.size());
  const std::size_t id_size = path.find('/');
  if (id_size == 0 || id_size == std::string_view::npos) return std::nullopt;
  const auto id = parse_hex_bytes(path.substr(0, id_size));
  if (!id) return std::nullopt;
  path.remove_prefix(id_size + 1);

  DebuginfodPath parsed;
  parsed.build_id = CodeId::from_bytes(*id);
  if (path == "debuginfo") return parsed;
  if (path == "executable") {
    parsed.kind = DebuginfodKind::kExecutable;
    return parsed;
  }
  if (path.starts_with("source/")) {
    parsed.kind = DebuginfodKind::kSource;
    parsed.argument = path.substr(6);
    while (parsed.argument.starts_with("//")) parsed.argument.erase(0, 1);
    return parsed.argument.size() > 1 ? std::optional(parsed) : std::nullopt;
  }
  if (path.starts_with("section/")) {
    parsed.kind = DebuginfodKind::kSection;
    parsed.argument = path.substr(8);
    return parsed.argument.empty() ? std::nullopt : std::optional(parsed);
  }
  return std::nullopt;
}

std::string debuginfod_key(const CodeId& build_id, DebuginfodKind kind) {
  return fmt::format("buildid/{}/{}", build_id.text(), to_string(kind));
}

}  // namespace sigla
