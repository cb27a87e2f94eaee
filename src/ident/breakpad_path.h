// SPDX-License-Identifier: Apache-2.0
// Where Breakpad's tools look for the symbols of a module: DEBUG_FILE/DEBUG_ID/STEM.sym.
//
//   breakpad_sym_path("crash.pdb", id)   "crash.pdb/3249D99D0C4049318610F4E4FB0B69361/crash.sym"
//   breakpad_sym_path("libc.so.6", id) "libc.so.6/C0BCC3F19827FE653058404B2831D9E60/libc.so.6.sym"
//
// STEM is DEBUG_FILE without ".pdb" in whatever case; every other name keeps its extension.
// Mozilla's form of the same path has a PE's code file and code id instead
// ("xul.dll/652DE0ED706D000/xul.sym").
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "ident/debug_id.h"

namespace sigla {

std::string breakpad_sym_path(std::string_view debug_file, const DebugId& id);
// "crash" for "crash.pdb", "libc.so.6" for "libc.so.6".
std::string_view breakpad_stem(std::string_view debug_file);

struct BreakpadPath {
  std::string file;                 // "crash.pdb" or "xul.dll", as it was written
  std::optional<DebugId> debug_id;  // one of the two ids
  std::optional<CodeId> code_id;
};
// Any case. Nothing when the path is not of this form. An id of 33 or more digits is a debug id, a
// shorter one a code id.
std::optional<BreakpadPath> parse_breakpad_path(std::string_view path);

}  // namespace sigla
