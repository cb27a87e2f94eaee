// SPDX-License-Identifier: Apache-2.0
#include "convert/dwarf_unwind.h"

#include <algorithm>
#include <map>
#include <utility>

#include "convert/unwind_bytecode.h"

namespace sigla {
namespace {

using dwarf::CfiRule;

// Where a call leaves its return address, when that is a register like others.
constexpr std::uint32_t kArmLr = 14;
constexpr std::uint32_t kArm64Lr = 30;
constexpr std::uint32_t kArm64SignState = 34;  // no register: whether the return address is signed

class Adder : public dwarf::CfiVisitor {
 public:
  Adder(const DwarfUnwindSource& source, const Limits& limits, SymcacheWriter& writer)
      : source_(source), limits_(limits), writer_(writer) {}

  bool on_entry(const dwarf::CfiEntry& entry) override {
    entry_ = entry;
    return is_code(entry.address) &&
           writer_.unwind().begin_entry(entry.address - source_.image_base, entry.size);
  }

  void on_row(std::uint64_t address, const dwarf::CfiRow& row) override {
    rules_.clear();
    rules_.is_signal_frame = entry_.is_signal_frame;
    rules_.cfa = cfa_of(row.cfa);
    const std::uint32_t column = entry_.return_address_register;
    rules_.return_address = return_address_of(row.rule_of(column), column);
    for (const auto& [number, rule] : row.registers) {
      const bool is_sign_state = is_arm64() && number == kArm64SignState;
      if (number == column || is_sign_state) continue;
      rules_.registers.emplace_back(UnwindRegister{number_of(number), false}, rule_of(rule));
    }
    writer_.unwind().add_row(address - source_.image_base, rules_);
  }

 private:
  bool is_arm64() const {
    return source_.arch == Arch::kArm64 || source_.arch == Arch::kArm64e ||
           source_.arch == Arch::kArm64_32;
  }
  bool is_code(std::uint64_t address) const {
    if (address < source_.image_base) return false;
    if (source_.code.empty()) return true;
    const auto after = std::ranges::upper_bound(source_.code, address, {}, &CodeRange::low);
    return after != source_.code.begin() && address < std::prev(after)->high;
  }
  std::uint32_t number_of(std::uint32_t number) const {
    const bool is_swapped = source_.is_darwin && source_.arch == Arch::kX86;
    return is_swapped && (number == 4 || number == 5) ? 9 - number : number;
  }

  UnwindRule cfa_of(const CfiRule& rule) {
    if (rule.kind == CfiRule::Kind::kRegister) {
      return UnwindRule::of_register(number_of(rule.reg), rule.offset);
    }
    if (rule.kind != CfiRule::Kind::kExpression) return {};
    const auto code = bytecode_of(rule.expression, false);
    if (!code) return {};
    return {.kind = UnwindRule::Kind::kExpression, .expression = *code};
  }

  UnwindRule return_address_of(const CfiRule& rule, std::uint32_t column) {
    const bool is_link_register =
        (source_.arch == Arch::kArm && column == kArmLr) || (is_arm64() && column == kArm64Lr);
    const bool is_kept =
        rule.kind == CfiRule::Kind::kUnspecified || rule.kind == CfiRule::Kind::kSameValue;
    if (is_kept) return is_link_register ? UnwindRule::of_register(column) : UnwindRule();
    return rule_of(rule);
  }

  UnwindRule rule_of(const CfiRule& rule) {
    switch (rule.kind) {
      case CfiRule::Kind::kUnspecified:
        return {};
      case CfiRule::Kind::kUndefined:
        return UnwindRule::undefined();
      case CfiRule::Kind::kSameValue:
        return UnwindRule::same_value();
      case CfiRule::Kind::kOffset:
        return UnwindRule::at_cfa(rule.offset);
      case CfiRule::Kind::kValOffset:
        return UnwindRule::cfa_plus(rule.offset);
      case CfiRule::Kind::kRegister:
        return UnwindRule::of_register(number_of(rule.reg));
      case CfiRule::Kind::kExpression:
      case CfiRule::Kind::kValExpression:
        break;
    }
    const auto code = bytecode_of(rule.expression, true);
    // Not the value in the callee, which is what no rule would mean.
    if (!code) return UnwindRule::undefined();
    const bool is_value = rule.kind == CfiRule::Kind::kValExpression;
    return {.kind = is_value ? UnwindRule::Kind::kExpression : UnwindRule::Kind::kAtExpression,
            .expression = *code};
  }

  // Each expression of the section is translated once, however many rows have it.
  std::optional<Bytes> bytecode_of(Bytes expression, bool starts_with_cfa) {
    const auto [place, is_new] =
        bytecode_.try_emplace({expression.data(), expression.size(), starts_with_cfa});
    if (is_new) {
      place->second = unwind_bytecode({.code = expression,
                                       .order = source_.section.order,
                                       .address_size = source_.section.address_size,
                                       .starts_with_cfa = starts_with_cfa},
                                      limits_);
    }
    if (!place->second) return std::nullopt;
    return Bytes(*place->second);
  }

  const DwarfUnwindSource& source_;
  const Limits& limits_;
  SymcacheWriter& writer_;
  dwarf::CfiEntry entry_;
  UnwindRuleSet rules_;
  std::map<std::tuple<const std::uint8_t*, std::size_t, bool>, std::optional<Buffer>> bytecode_;
};

}  // namespace

Status add_dwarf_unwind(const DwarfUnwindSource& source,
                        const Limits& limits,
                        SymcacheWriter& writer,
                        Diagnostics& diagnostics) {
  Adder adder(source, limits, writer);
  return dwarf::read_cfi(source.section, limits, diagnostics, adder);
}

}  // namespace sigla
