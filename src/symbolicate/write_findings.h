// SPDX-License-Identifier: Apache-2.0
// The findings of a crash as members of a JSON object (write_json.h) and as lines of text.
#pragma once

#include <string>
#include <vector>

#include "base/json_writer.h"
#include "stackwalk/crash_findings.h"

namespace sigla {

// Members "instruction", "memory_accesses", "jumps_to", "adjusted_address", "stack_overflow",
// "possible_bit_flips" and "inconsistencies" of the object that is open.
void write_findings(const CrashFindings& findings, JsonWriter& json);

// Sentences for people, the most telling first; none when there is nothing to tell.
std::vector<std::string> describe_findings(const CrashFindings& findings);

}  // namespace sigla
