// SPDX-License-Identifier: Apache-2.0
#include "ident/layout_paths.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <utility>

#include "base/text.h"
#include "ident/breakpad_path.h"

namespace sigla {
namespace {

constexpr std::size_t kNameSizeMax = 255;
constexpr std::size_t kPeTimeStampDigits = 8;

using Path = std::optional<std::string>;

constexpr std::pair<Layout, std::string_view> kLayoutNames[] = {
    {Layout::kNative, "native"},
    {Layout::kSymstore, "symstore"},
    {Layout::kSymstoreIndex2, "symstore_index2"},
    {Layout::kSsqp, "ssqp"},
    {Layout::kDebuginfod, "debuginfod"},
    {Layout::kUnified, "unified"},
    {Layout::kSlashSymbols, "slashsymbols"},
    {Layout::kBreakpad, "breakpad"},
};
constexpr std::pair<WantedType, std::string_view> kTypeNames[] = {
    {WantedType::kPe, "pe"},
    {WantedType::kPdb, "pdb"},
    {WantedType::kPortablePdb, "portablepdb"},
    {WantedType::kElfCode, "elf_code"},
    {WantedType::kElfDebug, "elf_debug"},
    {WantedType::kMachoCode, "mach_code"},
    {WantedType::kMachoDebug, "mach_debug"},
    {WantedType::kWasmCode, "wasm_code"},
    {WantedType::kWasmDebug, "wasm_debug"},
    {WantedType::kBreakpad, "breakpad"},
    {WantedType::kSourceBundle, "sourcebundle"},
    {WantedType::kBcSymbolMap, "bcsymbolmap"},
    {WantedType::kUuidMap, "uuidmap"},
    {WantedType::kIl2cpp, "il2cpp"},
};

template <typename Table, typename Value>
std::string_view name_in(const Table& table, Value value) {
  for (const auto& [known, name] : table) {
    if (known == value) return name;
  }
  return {};
}

template <typename Value, std::size_t count>
std::optional<Value> value_in(const std::pair<Value, std::string_view> (&table)[count],
                              std::string_view text) {
  for (const auto& [value, name] : table) {
    if (name == text) return value;
  }
  return std::nullopt;
}

std::optional<std::string> usable_name(std::string_view path) {
  const std::string_view name = base_name(path);
  const bool has_control = std::any_of(name.begin(), name.end(), [](char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
  });
  if (name.empty() || name.size() > kNameSizeMax || has_control) return std::nullopt;
  return std::string(name);
}

// The pieces every template is made of; a template whose piece is missing has no path.
struct Pieces {
  std::optional<std::string> code_name;
  std::optional<std::string> debug_name;
  std::string code_id;
  std::string uuid;  // Mach-O
  const DebugId* debug_id = nullptr;

