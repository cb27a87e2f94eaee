// SPDX-License-Identifier: Apache-2.0
#include "stackwalk/cfi.h"

#include <algorithm>
#include <vector>

namespace sigla {
namespace {

struct Rule {
  std::string_view name;
  std::string_view expression;
};

// The rules in force; a later one replaces an earlier one of the same register.
class RuleSet {
 public:
  explicit RuleSet(std::uint32_t count_max) : count_max_(count_max) {}

  // "NAME: EXPRESSION NAME: EXPRESSION ...". False at the first thing that is no rule; the rules
  // before it count.
  bool parse(std::string_view text) {
    constexpr std::string_view kBlanks = " \t\r\n";
    std::string_view name;
    const char* begin = nullptr;  // of the expression
    const char* end = nullptr;
    const auto add = [&] {
      if (name.empty() || begin == nullptr) return false;
      return set({name, {begin, static_cast<std::size_t>(end - begin)}});
    };
    while (true) {
      text.remove_prefix(std::min(text.find_first_not_of(kBlanks), text.size()));
      if (text.empty()) return add();
      const std::string_view word =
          text.substr(0, std::min(text.find_first_of(kBlanks), text.size()));
      text.remove_prefix(word.size());
      if (word.back() != ':') {
        if (begin == nullptr) begin = word.data();
        end = word.data() + word.size();
        continue;
      }
      if (word.size() < 2) return false;
      if ((!name.empty() || begin != nullptr) && !add()) return false;
      name = word.substr(0, word.size() - 1);
      begin = nullptr;
    }
  }

  std::string_view find(std::string_view name) const {
    const auto found = std::find_if(
        rules_.begin(), rules_.end(), [name](const Rule& rule) { return rule.name == name; });
    return found == rules_.end() ? std::string_view() : found->expression;
  }

 private:
  bool set(const Rule& rule) {
    for (Rule& existing : rules_) {
      if (existing.name != rule.name) continue;
      existing.expression = rule.expression;
      return true;
    }
    if (rules_.size() >= count_max_) return false;
    rules_.push_back(rule);
    return true;
  }

  std::uint32_t count_max_;
  std::vector<Rule> rules_;
};

}  // namespace

std::optional<Registers> apply_cfi(const CfiRules& rules,
                                   const CfiRegisterSet& set,
                                   const Registers& callee,
                                   const minidump::MemoryRegion& stack,
                                   ExpressionEvaluator& evaluator,
                                   Variables& scratch,
                                   std::uint32_t rule_count_max) {
  RuleSet in_force(rule_count_max);
  if (rules.rules.empty() || !in_force.parse(rules.rules.front())) return std::nullopt;
  for (std::size_t i = 1; i < rules.rules.size(); ++i) in_force.parse(rules.rules[i]);
  const std::string_view cfa_rule = in_force.find(".cfa");
  const std::string_view ra_rule = in_force.find(".ra");
  if (cfa_rule.empty() || ra_rule.empty()) return std::nullopt;

  scratch.clear();
  for (std::size_t i = 0; i < set.registers.size(); ++i) {
    if (callee.is_valid(i)) scratch.set(set.registers[i].name, callee.values[i]);
  }
  std::size_t mark = scratch.mark();
  const auto evaluate = [&](std::string_view expression) {
    const auto value = evaluator.value_of(expression, scratch, stack);
    scratch.rewind(mark);  // what one rule assigns is nothing to the next
    return value;
  };
  const auto cfa = evaluate(cfa_rule);
  if (!cfa) return std::nullopt;
  scratch.set(".cfa", *cfa);
  mark = scratch.mark();
  const auto ra = evaluate(ra_rule);
  if (!ra) return std::nullopt;

  Registers caller;
  for (std::size_t i = 0; i < set.registers.size(); ++i) {
    const CfiRegister& reg = set.registers[i];
    caller.values[i] = set.unknown;
    const std::string_view rule = in_force.find(reg.name);
    const auto value = rule.empty() ? std::nullopt : evaluate(rule);
    if (value) {
      caller.set(i, *value);
    } else if (reg.stand_in == ".cfa") {
      caller.set(i, *cfa);
    } else if (reg.stand_in == ".ra") {
      caller.set(i, *ra);
    } else if (reg.is_callee_saved && callee.is_valid(i)) {
      caller.set(i, callee.values[i]);
    }
  }
  return caller;
}

}  // namespace sigla
