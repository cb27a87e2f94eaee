// SPDX-License-Identifier: Apache-2.0
// A Report as JSON, the shape that `sigla symbolicate --format json` and the API promise:
//
//   {"system":{"os","os_version","cpu","cpu_info","cpu_count",
//       "gpu":{"version","vendor","renderer"}|null},
//    "time":seconds, "process_id":n|null, "assertion":text|null,
//    "crash":{"reason","address","thread":index,"parameters":["0x1"],
//       "exploitability","instruction"|null,
//       "memory_accesses":[{"address","size"|null,"access","guard_page"}]|null,"jumps_to"|null,
//       "adjusted_address":{"kind","address" or "offset"}|null,"stack_overflow",
//       "possible_bit_flips":[{"address","confidence","register"|null,...}],
//       "inconsistencies":[...]}|null,
//    "requesting_thread":index|null,
//    "threads":[{"index","id","name"|null,"last_error"|null,"crashed":bool,
//       "frames":[{"index","address","instruction",
//       "module"|null,"module_offset"|null,"function"|null,"symbol"|null,"function_offset"|null,
//       "file"|null,"line"|null,"column"|null,"source_link"|null,"trust","symbol_source"|null,
//       "inlines":[{"function","symbol","file"|null,"line"|null,"column"|null,
//                   "source_link"|null}],
//       "explain":[...]}]}],
//    "modules":[{"base","size","code_file","debug_file"|null,"debug_id"|null,"breakpad_id"|null,
//       "code_id"|null,"version"|null,"cert_subject"|null,"main":bool,"status",
//       "symbol_source"|null,"unwind_source"|null,"explain":[...]}],
//    "unloaded_modules":[...], "annotations":[{"key","value"}],
//    "details":{"command_line":[...],"handles"|null,"lsb_release"|null,...}, "warnings":[...]}
//
// docs/reference/symbolicate.schema.json has it in full
//
// Addresses, offsets and sizes are "0x..." texts. A frame's file and line are those of the call
// that was executing in the function itself; `inlines` has the calls inlined there, innermost
// first.
#pragma once

#include <string>

#include "base/json_writer.h"
#include "symbolicate/report.h"

namespace sigla {

std::string write_json(const Report& report);
// The same object, as a value inside a larger document.
void write_json(const Report& report, JsonWriter& json);

}  // namespace sigla
