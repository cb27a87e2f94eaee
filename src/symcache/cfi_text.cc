// SPDX-License-Identifier: Apache-2.0
#include "symcache/cfi_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>

#include "base/text.h"
#include "symcache/unwind_expression.h"
#include "symcache/unwind_registers.h"

namespace sigla::symcache {
namespace {

using Kind = UnwindRule::Kind;

constexpr std::string_view kBlanks = " \t\r\n\v\f";

std::optional<UnwindOp> operator_of(std::string_view token) {
  if (token.size() != 1) return std::nullopt;
  switch (token[0]) {
    case '+':
      return UnwindOp::kAdd;
    case '-':
      return UnwindOp::kSubtract;
    case '*':
      return UnwindOp::kMultiply;
    case '/':
      return UnwindOp::kDivide;
    case '%':
      return UnwindOp::kModulo;
    case '@':
      return UnwindOp::kAlign;
    case '^':
      return UnwindOp::kDeref;
    default:
      return std::nullopt;
  }
}
char letter_of(UnwindOp op) {
  for (const char letter : std::string_view("+-*/%@")) {
    if (operator_of({&letter, 1}) == op) return letter;
  }
  return '\0';
}

// A value on the compiler's stack: a constant, a register or the CFA plus an offset, or code that
// computes it.
struct Term {
  enum class Base : std::uint8_t { kConstant, kRegister, kCfa, kCode };
  Base base = Base::kConstant;
  std::uint32_t reg = 0;
  std::int64_t offset = 0;
  Buffer code;
  bool is_word_at_cfa = false;  // the code is: CFA + offset, dereferenced
};

// Breakpad's postfix to terms. Arithmetic wraps at the processor's word.
class PostfixCompiler {
 public:
  PostfixCompiler(Arch arch, bool may_use_cfa)
      : arch_(arch), may_use_cfa_(may_use_cfa), is_narrow_(unwind_word_size(arch) == 4) {}

  bool take(std::string_view token) {
    if (const auto op = operator_of(token)) {
      return *op == UnwindOp::kDeref ? dereference() : combine(*op);
    }
    Term term;
    if (const auto number = literal(token)) {
      term.offset = *number;
    } else if (token == ".cfa" && may_use_cfa_) {
      term.base = Term::Base::kCfa;
    } else if (const auto reg = find_unwind_register(arch_, token)) {
      term.base = Term::Base::kRegister;
      term.reg = *reg;
    } else {
      return false;
    }
    stack_.push_back(std::move(term));
    return true;
  }

  // The one value that is left.
  std::optional<Term> finish() {
    if (stack_.size() != 1) return std::nullopt;
    return std::move(stack_.front());
  }

  static void materialize(Term& term) {
    switch (term.base) {
      case Term::Base::kConstant:
        append_step(term.code, {.op = UnwindOp::kConstant, .offset = term.offset});
        break;
      case Term::Base::kRegister:
        append_step(term.code,
                    {.op = UnwindOp::kRegister, .number = term.reg, .offset = term.offset});
        break;
      case Term::Base::kCfa:
        append_step(term.code, {.op = UnwindOp::kCfa, .offset = term.offset});
        break;
      case Term::Base::kCode:
        break;
    }
    term.base = Term::Base::kCode;
    term.is_word_at_cfa = false;
  }

 private:
  std::int64_t wrap(std::int64_t value) const {
    return is_narrow_ ? static_cast<std::int32_t>(value) : value;
  }

  std::optional<std::int64_t> literal(std::string_view word) const {
    const bool is_negative = word.starts_with('-');
    if (is_negative) word.remove_prefix(1);
    std::uint64_t value = 0;
    const char* const end = word.data() + word.size();
    const auto [stopped, error] = std::from_chars(word.data(), end, value);
    if (error != std::errc() || stopped != end) return std::nullopt;
    if (is_narrow_ && value > UINT32_MAX) return std::nullopt;
    return wrap(static_cast<std::int64_t>(is_negative ? 0 - value : value));
  }

  bool combine(UnwindOp op) {
    if (stack_.size() < 2) return false;
    Term right = std::move(stack_.back());
    stack_.pop_back();
    Term& left = stack_.back();
    const auto sum = [&](std::int64_t sign) {
      return wrap(static_cast<std::int64_t>(static_cast<std::uint64_t>(left.offset) +
                                            static_cast<std::uint64_t>(right.offset) *
                                                static_cast<std::uint64_t>(sign)));
    };
    const bool is_left_plain = left.base != Term::Base::kCode;
    const bool is_right_constant = right.base == Term::Base::kConstant;
    if (op == UnwindOp::kAdd && is_left_plain && is_right_constant) {
      left.offset = sum(1);
    } else if (op == UnwindOp::kSubtract && is_left_plain && is_right_constant) {
      left.offset = sum(-1);
    } else if (op == UnwindOp::kAdd && left.base == Term::Base::kConstant &&
               right.base != Term::Base::kCode) {
      right.offset = sum(1);
      left = std::move(right);
    } else {
      materialize(left);
      materialize(right);
      left.code.insert(left.code.end(), right.code.begin(), right.code.end());
      append_step(left.code, {.op = op});
    }
    return true;
  }

  bool dereference() {
    if (stack_.empty()) return false;
    Term& term = stack_.back();
    const bool is_cfa = term.base == Term::Base::kCfa;
    materialize(term);
    append_step(term.code, {.op = UnwindOp::kDeref});
    term.is_word_at_cfa = is_cfa;
    return true;
  }

