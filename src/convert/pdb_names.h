// SPDX-License-Identifier: Apache-2.0
// What a function of a PDB is called: by its public symbol, or by its own record and type.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "formats/pdb/debug_info.h"
#include "formats/pdb/symbols.h"
#include "formats/pdb/type_names.h"

namespace sigla {

struct PdbName {
  std::string_view text;
  std::uint32_t parameter_size = 0;  // bytes that the function pops off the stack
};

// A C name without what x86 calling conventions add to it: "f" of "_f" (__cdecl), "_f@8"
// (__stdcall), "@f@8" (__fastcall), "f@@16" (__vectorcall, on any machine). Mangled names come back
// as they are.
PdbName undecorated_c_name(std::string_view name, bool is_x86);

// Whether a public symbol can be the name of this function: false when another name is certain.
bool names_function(std::string_view public_name, std::string_view function_name, bool is_x86);

class PdbNames {
 public:
  PdbNames(const pdb::DebugInfo& info, pdb::TypeNames& types, bool is_x86)
      : info_(info), types_(types), is_x86_(is_x86) {}

  // Valid until the next call.
  PdbName function(const pdb::Procedure& procedure, std::uint32_t rva);

 private:
  const pdb::DebugInfo& info_;
  pdb::TypeNames& types_;
  bool is_x86_;
  std::string text_;
};

}  // namespace sigla
