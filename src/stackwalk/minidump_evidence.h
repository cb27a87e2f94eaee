// SPDX-License-Identifier: Apache-2.0
// A minidump's CrashEvidence. Borrows the image's bytes; damaged streams are reported and left out.
#pragma once

#include "base/diagnostics.h"
#include "formats/minidump/image.h"
#include "formats/minidump/system_info.h"
#include "stackwalk/crash_evidence.h"

namespace sigla {

// Null where the dump has no such stream. The threads' stacks are the caller's to add.
CrashEvidence read_crash_evidence(const minidump::Image& image,
                                  const minidump::SystemInfo* system_info,
                                  const minidump::MINIDUMP_EXCEPTION_STREAM* exception,
                                  Diagnostics& diagnostics);

}  // namespace sigla
