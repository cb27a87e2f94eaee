// SPDX-License-Identifier: Apache-2.0
// Names of the numbers systems give to what ends a process. Empty for an unknown number.
#pragma once

#include <cstdint>
#include <string_view>

#include "formats/minidump/raw.h"

namespace sigla {

inline constexpr std::uint32_t kLinuxSigillSignal = 4;
inline constexpr std::uint32_t kLinuxSigbusSignal = 7;
inline constexpr std::uint32_t kLinuxSigfpeSignal = 8;
inline constexpr std::uint32_t kLinuxSigsegvSignal = 11;

std::string_view windows_exception_name(std::uint32_t code);
std::string_view windows_fast_fail_name(std::uint32_t code);  // the first parameter of 0xc0000409
std::string_view ntstatus_name(std::uint32_t status);
std::string_view windows_error_name(std::uint32_t error);  // of GetLastError()
std::string_view linux_signal_name(std::uint32_t signal);  // those whose si_code says nothing more
std::string_view linux_signal_code_name(std::uint32_t signal, std::uint32_t code);  // si_code
std::string_view solaris_signal_name(std::uint32_t signal);
std::string_view ps3_exception_name(std::uint32_t code);
std::string_view fuchsia_exception_name(std::uint32_t code);
std::string_view mach_exception_name(std::uint32_t exception);
// `architecture` is a PROCESSOR_ARCHITECTURE_*.
std::string_view mach_code_name(std::uint32_t exception,
                                std::uint32_t code,
                                std::uint16_t architecture);

}  // namespace sigla
