// SPDX-License-Identifier: Apache-2.0
#include "symbolicate/write_findings.h"

#include <fmt/format.h>

#include <algorithm>

namespace sigla {
namespace {

using Adjustment = CrashFindings::Adjustment;

std::string hex(std::uint64_t value) { return fmt::format("0x{:x}", value); }

// What is likely enough to be shown to people.
constexpr float kTellingConfidence = 0.5F;

void write_accesses(const CrashFindings& findings, JsonWriter& json) {
  json.key("memory_accesses");
  if (!findings.effects || !findings.effects->accesses) {
    json.null();
    return;
  }
  json.begin_array();
  for (const MemoryAccess& access : *findings.effects->accesses) {
    json.begin_object().member("address", hex(access.address));
    json.key("size");
    if (access.size == 0) {
      json.null();
    } else {
      json.value(unsigned{access.size});
    }
    json.member("access", to_string(access.kind));
    json.member("guard_page", access.is_likely_guard_page).end_object();
  }
  json.end_array();
}

void write_bit_flips(const CrashFindings& findings, JsonWriter& json) {
  json.key("possible_bit_flips").begin_array();
  for (const PossibleBitFlip& flip : findings.bit_flips) {
    json.begin_object().member("address", hex(flip.address));
    json.key("confidence").raw(fmt::format("{}", flip.confidence));
    json.text_or_null("register", flip.source_register);
    json.member("was_non_canonical", flip.was_non_canonical).member("is_null", flip.is_null);
    json.member("was_low", flip.was_low).member("nearby_registers", flip.nearby_registers);
    json.member("poison_registers", flip.has_poison_registers).end_object();
  }
  json.end_array();
}

std::string_view in_words(CrashInconsistency inconsistency) {
  switch (inconsistency) {
    case CrashInconsistency::kIntDivByZeroNotPossible:
      return "it divides nothing, and the system says it divided by zero";
    case CrashInconsistency::kPrivInstructionCrashWithoutPrivInstruction:
      return "it is not privileged, and the system says it is";
    case CrashInconsistency::kNonCanonicalAddressFalselyReported:
      return "it accesses no address that cannot be, and the system says it did";
    case CrashInconsistency::kAccessViolationWhenAccessAllowed:
      return "the access was allowed, and the system says it was not";
    case CrashInconsistency::kCrashingAccessNotFoundInMemoryAccesses:
      return "it does not access the address that the system names";
  }
  return "it contradicts what the system says";
}

}  // namespace

void write_findings(const CrashFindings& findings, JsonWriter& json) {
  json.text_or_null("instruction", findings.instruction);
  write_accesses(findings, json);
  json.key("jumps_to");
  if (findings.effects && findings.effects->flow == InstructionEffects::Flow::kGoesTo) {
    json.value(hex(findings.effects->target));
  } else {
    json.null();
  }
  json.key("adjusted_address");
  if (findings.adjustment == Adjustment::kNone) {
    json.null();
  } else {
    const bool is_null = findings.adjustment == Adjustment::kNullPointer;
    json.begin_object().member("kind", is_null ? "null-pointer" : "non-canonical");
    json.member(is_null ? "offset" : "address", hex(findings.adjusted_address)).end_object();
  }
  json.member("stack_overflow", findings.is_stack_overflow);
  write_bit_flips(findings, json);
  json.key("inconsistencies").begin_array();
  for (const CrashInconsistency inconsistency : findings.inconsistencies) {
    json.value(to_string(inconsistency));
  }
  json.end_array();
}

std::vector<std::string> describe_findings(const CrashFindings& findings) {
  std::vector<std::string> lines;
  if (findings.is_stack_overflow) lines.emplace_back("the stack overflowed");
  if (findings.adjustment == Adjustment::kNullPointer) {
    lines.push_back(
        fmt::format("a null pointer was used, with offset 0x{:x}", findings.adjusted_address));
  } else if (findings.adjustment == Adjustment::kNonCanonical) {
    lines.push_back(fmt::format("the address was 0x{:x}, which no memory of this processor has",
                                findings.adjusted_address));
  }
  if (findings.effects && findings.effects->accesses) {
    const auto& accesses = *findings.effects->accesses;
    if (std::any_of(accesses.begin(), accesses.end(), [](const MemoryAccess& access) {
          return access.is_likely_guard_page;
        })) {
      lines.emplace_back("a guard page was hit: something ran past the end of its memory");
    }
  }
  for (const CrashInconsistency inconsistency : findings.inconsistencies) {
    lines.push_back(fmt::format("does not fit the instruction: {}", in_words(inconsistency)));
  }
  const auto best = std::max_element(
      findings.bit_flips.begin(), findings.bit_flips.end(), [](const auto& a, const auto& b) {
        return a.confidence < b.confidence;
      });
  if (best != findings.bit_flips.end() && best->confidence >= kTellingConfidence) {
    lines.push_back(fmt::format("possibly a flipped bit: 0x{:x} was meant ({:.0f} % sure)",
                                best->address,
                                best->confidence * 100));
  }
  return lines;
}

}  // namespace sigla
