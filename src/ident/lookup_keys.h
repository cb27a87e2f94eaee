// SPDX-License-Identifier: Apache-2.0
// Every key under which somebody will ask for a file: what a catalog indexes when it stores one.
//
//   lookup_keys(crash.pdb)   crash.pdb/3249d99d…69361/crash.pdb      symstore and SSQP
//                            buildid/3249d99d…69361/debuginfo        unified layout
//   lookup_keys(libc.so.6)   libc.so.6/elf-buildid-f1c3…/libc.so.6   SSQP
//                            buildid/f1c3…/executable                debuginfod, unified, native
//   lookup_keys(app.dll)     mvid/0123…cdef, mvid/app.dll            stack traces of .NET
//   lookup_keys(crash.sym)   crash.pdb/3249d99d…69361/crash.sym      Breakpad
//                            buildid/3249d99d…69361/breakpad         unified
//
// All keys are lower-case. The other half of the agreement is normalise_request() (ident/
// symbol_request.h), which turns whatever path a client asks with into these same keys: case, one
// or two tiers, compressed names, Portable PDB ages (ffffffff, 1, 0, none), build-id directories.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "ident/identity.h"

namespace sigla {

// Each key once; nothing for a dump, a file without an id, or an embedded object.
std::vector<std::string> lookup_keys(const Identity& identity);

// A managed program's: by the id of its module, and by its name for traces that say no more.
std::string mvid_key(std::string_view mvid);
std::string mvid_name_key(std::string_view name);

// A source file's keys: its digests are hexadecimal, of either case.
std::vector<std::string> source_lookup_keys(std::string_view path,
                                            std::string_view sha1,
                                            std::string_view sha256);

}  // namespace sigla
