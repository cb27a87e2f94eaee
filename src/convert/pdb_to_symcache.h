// SPDX-License-Identifier: Apache-2.0
// Windows PDB to symcache: functions, lines and inlined calls of all modules, read side by side by
// several threads; public symbols; frame records of x86 code.
//
// Names. Where a public symbol that can be the function's stands at its start, the function has its
// (mangled) name, undecorated if it is a C name of x86; else that of its own record, with the
// parameters its type gives: "ns::f(int, char *)". Inlined functions have names without
// parameters. Of several functions at one address (the linker folds equal ones) the one of the
// module that owns the code counts.
#pragma once

#include "base/bytes.h"
#include "convert/conversion.h"

namespace sigla {

// What had to be skipped is reported to the conversion's diagnostics; /DEBUG:FASTLINK as well,
// which leaves functions and lines in the object files. An error only where nothing can be read.
Status pdb_to_symcache(Bytes file, Conversion& conversion);

}  // namespace sigla
