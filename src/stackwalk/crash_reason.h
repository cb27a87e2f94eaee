// SPDX-License-Identifier: Apache-2.0
// Why a process ended, in words: "SIGSEGV /SEGV_MAPERR", "EXCEPTION_ACCESS_VIOLATION_READ".
// The words are Breakpad's, so that crashes group alike whoever reads the dump.
#pragma once

#include <cstdint>
#include <string>

#include "formats/minidump/breakpad_info.h"
#include "formats/minidump/system_info.h"

namespace sigla {

struct CrashReason {
  std::string text;
  std::uint64_t address = 0;  // what was accessed where the system says, else where it happened
};

// `system_info` may be null: the text then has only the numbers.
CrashReason describe_exception(const minidump::MINIDUMP_EXCEPTION_STREAM& exception,
                               const minidump::SystemInfo* system_info);

// A signal of Linux and what its siginfo_t says of it.
std::string describe_linux_signal(std::uint32_t signal, std::uint32_t si_code);

std::string describe_assertion(const minidump::Assertion& assertion);

}  // namespace sigla
