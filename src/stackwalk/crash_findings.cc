// SPDX-License-Identifier: Apache-2.0
#include "stackwalk/crash_findings.h"

#include <algorithm>

#include "stackwalk/crash_consistency.h"

namespace sigla {
namespace {

constexpr std::uint64_t kGuardSizeMax = 32768;
constexpr std::uint64_t kStackProbeMax = 65536;  // a large frame touches memory this far below
constexpr std::uint64_t kPage = 4096;

bool is_non_canonical(std::uint64_t address) {
  return address >= 0x0000800000000000U && address <= 0xffff7fffffffffffU;
}

void adjust_address(const CrashEvidence& evidence, CrashFindings& findings) {
  const InstructionEffects& effects = *findings.effects;
  if (!effects.accesses) return;
  std::vector<MemoryAccess> used = *effects.accesses;
  if (effects.flow == InstructionEffects::Flow::kGoesTo) {
    MemoryAccess target;
    target.address = effects.target;
    target.has_null_base = effects.target == 0;
    used.push_back(target);
  }
  const auto adjust = [&](CrashFindings::Adjustment adjustment, const auto& is_it) {
    const auto found = std::find_if(used.begin(), used.end(), is_it);
    if (findings.adjustment != CrashFindings::Adjustment::kNone || found == used.end()) return;
    findings.adjustment = adjustment;
    findings.adjusted_address = found->address;
  };
  adjust(CrashFindings::Adjustment::kNullPointer,
         [](const MemoryAccess& access) { return access.has_null_base; });
  if (is_protection_fault(evidence) && evidence.exception->context->arch == Arch::kX86_64) {
    adjust(CrashFindings::Adjustment::kNonCanonical,
           [](const MemoryAccess& access) { return is_non_canonical(access.address); });
  }
}

// Memory that is mapped, small, and accessible to nobody, next to memory that is accessible.
bool is_likely_guard(const CrashEvidence& evidence, std::uint64_t address) {
  const MemoryMapping* mapping = evidence.mapping_at(address);
  if (mapping == nullptr || mapping->is_accessible()) return false;
  if (mapping->end - mapping->begin > kGuardSizeMax) return false;
  const std::vector<MemoryMapping>& all = *evidence.mappings;
  const auto index = static_cast<std::size_t>(mapping - all.data());
  const bool is_after =
      index > 0 && all[index - 1].end == mapping->begin && all[index - 1].is_accessible();
  const bool is_before = index + 1 < all.size() && all[index + 1].begin == mapping->end &&
                         all[index + 1].is_accessible();
  return is_after || is_before;
}

// It failed a little below (or at) the stack pointer, where no memory could be had any more.
bool is_stack_overflow(const CrashEvidence& evidence) {
  constexpr std::uint32_t kWindowsStackOverflow = 0xc00000fd;
  const CrashException& exception = *evidence.exception;
  if (evidence.system == CrashSystem::kWindows) return exception.code == kWindowsStackOverflow;
  if (!is_memory_fault(evidence) || !exception.context) return false;
  const std::uint64_t stack_pointer = exception.context->stack_pointer();
  if (stack_pointer < kStackProbeMax || exception.address > stack_pointer + kPage ||
      exception.address < stack_pointer - kStackProbeMax) {
    return false;
  }
  const MemoryMapping* mapping = evidence.mapping_at(exception.address);
  if (mapping != nullptr) return !mapping->is_accessible() || mapping->is_guard;
  return evidence.bytes_at(exception.address).empty();
}

std::uint8_t size_of_failing_access(const CrashFindings& findings,
                                    std::uint64_t address,
                                    std::uint64_t& base) {
  if (!findings.effects || !findings.effects->accesses) return 0;
  for (const MemoryAccess& access : *findings.effects->accesses) {
    if (!access.covers(address)) continue;
    base = access.address;
    return access.size;
  }
  return 0;
}

// In 64-bit address spaces only: in smaller ones a flipped bit hits something by chance. Not on
// ARM64, where a register and an offset add up to such addresses all the time.
void find_flips(const CrashEvidence& evidence, CrashFindings& findings) {
  const CrashException& exception = *evidence.exception;
  if (!exception.context || exception.context->arch != Arch::kX86_64) return;
  if (findings.adjustment == CrashFindings::Adjustment::kNullPointer) return;
  BitFlipSearch search;
  search.is_non_canonical = findings.adjustment == CrashFindings::Adjustment::kNonCanonical;
  search.address = search.is_non_canonical ? findings.adjusted_address : exception.address;
  search.operation = failed_operation(evidence);
  search.access_size = size_of_failing_access(findings, exception.address, search.address);
  findings.bit_flips = find_bit_flips(search, evidence);
  if (!findings.effects) return;
  for (const std::string& name : findings.effects->address_registers) {
    const auto value = register_value(*exception.context, name);
    if (!value) continue;
    search.source_register = name;
    search.address = *value;
    for (PossibleBitFlip& flip : find_bit_flips(search, evidence)) {
      findings.bit_flips.push_back(std::move(flip));
    }
  }
}

}  // namespace

std::string_view to_string(CrashInconsistency inconsistency) {
  switch (inconsistency) {
    case CrashInconsistency::kIntDivByZeroNotPossible:
      return "int_div_by_zero_not_possible";
    case CrashInconsistency::kPrivInstructionCrashWithoutPrivInstruction:
      return "priv_instruction_crash_without_priv_instruction";
    case CrashInconsistency::kNonCanonicalAddressFalselyReported:
      return "non_canonical_address_falsely_reported";
    case CrashInconsistency::kAccessViolationWhenAccessAllowed:
      return "access_violation_when_access_allowed";
    case CrashInconsistency::kCrashingAccessNotFoundInMemoryAccesses:
      return "crashing_access_not_found_in_memory_accesses";
  }
  return "unknown";
}

CrashFindings find_in_crash(const CrashEvidence& evidence) {
  CrashFindings findings;
  if (!evidence.exception) return findings;
  findings.is_stack_overflow = is_stack_overflow(evidence);
  if (!evidence.exception->context) return findings;
  const CpuContext& context = *evidence.exception->context;
  const std::uint64_t address = context.instruction_pointer();
  const auto disassembler = Disassembler::make(context);
  const auto instruction =
      disassembler ? disassembler->decode(evidence.bytes_at(address), address) : std::nullopt;
  if (instruction) {
    findings.instruction = instruction->text;
    findings.rust_instruction = rust_minidump_text(*instruction);
    findings.effects = effects_of(*instruction, context, evidence);
    adjust_address(evidence, findings);
    if (findings.effects->accesses) {
      for (MemoryAccess& access : *findings.effects->accesses) {
        access.is_likely_guard_page = is_likely_guard(evidence, access.address);
      }
    }
  }
  find_flips(evidence, findings);
  if (instruction && context.arch == Arch::kX86_64) {
    findings.inconsistencies = find_inconsistencies(evidence, *instruction, *findings.effects);
  }
  return findings;
}

}  // namespace sigla
