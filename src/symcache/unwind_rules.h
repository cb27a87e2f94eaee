// SPDX-License-Identifier: Apache-2.0
// How the registers of a caller are recovered from those of its callee: the records of a symcache's
// section kUnwindRules, whatever the rules were once written in (DWARF call frame information,
// Breakpad's STACK CFI, Mach-O compact unwind, PE unwind codes, ARM's exception index).
// docs/formats/symcache.md, "Unwind rules".
//
//   record   head, CFA rule, return address rule, { register, rule } to the end
//   head     ULEB flags: 1 = signal frame
//   register ULEB: DWARF number * 2, or string offset of its name * 2 + 1
//   rule     ULEB kind + 32 * operand (or kind + 16, ULEB operand), then what the kind asks for
//
// UnwindRuleSet is what writers fill; UnwindRules reads a record in place and allocates nothing.
#pragma once

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "symcache/varint.h"

namespace sigla {

struct UnwindRule {
  enum class Kind : std::uint8_t {
    kUnspecified,   // nothing is said
    kUndefined,     // cannot be recovered; of the return address: this is the outermost frame
    kSameValue,     // as it is in the callee
    kAtCfa,         // the word at CFA + offset
    kCfaPlus,       // CFA + offset
    kRegister,      // another register + offset
    kAtExpression,  // the word at the expression's value
    kExpression,    // the expression's value
    kText,          // Breakpad text that has no value: kept to be written again
  };
  Kind kind = Kind::kUnspecified;
  std::int64_t offset = 0;
  std::uint32_t reg = 0;  // kRegister: DWARF number; kText: string offset
  Bytes expression = {};  // bytecode (unwind_expression.h), borrowed

  static UnwindRule undefined() { return {.kind = Kind::kUndefined}; }
  static UnwindRule same_value() { return {.kind = Kind::kSameValue}; }
  static UnwindRule at_cfa(std::int64_t offset) { return {.kind = Kind::kAtCfa, .offset = offset}; }
  static UnwindRule cfa_plus(std::int64_t offset) {
    return {.kind = Kind::kCfaPlus, .offset = offset};
  }
  static UnwindRule of_register(std::uint32_t reg, std::int64_t offset = 0) {
    return {.kind = Kind::kRegister, .offset = offset, .reg = reg};
  }
  bool operator==(const UnwindRule& other) const;
};

// A register by its DWARF number, or by the string offset of a name that has none.
struct UnwindRegister {
  std::uint32_t value = 0;
  bool is_name = false;
  auto operator<=>(const UnwindRegister&) const = default;
};

struct UnwindRuleSet {
  bool is_signal_frame = false;  // the caller was interrupted: its pc is no return address
  UnwindRule cfa;
  UnwindRule return_address;
  std::vector<std::pair<UnwindRegister, UnwindRule>> registers;

  void clear();
  // Replaces the rule of that register.
  void set(UnwindRegister reg, const UnwindRule& rule);
  // Appends the record to `out`, registers in ascending order.
  void encode(Buffer& out);
};

// A record of a mapped symcache. Any bytes give some rules; what is cut off is unspecified.
class UnwindRules {
 public:
  explicit UnwindRules(Bytes record);

  bool is_signal_frame() const { return (head_ & kSignalFrame) != 0; }
  const UnwindRule& cfa() const { return cfa_; }
  const UnwindRule& return_address() const { return return_address_; }
  template <typename Visitor>
  void for_each_register(Visitor&& visit) const {
    for (symcache::VarintReader reader = registers_; !reader.at_end();) {
      const std::uint64_t head = reader.next();
      const UnwindRegister reg{static_cast<std::uint32_t>(head >> 1), (head & 1) != 0};
      visit(reg, read_rule(reader));
    }
  }

  static constexpr std::uint64_t kSignalFrame = 1;

 private:
  static UnwindRule read_rule(symcache::VarintReader& reader);

  std::uint64_t head_ = 0;
  UnwindRule cfa_;
  UnwindRule return_address_;
  symcache::VarintReader registers_;
};

}  // namespace sigla
