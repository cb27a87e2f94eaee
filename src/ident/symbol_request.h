// SPDX-License-Identifier: Apache-2.0
// What a client asks for with a path under /symbols/: the keys (of lookup_keys()) to look up, in
// this order, and the form the file is wanted in.
//
//   normalise_request("NTDLL.PDB/ABC…1/ntdll.pd_")
//     keys {"ntdll.pdb/abc…1/ntdll.pdb", "ntdll.pdb/abc…ffffffff/ntdll.pdb"}, form kCab,
//     file_name "ntdll.pdb"
//   normalise_request("fo/foo.exe/542D574Ec2000/foo.exe")   keys {"foo.exe/542d574ec2000/foo.exe"}
//   normalise_request("ab/cdef01….debug")                   keys {"buildid/abcdef01…/debuginfo"}
//
// Understood: symstore and SSQP (one and two tiers, compressed "foo.pd_"), MSFZ, Breakpad,
// debuginfod (debuginfo and executable), and the native, unified and slashsymbols layouts of
// Symbolicator.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "ident/debug_id.h"

namespace sigla {

enum class WantedForm { kIdentity, kCab };

struct SymbolRequest {
  std::vector<std::string> keys;  // never empty; the first that is found is the answer
  WantedForm form = WantedForm::kIdentity;
  std::string file_name;  // lower-case, uncompressed: what a CAB's entry is called
  // A Breakpad path that names a program and its code id ("xul.dll/652DE0ED706D000/xul.sym"): on a
  // miss, the Breakpad file with this code id is what is meant.
  std::optional<CodeId> breakpad_code_id;
};

// `path` is percent-decoded ("%2F" included) and may start with '/'.
// Error kInvalidArgument for what no client sends honestly (traversal, control characters, a
// backslash, an overlong path), kNotFound for a path of no layout ("file.ptr", "index2.txt").
Result<SymbolRequest> normalise_request(std::string_view path);

}  // namespace sigla
