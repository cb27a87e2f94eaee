// SPDX-License-Identifier: Apache-2.0
#include "stackwalk/expression.h"

#include <algorithm>
#include <charconv>

namespace sigla {
namespace {

constexpr std::string_view kBlanks = " \t\r\n\v\f";

}  // namespace

std::optional<std::uint64_t> Variables::find(std::string_view name) const {
  const auto found = std::find_if(entries_.rbegin(), entries_.rend(), [name](const auto& entry) {
    return entry.first == name;
  });
  if (found == entries_.rend()) return std::nullopt;
  return found->second;
}

bool Variables::is_set_since(std::size_t mark, std::string_view name) const {
  return std::any_of(entries_.begin() + static_cast<std::ptrdiff_t>(mark),
                     entries_.end(),
                     [name](const auto& entry) { return entry.first == name; });
}

std::optional<std::uint64_t> ExpressionEvaluator::literal(std::string_view word) const {
  const bool is_negative = word.starts_with('-');
  if (is_negative) word.remove_prefix(1);
  std::uint64_t value = 0;
  const char* const end = word.data() + word.size();
  const auto [stopped, error] = std::from_chars(word.data(), end, value);
  if (error != std::errc() || stopped != end || wrap(value) != value) return std::nullopt;
  return wrap(is_negative ? 0 - value : value);
}

std::optional<std::uint64_t> ExpressionEvaluator::pop(const Variables& variables) {
  if (stack_.empty()) return std::nullopt;
  const Operand operand = stack_.back();
  stack_.pop_back();
  if (operand.is_value) return operand.value;
  if (const auto number = literal(operand.word)) return number;
  return variables.find(operand.word);
}

bool ExpressionEvaluator::apply_binary(char operation, const Variables& variables) {
  const auto right = pop(variables);
  if (!right) return false;
  const auto left = pop(variables);
  if (!left) return false;
  std::uint64_t result = 0;
  switch (operation) {
    case '+':
      result = *left + *right;
      break;
    case '-':
      result = *left - *right;
      break;
    case '*':
      result = *left * *right;
      break;
    case '@':
      result = *left & ~(*right - 1);
      break;
    default:
      if (*right == 0) return false;
      result = operation == '/' ? *left / *right : *left % *right;
  }
  stack_.push_back({{}, wrap(result), true});
  return true;
}

bool ExpressionEvaluator::assign(Variables& variables) {
  const auto value = pop(variables);
  if (!value || stack_.empty()) return false;
  const Operand target = stack_.back();
  stack_.pop_back();
  if (target.is_value || !target.word.starts_with('$')) return false;
  variables.set(target.word, *value);
  return true;
}

bool ExpressionEvaluator::apply(std::string_view token,
                                Variables& variables,
                                const StackMemory& memory) {
  if (token.size() == 1) {
    switch (token[0]) {
      case '+':
      case '-':
      case '*':
      case '/':
      case '%':
      case '@':
        return apply_binary(token[0], variables);
      case '=':
        return assign(variables);
      case '^': {
        const auto address = pop(variables);
        const auto value = address ? memory.read(*address, width_) : std::nullopt;
        if (!value) return false;
        stack_.push_back({{}, *value, true});
        return true;
      }
      default:
        break;
    }
  }
  stack_.push_back({token, 0, false});
  return true;
}

bool ExpressionEvaluator::evaluate(std::string_view text,
                                   Variables& variables,
                                   const StackMemory& memory) {
  stack_.clear();
  std::uint32_t token_count = 0;
  while (true) {
    text.remove_prefix(std::min(text.find_first_not_of(kBlanks), text.size()));
    if (text.empty()) return true;
    if (++token_count > token_count_max_) return false;
    std::string_view token = text.substr(0, std::min(text.find_first_of(kBlanks), text.size()));
    text.remove_prefix(token.size());
    // Some compilers wrote "=$eip" where "= $eip" was meant.
    if (token.size() > 1 && token[0] == '=') {
      if (!apply("=", variables, memory)) return false;
      token.remove_prefix(1);
    }
    if (!apply(token, variables, memory)) return false;
  }
}

std::optional<std::uint64_t> ExpressionEvaluator::value_of(std::string_view expression,
                                                           Variables& variables,
                                                           const StackMemory& memory) {
  if (!evaluate(expression, variables, memory) || stack_.size() != 1) return std::nullopt;
  return pop(variables);
}

bool ExpressionEvaluator::run(std::string_view program,
                              Variables& variables,
                              const StackMemory& memory) {
  return evaluate(program, variables, memory) && stack_.empty();
}

}  // namespace sigla
