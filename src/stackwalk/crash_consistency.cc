// SPDX-License-Identifier: Apache-2.0
#include "stackwalk/crash_consistency.h"

#include <algorithm>
#include <iterator>

namespace sigla {
namespace {

// ntstatus.h
constexpr std::uint32_t kAccessViolation = 0xc0000005;
constexpr std::uint32_t kInPageError = 0xc0000006;
constexpr std::uint32_t kIntegerDivideByZero = 0xc0000094;
constexpr std::uint32_t kPrivilegedInstruction = 0xc0000096;
constexpr std::uint32_t kStackOverflow = 0xc00000fd;
// signal(7), sigaction(2)
constexpr std::uint32_t kSigbus = 7;
constexpr std::uint32_t kSigfpe = 8;
constexpr std::uint32_t kSigsegv = 11;
constexpr std::uint32_t kSiKernel = 0x80;
constexpr std::uint32_t kFpeIntdiv = 1;
// mach/exception_types.h, mach/i386/exception.h
constexpr std::uint32_t kExcBadAccess = 1;
constexpr std::uint32_t kExcArithmetic = 3;
constexpr std::uint32_t kExcI386Gpflt = 13;
constexpr std::uint32_t kExcI386Div = 1;

bool is_linux(CrashSystem system) {
  return system == CrashSystem::kLinux || system == CrashSystem::kAndroid;
}
bool is_apple(CrashSystem system) {
  return system == CrashSystem::kMac || system == CrashSystem::kIos;
}

bool is_division_by_zero(CrashSystem system, const CrashException& exception) {
  if (system == CrashSystem::kWindows) return exception.code == kIntegerDivideByZero;
  if (is_linux(system)) return exception.code == kSigfpe && exception.flags == kFpeIntdiv;
  return is_apple(system) && exception.code == kExcArithmetic && exception.flags == kExcI386Div;
}

bool is_division(std::string_view mnemonic) { return mnemonic == "div" || mnemonic == "idiv"; }

// Moves reach control registers, too, and then are privileged.
bool may_be_privileged(const Instruction& instruction) {
  constexpr std::string_view kMore[] = {"mov",    "int",     "into",  "in",    "out",   "insb",
                                        "insw",   "insd",    "outsb", "outsw", "outsd", "rdtsc",
                                        "rdtscp", "rdpmc",   "iret",  "iretd", "iretq", "retf",
                                        "xsetbv", "monitor", "mwait"};
  return instruction.is_privileged ||
         std::find(std::begin(kMore), std::end(kMore), instruction.mnemonic) != std::end(kMore);
}

bool has_non_canonical_address(const InstructionEffects& effects) {
  const auto is_it = [](std::uint64_t address) {
    return address >= 0x0000800000000000U && address <= 0xffff7fffffffffffU;
  };
  if (effects.flow == InstructionEffects::Flow::kGoesTo && is_it(effects.target)) return true;
  return std::any_of(effects.accesses->begin(), effects.accesses->end(), [&](const auto& access) {
    return is_it(access.address);
  });
}

// The instruction cannot have accessed the address that the system names.
bool is_not_among_accesses(const CrashEvidence& evidence, const InstructionEffects& effects) {
  const CrashException& exception = *evidence.exception;
  if (!effects.accesses) return false;
  if (exception.code == kStackOverflow) return effects.is_complete && effects.accesses->empty();
  const MemoryOperation operation = failed_operation(evidence);
  if (operation == MemoryOperation::kExecute) {
    return exception.context->instruction_pointer() != exception.address;
  }
  if (operation == MemoryOperation::kUndetermined || !effects.is_complete) return false;
  return std::none_of(effects.accesses->begin(), effects.accesses->end(), [&](const auto& access) {
    return access.covers(exception.address) &&
           (operation == MemoryOperation::kRead ? access.reads() : access.writes());
  });
}

bool was_allowed(const CrashEvidence& evidence) {
  const MemoryOperation operation = failed_operation(evidence);
  const MemoryMapping* mapping = evidence.mapping_at(evidence.exception->address);
  return operation != MemoryOperation::kUndetermined && mapping != nullptr &&
         may_be_allowed(operation, *mapping);
}

}  // namespace

bool is_protection_fault(const CrashEvidence& evidence) {
  const CrashException& exception = *evidence.exception;
  if (evidence.system == CrashSystem::kWindows) {
    return failed_operation(evidence) == MemoryOperation::kRead && exception.address == UINT64_MAX;
  }
  if (exception.address != 0) return false;
  if (is_linux(evidence.system)) {
    return (exception.code == kSigsegv || exception.code == kSigbus) &&
           exception.flags == kSiKernel;
  }
  return is_apple(evidence.system) && exception.code == kExcBadAccess &&
         exception.flags == kExcI386Gpflt;
}

bool is_memory_fault(const CrashEvidence& evidence) {
  const std::uint32_t code = evidence.exception->code;
  if (evidence.system == CrashSystem::kWindows) {
    return code == kAccessViolation || code == kInPageError;
  }
  if (is_linux(evidence.system)) return code == kSigsegv || code == kSigbus;
  return is_apple(evidence.system) && code == kExcBadAccess;
}

MemoryOperation failed_operation(const CrashEvidence& evidence) {
  const CrashException& exception = *evidence.exception;
  if (evidence.system != CrashSystem::kWindows || exception.code != kAccessViolation ||
      exception.parameters.empty()) {
    return MemoryOperation::kUndetermined;
  }
  switch (exception.parameters[0]) {
    case 0:
      return MemoryOperation::kRead;
    case 1:
      return MemoryOperation::kWrite;
    case 8:
      return MemoryOperation::kExecute;
    default:
      return MemoryOperation::kUndetermined;
  }
}

std::vector<CrashInconsistency> find_inconsistencies(const CrashEvidence& evidence,
                                                     const Instruction& instruction,
                                                     const InstructionEffects& effects) {
  std::vector<CrashInconsistency> found;
  const CrashException& exception = *evidence.exception;
  if (is_division_by_zero(evidence.system, exception)) {
    if (!is_division(instruction.mnemonic)) {
      found.push_back(CrashInconsistency::kIntDivByZeroNotPossible);
    }
    return found;
  }
  if (evidence.system != CrashSystem::kWindows) return found;
  if (exception.code == kPrivilegedInstruction) {
    if (!may_be_privileged(instruction)) {
      found.push_back(CrashInconsistency::kPrivInstructionCrashWithoutPrivInstruction);
    }
    return found;
  }
  const bool names_access = failed_operation(evidence) != MemoryOperation::kUndetermined;
  if (!names_access && exception.code != kStackOverflow) return found;
  const bool is_missing = is_not_among_accesses(evidence, effects);
  if (is_protection_fault(evidence) && is_missing) {
    // movaps faults over an odd address as well.
    if (effects.is_complete && instruction.mnemonic != "movaps" &&
        !has_non_canonical_address(effects)) {
      found.push_back(CrashInconsistency::kNonCanonicalAddressFalselyReported);
    }
    return found;
  }
  if (is_missing) found.push_back(CrashInconsistency::kCrashingAccessNotFoundInMemoryAccesses);
  if (was_allowed(evidence)) {
    found.push_back(CrashInconsistency::kAccessViolationWhenAccessAllowed);
  }
  return found;
}

}  // namespace sigla
