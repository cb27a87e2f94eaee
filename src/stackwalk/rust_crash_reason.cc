// SPDX-License-Identifier: Apache-2.0
#include "stackwalk/rust_crash_reason.h"

#include <fmt/format.h>

#include "stackwalk/crash_codes.h"

namespace sigla {
namespace {

std::string number(std::uint32_t value) { return fmt::format("0x{:08x}", value); }

// si_code values that any signal may have (sigaction(2)).
std::string_view common_signal_code(std::int32_t code) {
  switch (code) {
    case 0x80:
      return "SI_KERNEL";
    case -1:
      return "SI_QUEUE";
    case -2:
      return "SI_TIMER";
    case -3:
      return "SI_MESGQ";
    case -4:
      return "SI_ASYNCIO";
    case -5:
      return "SI_SIGIO";
    case -6:
      return "SI_TKILL";
    case -7:
      return "SI_DETHREAD";
    case -60:
      return "SI_ASYNCNL";
    default:
      return {};
  }
}

std::string_view signal_name(std::uint32_t signal) {
  switch (signal) {
    case kLinuxSigillSignal:
      return "SIGILL";
    case kLinuxSigbusSignal:
      return "SIGBUS";
    case kLinuxSigfpeSignal:
      return "SIGFPE";
    case kLinuxSigsegvSignal:
      return "SIGSEGV";
    default:
      return linux_signal_name(signal);
  }
}

std::string_view special_signal_code(std::uint32_t signal, std::uint32_t code) {
  constexpr std::uint32_t kSigtrap = 5;
  constexpr std::uint32_t kSigsys = 31;
  constexpr std::string_view kTraps[] = {
      "TRAP_BRKPT", "TRAP_TRACE", "TRAP_BRANCH", "TRAP_HWBKPT", "TRAP_UNK", "TRAP_PERF"};
  if (signal == kSigtrap && code >= 1 && code <= std::size(kTraps)) return kTraps[code - 1];
  if (signal == kSigsys && code == 1) return "SYS_SECCOMP";
  if (signal == kSigsys && code == 2) return "SYS_USER_DISPATCH";
  return linux_signal_code_name(signal, code);
}

std::string linux_reason(const CrashException& exception) {
  const std::string_view name = signal_name(exception.code);
  if (name.empty()) {
    return fmt::format("unknown {} / {}", number(exception.code), number(exception.flags));
  }
  const std::string_view special = special_signal_code(exception.code, exception.flags);
  if (!special.empty()) return fmt::format("{} / {}", name, special);
  if (exception.flags == 0) return std::string(name);  // SI_USER
  const auto common = common_signal_code(static_cast<std::int32_t>(exception.flags));
  return fmt::format(
      "{} / {}", name, common.empty() ? number(exception.flags) : std::string(common));
}

std::string windows_reason(const CrashException& exception, std::string_view breakpad_text) {
  constexpr std::uint32_t kStackBufferOverrun = 0xc0000409;
  if (exception.code == kStackBufferOverrun) {
    if (exception.parameters.empty()) return "STATUS_STACK_BUFFER_OVERRUN";
    const auto code = static_cast<std::uint32_t>(exception.parameters[0]);
    const std::string_view name = windows_fast_fail_name(code);
    return fmt::format("EXCEPTION_STACK_BUFFER_OVERRUN / {}",
                       name.empty() ? number(code) : std::string(name));
  }
  // Breakpad has no words for it, only the numbers.
  if (breakpad_text.starts_with("0x")) return windows_error_text(exception.code);
  return std::string(breakpad_text);
}

}  // namespace

std::string rust_crash_reason(const CrashException& exception,
                              CrashSystem system,
                              std::string_view breakpad_text) {
  switch (system) {
    case CrashSystem::kLinux:
    case CrashSystem::kAndroid:
      return linux_reason(exception);
    case CrashSystem::kWindows:
      return windows_reason(exception, breakpad_text);
    default:
      break;
  }
  const bool is_unnamed = breakpad_text.starts_with("0x");
  return (is_unnamed ? "unknown " : "") + std::string(breakpad_text);
}

std::string windows_error_text(std::uint32_t error) {
  std::string_view name = windows_error_name(error);
  if (name.empty()) name = ntstatus_name(error);
  return name.empty() ? "unknown " + number(error) : std::string(name);
}

}  // namespace sigla
