// SPDX-License-Identifier: Apache-2.0
#include "stackwalk/crash_reason.h"

#include <fmt/format.h>

#include <string_view>

#include "stackwalk/crash_codes.h"

namespace sigla {
namespace {

using minidump::MINIDUMP_EXCEPTION_STREAM;

constexpr std::uint32_t kAccessViolation = 0xc0000005;
constexpr std::uint32_t kInPageError = 0xc0000006;
constexpr std::uint32_t kStackBufferOverrun = 0xc0000409;

std::string number(std::uint32_t value) { return fmt::format("0x{:08x}", value); }

// "_READ", "_WRITE" or "_EXEC" behind the name, as the first parameter says.
std::string with_access(std::string_view name, const MINIDUMP_EXCEPTION_STREAM& exception) {
  std::string text(name);
  if (exception.NumberParameters < 1) return text;
  switch (exception.ExceptionInformation[0]) {
    case 0:
      return text + "_READ";
    case 1:
      return text + "_WRITE";
    case 8:
      return text + "_EXEC";
    default:
      return text;
  }
}

std::string windows_reason(const MINIDUMP_EXCEPTION_STREAM& exception) {
  const auto& parameters = exception.ExceptionInformation;
  switch (exception.ExceptionCode) {
    case kAccessViolation:
      return with_access("EXCEPTION_ACCESS_VIOLATION", exception);
    case kInPageError: {
      std::string text = with_access("EXCEPTION_IN_PAGE_ERROR", exception);
      if (exception.NumberParameters >= 3) {
        const auto status = static_cast<std::uint32_t>(parameters[2]);
        const std::string_view name = ntstatus_name(status);
        text += " / ";
        text += name.empty() ? number(status) : std::string(name);
      }
      return text;
    }
    case kStackBufferOverrun: {
      const bool has_code = exception.NumberParameters >= 1 && parameters[0] <= UINT32_MAX;
      const std::string_view name =
          has_code ? windows_fast_fail_name(static_cast<std::uint32_t>(parameters[0]))
                   : std::string_view();
      return std::string(name.empty() ? "EXCEPTION_STACK_BUFFER_OVERRUN" : name);
    }
    default:
      return std::string(windows_exception_name(exception.ExceptionCode));
  }
}

// Empty when the signal has no name.
std::string linux_reason(std::uint32_t signal, std::uint32_t si_code) {
  std::string_view prefix;
  switch (signal) {
    case kLinuxSigillSignal:
      prefix = "SIGILL / ";
      break;
    case kLinuxSigbusSignal:
      prefix = "SIGBUS / ";
      break;
    case kLinuxSigfpeSignal:
      prefix = "SIGFPE / ";
      break;
    case kLinuxSigsegvSignal:
      prefix = "SIGSEGV /";
      break;  // sic: Breakpad has no space here
    default:
      return std::string(linux_signal_name(signal));
  }
  const std::string_view code = linux_signal_code_name(signal, si_code);
  return std::string(prefix) + (code.empty() ? number(si_code) : std::string(code));
}

std::string mach_reason(const MINIDUMP_EXCEPTION_STREAM& exception, std::uint16_t architecture) {
  constexpr std::uint32_t kFirstSimulated = 0x10000;  // Crashpad's own numbers have no code
  const std::string name(mach_exception_name(exception.ExceptionCode));
  if (name.empty() || exception.ExceptionCode >= kFirstSimulated) return name;
  const std::string_view code =
      mach_code_name(exception.ExceptionCode, exception.ExceptionFlags, architecture);
  return name + " / " + (code.empty() ? number(exception.ExceptionFlags) : std::string(code));
}

std::string fuchsia_reason(const MINIDUMP_EXCEPTION_STREAM& exception) {
  const std::string_view name = fuchsia_exception_name(exception.ExceptionCode);
  if (name.empty()) return {};
  return std::string(name) + " / " + number(exception.ExceptionFlags);
}

// Empty when the system has no name for it.
std::string named_reason(const MINIDUMP_EXCEPTION_STREAM& exception,
                         const minidump::MINIDUMP_SYSTEM_INFO& system) {
  switch (system.PlatformId) {
    case minidump::VER_PLATFORM_WIN32_NT:
    case minidump::VER_PLATFORM_WIN32_WINDOWS:
      return windows_reason(exception);
    case minidump::MD_OS_LINUX:
    case minidump::MD_OS_ANDROID:
      return linux_reason(exception.ExceptionCode, exception.ExceptionFlags);
    case minidump::MD_OS_MAC_OS_X:
    case minidump::MD_OS_IOS:
      return mach_reason(exception, system.ProcessorArchitecture);
    case minidump::MD_OS_SOLARIS:
      return std::string(solaris_signal_name(exception.ExceptionCode));
    case minidump::MD_OS_PS3:
      return std::string(ps3_exception_name(exception.ExceptionCode));
    case minidump::MD_OS_FUCHSIA:
      return fuchsia_reason(exception);
    default:
      return {};
  }
}

bool has_32_bit_addresses(std::uint16_t architecture) {
  switch (architecture) {
    case minidump::PROCESSOR_ARCHITECTURE_INTEL:
    case minidump::PROCESSOR_ARCHITECTURE_MIPS:
    case minidump::PROCESSOR_ARCHITECTURE_PPC:
    case minidump::PROCESSOR_ARCHITECTURE_SHX:
    case minidump::PROCESSOR_ARCHITECTURE_ARM:
    case minidump::PROCESSOR_ARCHITECTURE_IA32_ON_WIN64:
      return true;
    default:
      return false;
  }
}

}  // namespace

CrashReason describe_exception(const MINIDUMP_EXCEPTION_STREAM& exception,
                               const minidump::SystemInfo* system_info) {
  CrashReason reason;
  reason.address = exception.ExceptionAddress;
  if (system_info != nullptr) {
    reason.text = named_reason(exception, system_info->raw);
    const bool names_address =
        exception.ExceptionCode == kAccessViolation || exception.ExceptionCode == kInPageError;
    if (system_info->is_windows() && names_address && exception.NumberParameters >= 2) {
      reason.address = exception.ExceptionInformation[1];
    }
    if (has_32_bit_addresses(system_info->raw.ProcessorArchitecture)) {
      reason.address &= 0xffffffffU;
    }
  }
  if (reason.text.empty()) {
    reason.text = number(exception.ExceptionCode) + " / " + number(exception.ExceptionFlags);
  }
  return reason;
}

std::string describe_linux_signal(std::uint32_t signal, std::uint32_t si_code) {
  std::string text = linux_reason(signal, si_code);
  return text.empty() ? number(signal) + " / " + number(si_code) : text;
}

std::string describe_assertion(const minidump::Assertion& assertion) {
  std::string text;
  switch (assertion.type) {
    case minidump::MD_ASSERTION_INFO_TYPE_INVALID_PARAMETER:
      text = "Invalid parameter passed to library function";
      break;
    case minidump::MD_ASSERTION_INFO_TYPE_PURE_VIRTUAL_CALL:
      text = "Pure virtual function called";
      break;
    default:
      text = "Unknown assertion type " + number(assertion.type);
  }
  if (!assertion.expression.empty()) text += " " + assertion.expression;
  if (!assertion.function.empty()) text += " in function " + assertion.function;
  if (!assertion.file.empty()) text += ", in file " + assertion.file;
  if (assertion.line != 0) text += fmt::format(" at line {}", assertion.line);
  return text;
}

}  // namespace sigla