  Arch arch_;
  bool may_use_cfa_;
  bool is_narrow_;
  std::vector<Term> stack_;
};

}  // namespace

CfiCompiler::CfiCompiler(Arch arch, StringTable& strings, const Limits& limits)
    : arch_(arch), strings_(strings), limits_(limits) {}

bool CfiCompiler::apply(std::uint32_t key, std::string_view text, UnwindRuleSet& rules) {
  const auto [place, is_new] = compiled_.try_emplace(key);
  if (is_new) place->second = compile(text);
  for (const Assignment& assignment : place->second.assignments) {
    if (assignment.target == Target::kCfa) {
      rules.cfa = assignment.rule;
    } else if (assignment.target == Target::kReturnAddress) {
      rules.return_address = assignment.rule;
    } else {
      rules.set(assignment.reg, assignment.rule);
    }
  }
  return place->second.is_whole;
}

// "NAME: EXPRESSION NAME: EXPRESSION ..."
CfiCompiler::Compiled CfiCompiler::compile(std::string_view text) {
  Compiled compiled;
  std::string_view name;
  std::string_view expression;
  const auto add = [&] {
    if (name.empty() || expression.empty()) return false;
    if (compiled.assignments.size() >= limits_.cfi_rule_count_max) return false;
    compiled.assignments.push_back(compile_rule(name, expression));
    return true;
  };
  while (true) {
    const std::string_view word = take_word(text, kBlanks);
    if (word.empty() || word.back() == ':') {
      const bool is_first = name.empty() && expression.empty() && !word.empty();
      compiled.is_whole = (is_first || add()) && word.size() != 1;
      if (word.empty() || !compiled.is_whole) return compiled;
      name = word.substr(0, word.size() - 1);
      expression = {};
    } else {
      const char* const begin = expression.empty() ? word.data() : expression.data();
      expression = {begin, static_cast<std::size_t>(word.data() + word.size() - begin)};
    }
  }
}

CfiCompiler::Assignment CfiCompiler::compile_rule(std::string_view name,
                                                  std::string_view expression) {
  Assignment assignment{};
  if (name == ".cfa") {
    assignment.target = Target::kCfa;
    assignment.rule = compile_expression(expression, false);
    return assignment;
  }
  assignment.rule = compile_expression(expression, true);
  if (name == ".ra") {
    assignment.target = Target::kReturnAddress;
    return assignment;
  }
  assignment.target = Target::kRegister;
  const auto number = find_unwind_register(arch_, name);
  assignment.reg =
      number ? UnwindRegister{*number, false} : UnwindRegister{strings_.add(name), true};
  if (number && assignment.rule == UnwindRule::of_register(*number)) {
    assignment.rule = UnwindRule::same_value();
  }
  return assignment;
}

UnwindRule CfiCompiler::compile_expression(std::string_view text, bool may_use_cfa) {
  const auto as_text = [&] { return UnwindRule{.kind = Kind::kText, .reg = strings_.add(text)}; };
  PostfixCompiler compiler(arch_, may_use_cfa);
  std::uint32_t token_count = 0;
  for (std::string_view rest = text;;) {
    const std::string_view token = take_word(rest, kBlanks);
    if (token.empty()) break;
    if (++token_count > limits_.postfix_token_count_max || !compiler.take(token)) {
      return as_text();
    }
  }
  auto term = compiler.finish();
  if (!term) return as_text();
  if (term->base == Term::Base::kRegister) return UnwindRule::of_register(term->reg, term->offset);
  if (term->base == Term::Base::kCfa) return UnwindRule::cfa_plus(term->offset);
  if (term->is_word_at_cfa) return UnwindRule::at_cfa(term->offset);
  PostfixCompiler::materialize(*term);
  code_.push_back(std::move(term->code));
  return {.kind = Kind::kExpression, .expression = code_.back()};
}

namespace {

std::string text_of_expression(Bytes code, Arch arch) {
  std::string text;
  const auto add = [&](std::string_view token) {
    if (!text.empty()) text += ' ';
    text += token;
  };
  for (UnwindStepReader reader(code); !reader.at_end();) {
    const UnwindStep step = reader.next();
    switch (step.op) {
      case UnwindOp::kConstant:
        add(fmt::format("{}", step.offset));
        break;
      case UnwindOp::kRegister:
      case UnwindOp::kCfa: {
        const std::string_view name =
            step.op == UnwindOp::kCfa ? ".cfa" : unwind_register_name(arch, step.number);
        if (name.empty()) return {};
        add(name);
        if (step.offset != 0) add(fmt::format("{} +", step.offset));
        break;
      }
      case UnwindOp::kDeref:
        if (step.number != 0 && step.number != unwind_word_size(arch)) return {};
        add("^");
        break;
      default: {
        const char letter = letter_of(step.op);
        if (letter == '\0') return {};
        add({&letter, 1});
      }
    }
  }
  return text;
}

}  // namespace

std::string cfi_text(const UnwindRule& rule, std::string_view self, Arch arch, Bytes strings) {
  switch (rule.kind) {
    case Kind::kUnspecified:
    case Kind::kUndefined:
      return {};
    case Kind::kSameValue:
      return std::string(self);
    case Kind::kAtCfa:
      return fmt::format(".cfa {} + ^", rule.offset);
    case Kind::kCfaPlus:
      return fmt::format(".cfa {} +", rule.offset);
    case Kind::kRegister: {
      const std::string_view name = unwind_register_name(arch, rule.reg);
      if (name.empty()) return {};
      if (rule.offset == 0 && self != ".cfa") return std::string(name);
      return fmt::format("{} {} +", name, rule.offset);
    }
    case Kind::kAtExpression: {
      std::string text = text_of_expression(rule.expression, arch);
      if (!text.empty()) text += " ^";
      return text;
    }
    case Kind::kExpression:
      return text_of_expression(rule.expression, arch);
    case Kind::kText:
      return std::string(StringTable::read(strings, rule.reg));
  }
  return {};
}

}  // namespace sigla::symcache