  explicit Pieces(const WantedFile& want)
      : code_name(usable_name(want.code_file)),
        debug_name(usable_name(want.debug_file)),
        code_id(want.code_id.text()),
        uuid(want.code_id.empty() && want.debug_id ? want.debug_id->guid_lower() : code_id),
        debug_id(want.debug_id ? &*want.debug_id : nullptr) {}
};

Path spread_elf(std::string_view id, std::string_view suffix) {
  if (id.size() < 4) return std::nullopt;
  return fmt::format("{}/{}{}", id.substr(0, 2), id.substr(2), suffix);
}

Path spread_macho(std::string_view uuid, std::string_view suffix) {
  if (uuid.size() != 32) return std::nullopt;
  const std::string id = upper(uuid);
  const std::string_view d = id;
  return fmt::format("{}/{}/{}/{}/{}/{}{}",
                     d.substr(0, 4),
                     d.substr(4, 4),
                     d.substr(8, 4),
                     d.substr(12, 4),
                     d.substr(16, 4),
                     d.substr(20),
                     suffix);
}

Path named(const std::optional<std::string>& name, std::string_view id) {
  if (!name || id.empty()) return std::nullopt;
  return fmt::format("{}/{}/{}", *name, id, *name);
}

// Time stamp in upper case, image size in lower case.
std::string symstore_pe_id(std::string_view code_id) {
  return upper(code_id.substr(0, kPeTimeStampDigits)) +
         std::string(code_id.substr(std::min(kPeTimeStampDigits, code_id.size())));
}

std::string pdb_id(const DebugId* id, bool is_portable, bool is_ssqp) {
  if (id == nullptr) return {};
  const std::uint32_t age = is_portable ? UINT32_MAX : id->age;
  return is_ssqp ? fmt::format("{}{:X}", id->guid_lower(), age)
                 : fmt::format("{}{:x}", id->guid_upper(), age);
}

Path source_bundle_of_pdb(const Pieces& p) {
  if (!p.debug_name || p.debug_id == nullptr) return std::nullopt;
  return fmt::format(
      "{}/{}/{}.src.zip", *p.debug_name, p.debug_id->breakpad(), breakpad_stem(*p.debug_name));
}

Path native_path(const WantedFile& want, const Pieces& p) {
  switch (want.type) {
    case WantedType::kElfCode:
    case WantedType::kWasmCode:
      return spread_elf(p.code_id, "");
    case WantedType::kElfDebug:
    case WantedType::kWasmDebug:
      return spread_elf(p.code_id, ".debug");
    case WantedType::kMachoCode:
      return spread_macho(p.uuid, ".app");
    case WantedType::kMachoDebug:
      return spread_macho(p.uuid, "");
    case WantedType::kPdb:
      return named(p.debug_name, pdb_id(p.debug_id, false, false));
    case WantedType::kPortablePdb:
      return named(p.debug_name, pdb_id(p.debug_id, true, false));
    case WantedType::kPe:
      return named(p.code_name, symstore_pe_id(p.code_id));
    case WantedType::kBreakpad:
      if (!p.debug_name || p.debug_id == nullptr || want.module == ModuleType::kWasm) break;
      return breakpad_sym_path(*p.debug_name, *p.debug_id);
    case WantedType::kSourceBundle:
      if (want.module == ModuleType::kMacho) return spread_macho(p.uuid, ".src.zip");
      if (want.module == ModuleType::kElf || want.module == ModuleType::kWasm) {
        return spread_elf(p.code_id, ".src.zip");
      }
      return source_bundle_of_pdb(p);
    case WantedType::kBcSymbolMap:
    case WantedType::kUuidMap:
    case WantedType::kIl2cpp:
      break;
  }
  return std::nullopt;
}

Path symstore_path(const WantedFile& want, Pieces p, bool is_ssqp) {
  if (is_ssqp) {
    if (p.code_name) p.code_name = lower(*p.code_name);
    if (p.debug_name) p.debug_name = lower(*p.debug_name);
  }
  const auto prefixed = [](std::string_view prefix, const std::string& id) {
    return id.empty() ? std::string() : fmt::format("{}{}", prefix, id);
  };
  switch (want.type) {
    case WantedType::kElfCode:
      return named(p.code_name, prefixed("elf-buildid-", p.code_id));
    case WantedType::kElfDebug:
      return named("_.debug", prefixed("elf-buildid-sym-", p.code_id));
    case WantedType::kMachoCode:
      return named(p.code_name, prefixed("mach-uuid-", p.uuid));
    case WantedType::kMachoDebug:
      return named("_.dwarf", prefixed("mach-uuid-sym-", p.uuid));
    case WantedType::kPdb:
      return named(p.debug_name, pdb_id(p.debug_id, false, is_ssqp));
    case WantedType::kPortablePdb:
      return named(p.debug_name, pdb_id(p.debug_id, true, is_ssqp));
    case WantedType::kPe:
      return named(p.code_name, is_ssqp ? p.code_id : symstore_pe_id(p.code_id));
    case WantedType::kSourceBundle:
      if (want.module != ModuleType::kPe && want.module != ModuleType::kPortable) break;
      return source_bundle_of_pdb(p);
    default:
      break;
  }
  return std::nullopt;
}

// One leading directory more: the first two characters of the path, one when '.' or '/' follows it.
Path with_tier(const Path& path) {
  if (!path || path->size() < 2) return std::nullopt;
  const bool is_short = (*path)[1] == '.' || (*path)[1] == '/';
  return fmt::format("{}/{}", path->substr(0, is_short ? 1 : 2), *path);
}

Path debuginfod_path(const WantedFile& want, const Pieces& p) {
  if (p.code_id.empty()) return std::nullopt;
  if (want.type == WantedType::kElfCode) return p.code_id + "/executable";
  if (want.type == WantedType::kElfDebug) return p.code_id + "/debuginfo";
  return std::nullopt;
}

std::string unified_id(const WantedFile& want, const Pieces& p) {
  ModuleType module = want.module;
  switch (want.type) {
    case WantedType::kPe:
    case WantedType::kPdb:
      module = ModuleType::kPe;
      break;
    case WantedType::kPortablePdb:
      module = ModuleType::kPortable;
      break;
    case WantedType::kElfCode:
    case WantedType::kElfDebug:
      module = ModuleType::kElf;
      break;
    case WantedType::kMachoCode:
    case WantedType::kMachoDebug:
    case WantedType::kBcSymbolMap:
    case WantedType::kUuidMap:
      module = ModuleType::kMacho;
      break;
    case WantedType::kWasmCode:
    case WantedType::kWasmDebug:
      module = ModuleType::kWasm;
      break;
    case WantedType::kBreakpad:
    case WantedType::kSourceBundle:
    case WantedType::kIl2cpp:
      break;
  }
  if (module == ModuleType::kElf) return p.code_id;
  if (module == ModuleType::kMacho || module == ModuleType::kWasm) return p.uuid;
  return p.debug_id == nullptr ? std::string() : lower(p.debug_id->breakpad());
}

Path unified_path(const WantedFile& want, const Pieces& p) {
  const std::string id = unified_id(want, p);
  switch (want.type) {
    case WantedType::kPe:
    case WantedType::kElfCode:
    case WantedType::kMachoCode:
    case WantedType::kWasmCode:
      return spread_elf(id, "/executable");
    case WantedType::kPdb:
    case WantedType::kPortablePdb:
    case WantedType::kElfDebug:
    case WantedType::kMachoDebug:
    case WantedType::kWasmDebug:
      return spread_elf(id, "/debuginfo");
    case WantedType::kBreakpad:
      return spread_elf(id, "/breakpad");
    case WantedType::kSourceBundle:
      return spread_elf(id, "/sourcebundle");
    case WantedType::kBcSymbolMap:
      return spread_elf(id, "/bcsymbolmap");
    case WantedType::kUuidMap:
      return spread_elf(id, "/uuidmap");
    case WantedType::kIl2cpp:
      return spread_elf(id, "/il2cpp");
  }
  return std::nullopt;
}

std::vector<std::string> slash_symbols_paths(const Pieces& p) {
  if (!p.code_name || p.code_id.empty()) return {};
  return {fmt::format("{}/{}/symbols", *p.code_name, p.code_id),
          fmt::format("{}/{}/symbols", *p.code_name, upper(p.code_id))};
}

}  // namespace

std::string_view to_string(Layout layout) { return name_in(kLayoutNames, layout); }
std::optional<Layout> parse_layout(std::string_view text) { return value_in(kLayoutNames, text); }
std::string_view to_string(WantedType type) { return name_in(kTypeNames, type); }
std::optional<WantedType> parse_wanted_type(std::string_view text) {
  return value_in(kTypeNames, text);
}

std::vector<std::string> layout_paths(Layout layout, const WantedFile& want) {
  const Pieces pieces(want);
  std::vector<std::string> paths;
  const auto add = [&](const Path& path) {
    if (path && std::find(paths.begin(), paths.end(), *path) == paths.end()) paths.push_back(*path);
  };
  switch (layout) {
    case Layout::kNative:
      add(native_path(want, pieces));
      // A source bundle may also lie beside the Breakpad file of any module.
      if (want.type == WantedType::kSourceBundle) add(source_bundle_of_pdb(pieces));
      break;
    case Layout::kSymstore:
      add(symstore_path(want, pieces, false));
      break;
    case Layout::kSymstoreIndex2:
      add(with_tier(symstore_path(want, pieces, false)));
      break;
    case Layout::kSsqp:
      add(symstore_path(want, pieces, true));
      break;
    case Layout::kDebuginfod:
      add(debuginfod_path(want, pieces));
      break;
    case Layout::kUnified:
      add(unified_path(want, pieces));
      break;
    case Layout::kBreakpad:
      if (want.type == WantedType::kBreakpad && pieces.debug_name && pieces.debug_id != nullptr) {
        add(breakpad_sym_path(*pieces.debug_name, *pieces.debug_id));
      }
      break;
    case Layout::kSlashSymbols:
      for (const std::string& path : slash_symbols_paths(pieces)) add(path);
      break;
  }
  if (want.type == WantedType::kPe || want.type == WantedType::kPdb) {
    const std::vector<std::string> plain = paths;
    for (std::string path : plain) {
      path.back() = '_';
      add(path);
    }
  }
  return paths;
}

}  // namespace sigla
