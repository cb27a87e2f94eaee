// SPDX-License-Identifier: Apache-2.0
#include "ident/symbol_request.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/text.h"
#include "ident/breakpad_path.h"

namespace sigla {
namespace {

using Parts = std::vector<std::string_view>;

constexpr std::size_t kPathSizeMax = 4096;
constexpr std::size_t kGuidDigits = 32;

bool is_hex(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

bool take_suffix(std::string_view& text, std::string_view suffix) {
  if (!text.ends_with(suffix)) return false;
  text.remove_suffix(suffix.size());
  return true;
}

Status check_parts(const Parts& parts) {
  for (const std::string_view part : parts) {
    const bool has_control = std::any_of(part.begin(), part.end(), [](char c) {
      return static_cast<unsigned char>(c) < 0x20 || c == 0x7f || c == '\\';
    });
    if (part.empty() || part == "." || part == ".." || has_control) {
      return make_error(ErrorCode::kInvalidArgument, "symbol path: a part is not a file name");
    }
  }
  return {};
}

// "foo.pd_" for "foo.pdb": symstore marks a compressed file by its last character.
bool is_compressed_form(std::string_view compressed, std::string_view name) {
  return compressed.size() == name.size() && compressed.ends_with('_') && !name.ends_with('_') &&
         compressed.substr(0, compressed.size() - 1) == name.substr(0, name.size() - 1);
}

bool names_same_file(std::string_view first, std::string_view last) {
  return first == last || is_compressed_form(last, first);
}

// The first directory of a two-tier store: the first two characters of the rest of the path, or one
// when the second is '.' or the name has only one.
bool is_tier(std::string_view tier, std::string_view name) {
  return !tier.empty() && tier.size() <= 2 && name.starts_with(tier);
}

// The id as lookup_keys() spells it, and the other ids the same client may have meant.
std::vector<std::string> ids_meant(std::string_view name, std::string_view id) {
  std::vector<std::string> ids = {std::string(id)};
  constexpr std::array<std::string_view, 2> kBuildIdPrefixes = {"elf-buildid-sym-", "elf-buildid-"};
  for (const std::string_view prefix : kBuildIdPrefixes) {
    if (!id.starts_with(prefix)) continue;
    if (is_hex(id.substr(prefix.size())) && id.size() < prefix.size() + 40) {
      ids[0].resize(prefix.size() + 40, '0');
    }
    return ids;
  }
  const bool is_pdb_id = id.size() >= kGuidDigits && id.size() <= kGuidDigits + 8 && is_hex(id);
  if (!name.ends_with(".pdb") || !is_pdb_id) return ids;
  const std::string guid(id.substr(0, kGuidDigits));
  std::string_view age = id.substr(kGuidDigits);
  age.remove_prefix(std::min(age.find_first_not_of('0'), age.size()));
  const auto add = [&](std::string other) {
    if (std::find(ids.begin(), ids.end(), other) == ids.end()) ids.push_back(std::move(other));
  };
  add(guid + std::string(age.empty() ? "0" : age));
  // A Portable PDB has no age: clients ask with ffffffff, 1, 0, none, or whatever they made up. A
  // Windows PDB of just this age goes first.
  add(guid + "ffffffff");
  return ids;
}

SymbolRequest by_id(std::string_view id, std::string_view what) {
  SymbolRequest request;
  request.keys = {fmt::format("buildid/{}/{}", id, what)};
  request.file_name = id;
  return request;
}

std::optional<SymbolRequest> parse_named(Parts parts) {
  if (parts.size() == 4 && is_tier(parts[0], parts[1]) && parts[2] != "msfz0") {
    parts.erase(parts.begin());
  }
  if (parts.size() == 4 && parts[2] == "msfz0" && parts[0] == parts[3]) {
    SymbolRequest request;
    request.keys = {fmt::format("{}/{}/msfz0/{}", parts[0], parts[1], parts[0])};
    request.file_name = parts[0];
    return request;
  }
  if (parts.size() != 3) return std::nullopt;
  const std::string_view name = parts[0];
  const std::string_view id = parts[1];
  SymbolRequest request;
  if (names_same_file(name, parts[2])) {
    for (const std::string& meant : ids_meant(name, id)) {
      request.keys.push_back(fmt::format("{}/{}/{}", name, meant, name));
    }
    request.form = parts[2] == name ? WantedForm::kIdentity : WantedForm::kCab;
    request.file_name = name;
    return request;
  }
  std::string_view stem = parts[2];
  if (take_suffix(stem, ".src.zip") && is_hex(id)) return by_id(id, "sourcebundle");
  if (const auto breakpad = parse_breakpad_path(fmt::format("{}/{}/{}", name, id, parts[2]))) {
    request.keys = {fmt::format("{}/{}/{}", name, id, parts[2])};
    request.file_name = parts[2];
    request.breakpad_code_id = breakpad->code_id;
    return request;
  }
  if (parts[2] == "symbols" && is_hex(id)) {  // slashsymbols
    request = by_id(id, "debuginfo");
    request.keys.push_back(by_id(id, "executable").keys.front());
    return request;
  }
  return std::nullopt;
}

// Layouts that spread an id over directories: "ab/cdef….debug" (native, ELF), "ab/cdef…/debuginfo"
// (unified) and "0123/4567/89AB/CDEF/0123/456789ABCDEF" (native, Mach-O).
std::optional<SymbolRequest> parse_spread_id(const Parts& parts) {
  constexpr std::array<std::string_view, 7> kUnifiedKinds = {
      "debuginfo", "executable", "breakpad", "sourcebundle", "uuidmap", "bcsymbolmap", "il2cpp"};
  if (parts.size() == 3 && parts[0].size() == 2 && is_hex(parts[0]) && is_hex(parts[1]) &&
      std::find(kUnifiedKinds.begin(), kUnifiedKinds.end(), parts[2]) != kUnifiedKinds.end()) {
    return by_id(fmt::format("{}{}", parts[0], parts[1]), parts[2]);
  }
  const bool is_elf = parts.size() == 2 && parts[0].size() == 2;
  const bool is_macho = parts.size() == 6 && parts[0].size() == 4;
  if (!is_elf && !is_macho) return std::nullopt;
  std::string_view last = parts.back();
  std::string_view what = is_elf ? "executable" : "debuginfo";
  if (take_suffix(last, ".src.zip")) {
    what = "sourcebundle";
  } else if (is_elf && take_suffix(last, ".debug")) {
    what = "debuginfo";
  } else if (is_macho && take_suffix(last, ".app")) {
    what = "executable";
  }
  std::string id;
  for (std::size_t i = 0; i + 1 < parts.size(); ++i) id += parts[i];
  id += last;
  if (!is_hex(id) || (is_macho && id.size() != kGuidDigits)) return std::nullopt;
  return by_id(id, what);
}

}  // namespace

Result<SymbolRequest> normalise_request(std::string_view path) {
  while (path.starts_with('/')) path.remove_prefix(1);
  if (path.size() > kPathSizeMax) {
    return make_error(
        ErrorCode::kInvalidArgument, "symbol path: longer than {} bytes", kPathSizeMax);
  }
  const std::string text = lower(path);
  const Parts parts = split(text, '/');
  SIGLA_TRY(check_parts(parts));
  if (parts.size() == 3 && parts[0] == "buildid" && is_hex(parts[1]) &&
      (parts[2] == "debuginfo" || parts[2] == "executable")) {
    return by_id(parts[1], parts[2]);
  }
  if (auto request = parse_spread_id(parts)) return std::move(*request);
  if (auto request = parse_named(parts)) return std::move(*request);
  return make_error(ErrorCode::kNotFound, "symbol path: of no layout we know");
}

}  // namespace sigla
