// SPDX-License-Identifier: Apache-2.0
#include "symbolicate/rust_minidump_crash.h"

#include <fmt/format.h>

#include "symbolicate/rust_minidump_system.h"

namespace sigla {
namespace {

using Adjustment = CrashFindings::Adjustment;

class Writer {
 public:
  Writer(const Report& report, JsonWriter& json)
      : report_(report), json_(json), width_(rust_minidump_pointer_width(report)) {}

  void write(const std::optional<std::uint32_t>& thread) {
    // It takes instructions apart on amd64 only.
    has_instruction_ = report_.has_crashed && report_.arch == Arch::kX86_64 &&
                       !report_.findings.instruction.empty();
    json_.begin_object().key("address");
    if (report_.has_crashed) {
      json_.value(hex(report_.crash_address));
    } else {
      json_.null();
    }
    adjusted_address();
    json_.text_or_null("assertion", "");  // it prints none, whatever the dump says
    inconsistencies();
    json_.value_or_null("crashing_thread", thread);
    json_.text_or_null("instruction",
                       has_instruction_ ? report_.findings.rust_instruction : std::string());
    instruction_pointer();
    accesses();
    bit_flips();
    json_.text_or_null("type", report_.has_crashed ? report_.rust_crash_reason : std::string());
    json_.end_object();
  }

 private:
  std::string hex(std::uint64_t value) const { return fmt::format("0x{:0{}x}", value, width_); }

  void adjusted_address() {
    json_.key("adjusted_address");
    if (!has_instruction_ || report_.findings.adjustment == Adjustment::kNone) {
      json_.null();
      return;
    }
    const bool is_null = report_.findings.adjustment == Adjustment::kNullPointer;
    const std::string value = hex(report_.findings.adjusted_address);
    json_.begin_object();
    if (!is_null) json_.member("address", value);
    json_.member("kind", is_null ? "null-pointer" : "non-canonical");
    if (is_null) json_.member("offset", value);
    json_.end_object();
  }

  void inconsistencies() {
    json_.key("crash_inconsistencies");
    if (!report_.has_crashed) {
      json_.null();
      return;
    }
    json_.begin_array();
    for (const CrashInconsistency inconsistency : report_.findings.inconsistencies) {
      json_.value(to_string(inconsistency));
    }
    json_.end_array();
  }

  void instruction_pointer() {
    json_.key("instruction_pointer_update");
    const auto& effects = report_.findings.effects;
    if (!has_instruction_ || !effects || effects->flow != InstructionEffects::Flow::kGoesTo) {
      json_.null();
      return;
    }
    json_.begin_object().member("address", hex(effects->target)).end_object();
  }

  void accesses() {
    json_.key("memory_accesses");
    const auto& effects = report_.findings.effects;
    if (!has_instruction_ || !effects || !effects->accesses) {
      json_.null();
      return;
    }
    json_.begin_array();
    for (const MemoryAccess& access : *effects->accesses) {
      json_.begin_object();
      if (effects->is_complete && access.kind != MemoryAccess::Kind::kUnknown) {
        json_.member("access_type", to_string(access.kind));
      }
      json_.member("address", hex(access.address));
      if (access.is_likely_guard_page) json_.member("is_likely_guard_page", true);
      json_.key("size");
      if (access.size == 0) {
        json_.null();
      } else {
        json_.value(unsigned{access.size});
      }
      json_.end_object();
    }
    json_.end_array();
  }

  void bit_flips() {
    json_.key("possible_bit_flips");
    if (report_.findings.bit_flips.empty()) {
      json_.null();
      return;
    }
    json_.begin_array();
    for (const PossibleBitFlip& flip : report_.findings.bit_flips) {
      json_.begin_object().member("address", hex(flip.address));
      json_.key("confidence").raw(fmt::format("{}", flip.confidence));
      json_.key("details").begin_object().member("is_null", flip.is_null);
      json_.member("nearby_registers", flip.nearby_registers);
      json_.member("poison_registers", flip.has_poison_registers);
      json_.member("was_low", flip.was_low);
      json_.member("was_non_canonical", flip.was_non_canonical).end_object();
      json_.text_or_null("source_register", flip.source_register);
      json_.end_object();
    }
    json_.end_array();
  }

  const Report& report_;
  JsonWriter& json_;
  int width_;
  bool has_instruction_ = false;
};

}  // namespace

void write_rust_minidump_crash(const Report& report,
                               const std::optional<std::uint32_t>& thread,
                               JsonWriter& json) {
  Writer(report, json).write(thread);
}

}  // namespace sigla
