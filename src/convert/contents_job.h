// SPDX-License-Identifier: Apache-2.0
// The worker job that lists a file's sections or the units of its DWARF, for people who want to see
// what is in there.
//
//   request    payload: "sections" or "units", as make_contents_request() puts it; files: the
//              object file, plain or compressed, and an empty one
//   answer     the second file holds a JSON array, one object for each
//
//   {"name":".debug_info","address":"0x0","size":123,"offset":64,
//    "compression":"zlib","unpacked_size":456}
//   {"offset":"0x0","version":5,"type":"compile","producer":"GNU C17 ...","language":29,
//    "name":"a.c","comp_dir":"/src"}
//
// Members that say nothing are left out.
#pragma once

#include <string_view>

#include "base/bytes.h"
#include "base/limits.h"
#include "ident/identity.h"
#include "os/worker.h"

namespace sigla {

inline constexpr std::string_view kContentsJob = "contents";

enum class Contents { kSections, kUnits };

// `arch`: which image of a fat file; kUnknown: the first one.
WorkerMessage make_contents_request(File input, File output, Contents contents, Arch arch);

void add_contents_job(WorkerJobs& jobs);

// What the job does. kUnsupported for a format without sections.
Result<std::string> list_sections(Bytes file, Arch arch, const Limits& limits);
Result<std::string> list_units(Bytes file, Arch arch, const Limits& limits);

}  // namespace sigla
