// SPDX-License-Identifier: Apache-2.0
// Whether the reason of a crash fits the instruction it happened in. Private to this folder.
#pragma once

#include <vector>

#include "stackwalk/crash_findings.h"

namespace sigla {

// The exception is there in all of these.

// A general protection fault, which tells no address: systems report 0 or -1.
bool is_protection_fault(const CrashEvidence& evidence);
// Memory could not be accessed, whatever the system calls it.
bool is_memory_fault(const CrashEvidence& evidence);
// Only Windows says which.
MemoryOperation failed_operation(const CrashEvidence& evidence);
std::vector<CrashInconsistency> find_inconsistencies(const CrashEvidence& evidence,
                                                     const Instruction& instruction,
                                                     const InstructionEffects& effects);

}  // namespace sigla
