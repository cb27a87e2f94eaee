// SPDX-License-Identifier: Apache-2.0
// The paths under which a symbol server or bucket of a given layout keeps a file, to fetch from
// one.
//
//   WantedFile want{.type = WantedType::kPdb, .debug_id = id, .debug_file = "C:\\b\\foo.pdb"};
//   layout_paths(Layout::kSymstore, want)
//     foo.pdb/3249D99D0C4049318610F4E4FB0B69361/foo.pdb, .../foo.pd_
//   layout_paths(Layout::kSymstoreIndex2, want)   fo/foo.pdb/..., ...
//   layout_paths(Layout::kUnified, want)          32/49d99d0c4049318610f4e4fb0b69361/debuginfo, ...
//
// Templates and order are Symbolicator's (crate symbolicator-sources).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ident/debug_id.h"

namespace sigla {

enum class Layout {
  kNative,
  kSymstore,
  kSymstoreIndex2,
  kSsqp,
  kDebuginfod,
  kUnified,
  kSlashSymbols,
  kBreakpad,  // Breakpad files only, as every tool that reads them keeps them
};
// "native", "symstore", "symstore_index2", "ssqp", "debuginfod", "unified", "slashsymbols",
// "breakpad".
std::string_view to_string(Layout layout);
std::optional<Layout> parse_layout(std::string_view text);

enum class WantedType {
  kPe,
  kPdb,
  kPortablePdb,
  kElfCode,
  kElfDebug,
  kMachoCode,
  kMachoDebug,
  kWasmCode,
  kWasmDebug,
  kBreakpad,
  kSourceBundle,
  kBcSymbolMap,
  kUuidMap,
  kIl2cpp,
};
// "pe", "pdb", "portablepdb", "elf_code", "elf_debug", "mach_code", "mach_debug", "wasm_code",
// "wasm_debug", "breakpad", "sourcebundle", "bcsymbolmap", "uuidmap", "il2cpp".
std::string_view to_string(WantedType type);
std::optional<WantedType> parse_wanted_type(std::string_view text);

// What kind of program the file belongs to: it decides which id a layout goes by.
enum class ModuleType { kPe, kPortable, kElf, kMacho, kWasm };

struct WantedFile {
  WantedType type = WantedType::kPdb;
  ModuleType module = ModuleType::kPe;  // only asked of kBreakpad, kSourceBundle and kIl2cpp
  CodeId code_id{};
  std::optional<DebugId> debug_id{};
  std::string code_file{};   // any path; its base name counts
  std::string debug_file{};  // likewise
};

// The paths to try, in this order; none when the layout has no place for the type, an id or name it
// goes by is missing, or a name is 256 bytes or longer or has control characters. For PE and PDB
// each is followed by its compressed form ("foo.pd_").
std::vector<std::string> layout_paths(Layout layout, const WantedFile& want);

}  // namespace sigla
