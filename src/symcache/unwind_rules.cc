// SPDX-License-Identifier: Apache-2.0
#include "symcache/unwind_rules.h"

#include <algorithm>

namespace sigla {
namespace {

using Kind = UnwindRule::Kind;
using symcache::append_varint;
using symcache::unzigzag;
using symcache::VarintReader;
using symcache::zigzag;

constexpr unsigned kKindBits = 4;
constexpr std::uint64_t kKindMask = (1U << kKindBits) - 1;

void append_rule(Buffer& out, const UnwindRule& rule) {
  const auto put = [&](std::uint64_t operand) {
    // An offset may need all 64 bits and then follows by itself.
    const bool is_wide = operand >> (64 - kKindBits - 1) != 0;
    const std::uint64_t inside = is_wide ? 1 : operand << 1;
    append_varint(out, static_cast<std::uint64_t>(rule.kind) | inside << kKindBits);
    if (is_wide) append_varint(out, operand);
  };
  switch (rule.kind) {
    case Kind::kAtCfa:
    case Kind::kCfaPlus:
      put(zigzag(rule.offset));
      break;
    case Kind::kRegister:
      put(rule.reg);
      append_varint(out, zigzag(rule.offset));
      break;
    case Kind::kText:
      put(rule.reg);
      break;
    case Kind::kAtExpression:
    case Kind::kExpression:
      put(rule.expression.size());
      out.insert(out.end(), rule.expression.begin(), rule.expression.end());
      break;
    default:
      append_varint(out, static_cast<std::uint64_t>(rule.kind));
  }
}

}  // namespace

bool UnwindRule::operator==(const UnwindRule& other) const {
  return kind == other.kind && offset == other.offset && reg == other.reg &&
         std::ranges::equal(expression, other.expression);
}

void UnwindRuleSet::clear() {
  is_signal_frame = false;
  cfa = return_address = UnwindRule();
  registers.clear();
}

void UnwindRuleSet::set(UnwindRegister reg, const UnwindRule& rule) {
  for (auto& [existing, its_rule] : registers) {
    if (existing != reg) continue;
    its_rule = rule;
    return;
  }
  registers.emplace_back(reg, rule);
}

void UnwindRuleSet::encode(Buffer& out) {
  std::ranges::sort(registers, {}, [](const auto& entry) { return entry.first; });
  append_varint(out, is_signal_frame ? UnwindRules::kSignalFrame : 0);
  append_rule(out, cfa);
  append_rule(out, return_address);
  for (const auto& [reg, rule] : registers) {
    if (rule.kind == Kind::kUnspecified) continue;
    append_varint(out, std::uint64_t{reg.value} << 1 | (reg.is_name ? 1 : 0));
    append_rule(out, rule);
  }
}

UnwindRules::UnwindRules(Bytes record) : registers_(record) {
  head_ = registers_.next();
  cfa_ = read_rule(registers_);
  return_address_ = read_rule(registers_);
}

UnwindRule UnwindRules::read_rule(VarintReader& reader) {
  const std::uint64_t head = reader.next();
  const std::uint64_t inside = head >> kKindBits;
  UnwindRule rule;
  rule.kind = static_cast<Kind>(head & kKindMask);
  if (rule.kind > Kind::kText) rule.kind = Kind::kUndefined;
  if (rule.kind < Kind::kAtCfa) return rule;
  const std::uint64_t operand = (inside & 1) != 0 ? reader.next() : inside >> 1;
  switch (rule.kind) {
    case Kind::kAtCfa:
    case Kind::kCfaPlus:
      rule.offset = unzigzag(operand);
      break;
    case Kind::kRegister:
      rule.reg = static_cast<std::uint32_t>(operand);
      rule.offset = unzigzag(reader.next());
      break;
    case Kind::kText:
      rule.reg = static_cast<std::uint32_t>(operand);
      break;
    default:
      rule.expression = reader.bytes(operand);
  }
  return rule;
}

}  // namespace sigla
