// SPDX-License-Identifier: Apache-2.0
// Why a process ended, in rust-minidump's words where they are others than Breakpad's: "SIGSEGV /
// SEGV_MAPERR", "EXCEPTION_STACK_BUFFER_OVERRUN / FAST_FAIL_..." (minidump/src/minidump.rs,
// CrashReason).
#pragma once

#include <cstdint>
#include <string>

#include "stackwalk/crash_evidence.h"

namespace sigla {

// `breakpad_text` is CrashReason::text, which serves where both use the same words.
std::string rust_crash_reason(const CrashException& exception,
                              CrashSystem system,
                              std::string_view breakpad_text);

// What GetLastError() of a Windows thread would say: "ERROR_ACCESS_DENIED", "STATUS_...".
std::string windows_error_text(std::uint32_t error);

}  // namespace sigla
