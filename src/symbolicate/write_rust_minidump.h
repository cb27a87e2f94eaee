// SPDX-License-Identifier: Apache-2.0
// A Report as rust-minidump's minidump-stackwalk prints it with --json, for those who read that
// (minidump-processor/json-schema.md; process_state.rs, print_json). Members stand in alphabetical
// order, addresses are padded to the width of the process's pointers.
//
// The stacks are Sigla's: where rust-minidump scans on after a frame that was found by unwind
// rules, as Breakpad does not, it has frames that are not here.
#pragma once

#include <string>

#include "symbolicate/report.h"

namespace sigla {

// Wants the registers of the first frame (WalkOptions::has_registers).
std::string write_rust_minidump(const Report& report);

}  // namespace sigla
