// SPDX-License-Identifier: Apache-2.0
#include "formats/macho/symbol_map.h"

#include <algorithm>

#include "base/text.h"

namespace sigla::macho {
namespace {

constexpr std::string_view kMagic = "BCSymbolMap Version:";
constexpr std::string_view kHidden = "hidden#";
constexpr std::string_view kOriginalUuidKey = "<key>DBGOriginalUUID</key>";
// A property list with one key is some hundred bytes long; what is longer is another one.
constexpr std::size_t kUuidMapSizeMax = 64 * 1024;

// The UUID that a file is named by.
std::optional<DebugId> id_of_name(std::string_view name) {
  const auto id = DebugId::parse(name.substr(0, name.find('.')));
  if (!id.has_value()) return std::nullopt;
  return *id;
}

Identity identity_of(Format format, std::string_view name) {
  Identity identity;
  identity.format = format;
  identity.kind = ObjectKind::kOther;
  identity.name = std::string(name);
  identity.debug_id = id_of_name(name);
  return identity;
}

std::optional<std::uint64_t> number_of(std::string_view name) {
  if (!name.starts_with('_') || !name.ends_with('_')) return std::nullopt;
  name.remove_prefix(name.starts_with("__") ? 2 : 1);
  if (!name.starts_with(kHidden)) return std::nullopt;
  name.remove_prefix(kHidden.size());
  name.remove_suffix(1);
  return parse_decimal(name);
}

// What stands between <string> and </string> after the key.
std::string_view string_after(std::string_view text, std::string_view key) {
  constexpr std::string_view kOpen = "<string>";
  const std::size_t at = text.find(key);
  if (at == std::string_view::npos) return {};
  text = trim(text.substr(at + key.size()));
  if (!text.starts_with(kOpen)) return {};
  text.remove_prefix(kOpen.size());
  return trim(text.substr(0, text.find('<')));
}

}  // namespace

bool is_symbol_map(Bytes file) { return as_text(file).starts_with(kMagic); }

bool is_uuid_map(Bytes file) {
  if (file.size() > kUuidMapSizeMax) return false;
  const std::string_view text = as_text(file);
  return trim(text).starts_with('<') && text.find(kOriginalUuidKey) != std::string_view::npos;
}

Identity identify_symbol_map(std::string_view name) {
  return identity_of(Format::kBcSymbolMap, name);
}

Result<Identity> identify_uuid_map(Bytes file, std::string_view name) {
  SIGLA_TRY(original_uuid(file));
  return identity_of(Format::kUuidMap, name);
}

Result<DebugId> original_uuid(Bytes uuid_map) {
  const std::string_view uuid = string_after(as_text(uuid_map), kOriginalUuidKey);
  auto id = DebugId::parse(uuid);
  if (!id.has_value()) {
    return make_error(ErrorCode::kMalformed,
                      "UUID map: DBGOriginalUUID is '{}', which is no UUID",
                      to_utf8(uuid.substr(0, 64)));
  }
  return id;
}

bool is_hidden_name(std::string_view name) { return number_of(name).has_value(); }

bool has_hidden_names(Bytes texts) {
  return as_text(texts).find("__hidden#") != std::string_view::npos;
}

Result<SymbolMap> SymbolMap::open(Bytes file, const Limits& limits) {
  std::string_view text = as_text(file);
  if (!text.starts_with(kMagic)) {
    return make_error(
        ErrorCode::kUnsupported, "no BCSymbolMap: it does not start with '{}'", kMagic);
  }
  const std::size_t line_end = std::min(text.find('\n'), text.size());
  const std::string_view version = trim(text.substr(kMagic.size(), line_end - kMagic.size()));
  if (version != "1.0" && version != "2.0") {
    return make_error(
        ErrorCode::kUnsupported, "BCSymbolMap: version '{}'", to_utf8(version.substr(0, 16)));
  }
  text.remove_prefix(std::min(line_end + 1, text.size()));
  SymbolMap map;
  while (!text.empty()) {
    if (map.texts_.size() == limits.record_count_max) {
      return make_error(
          ErrorCode::kLimitExceeded, "BCSymbolMap: more than {} names", limits.record_count_max);
    }
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    if (line.ends_with('\r')) line.remove_suffix(1);
    // "Take this name as it is": no underscore is put before it.
    if (line.starts_with('\1')) line.remove_prefix(1);
    map.texts_.push_back(line);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return map;
}

std::string_view SymbolMap::text(std::string_view name) const {
  const auto number = number_of(name);
  return number && *number < texts_.size() ? texts_[*number] : name;
}

std::string SymbolMap::path(std::string_view path) const {
  std::string result;
  bool is_first = true;
  for (const std::string_view part : split(path, '/')) {
    const std::string_view real = text(part);
    if (real.starts_with('/')) {
      result.clear();
    } else if (!is_first) {
      result += '/';
    }
    result += real;
    is_first = false;
  }
  return result;
}

}  // namespace sigla::macho
