// SPDX-License-Identifier: Apache-2.0
// STACK CFI rules of any text, compiled and applied, against the same text evaluated word by word.
#include <algorithm>
#include <map>
#include <string>

#include "stackwalk/cfi.h"
#include "stackwalk/expression.h"
#include "symcache/unwind_registers.h"
#include "symcache/writer.h"

namespace sigla {
namespace {

constexpr std::uint8_t kNumbers[] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16};
constexpr CfiRegisterSet kSet = {.numbers = kNumbers,
                                 .stack_pointer = 7,
                                 .program_counter = 16,
                                 .callee_saved = 1U << 3 | 1U << 6,
                                 .unknown = 0,
                                 .width = 8};
constexpr std::uint64_t kStack = 0x7000;

using Rules = std::map<std::string, std::string, std::less<>>;

// "NAME: EXPRESSION ..."; false at the first thing that is no rule.
bool parse(std::string_view text, Rules& rules) {
  std::string name;
  std::string expression;
  const auto add = [&] {
    if (name.empty() || expression.empty()) return false;
    rules[name] = expression;
    return true;
  };
  while (true) {
    text.remove_prefix(std::min(text.find_first_not_of(" \t\r\n\v\f"), text.size()));
    const std::string_view word =
        text.substr(0, std::min(text.find_first_of(" \t\r\n\v\f"), text.size()));
    text.remove_prefix(word.size());
    if (!word.empty() && word.back() != ':') {
      expression += std::string(word) + " ";
      continue;
    }
    const bool is_first = name.empty() && expression.empty() && !word.empty();
    if (!is_first && !add()) return false;
    if (word.empty()) return true;
    if (word.size() == 1) return false;
    name = word.substr(0, word.size() - 1);
    expression.clear();
  }
}

class Naive {
 public:
  Naive(const Registers& callee, const MemoryRegion& stack) : callee_(callee), stack_(stack) {
    for (std::uint32_t i = 0; i < std::size(kNumbers); ++i) {
      if (callee.is_valid(i))
        variables_.set(unwind_register_name(Arch::kX86_64, i), callee.values[i]);
    }
  }

  std::optional<Registers> apply(const Rules& rules) {
    const auto cfa = value_of(rules, ".cfa");
    if (!cfa) return std::nullopt;
    variables_.set(".cfa", *cfa);
    const auto return_address = value_of(rules, ".ra");
    if (!return_address) return std::nullopt;
    Registers caller;
    for (std::uint32_t i = 0; i < std::size(kNumbers); ++i) {
      const auto value = value_of(rules, unwind_register_name(Arch::kX86_64, i));
      const bool is_kept = ((kSet.callee_saved >> i) & 1) != 0 && callee_.is_valid(i);
      if (value) {
        caller.set(i, *value);
      } else if (i == kSet.stack_pointer) {
        caller.set(i, *cfa);
      } else if (i == kSet.program_counter) {
        caller.set(i, *return_address);
      } else if (is_kept) {
        caller.set(i, callee_.values[i]);
      }
    }
    return caller;
  }

 private:
  std::optional<std::uint64_t> value_of(const Rules& rules, std::string_view name) {
    const auto rule = rules.find(name);
    if (rule == rules.end()) return std::nullopt;
    return evaluator_.value_of(rule->second, variables_, stack_);
  }

  const Registers& callee_;
  const MemoryRegion& stack_;
  ExpressionEvaluator evaluator_{8, Limits().postfix_token_count_max};
  Variables variables_;
};

void compare(std::string_view text) {
  Buffer bytes(64);
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::uint8_t>(i / 8 * 16);
  const MemoryRegion stack{kStack, bytes};
  Registers callee;
  for (std::size_t i = 0; i < std::size(kNumbers); ++i) {
    if (i != 8) callee.set(i, kStack + i);
  }
  Rules rules;
  const bool is_whole = parse(text, rules);
  const auto expected = is_whole ? Naive(callee, stack).apply(rules) : std::nullopt;

  SymcacheWriter writer{Limits()};
  Identity identity;
  identity.arch = Arch::kX86_64;
  writer.set_identity(identity);
  writer.add_cfi_init(0x1000, 0x10, text);
  const auto file = writer.finish_to_buffer();
  SIGLA_CHECK(file.has_value());
  const auto cache = Symcache::open(Bytes(*file));
  SIGLA_CHECK(cache.has_value());
  const auto found = cache->find_unwind(0x1000);
  Registers caller;
  const bool is_found =
      found && apply_cfi(*found, kSet, callee, stack, Limits(), caller) == CfiOutcome::kFound;
  SIGLA_CHECK(is_found == expected.has_value());
  if (!is_found) return;
  for (std::size_t i = 0; i < std::size(kNumbers); ++i) {
    SIGLA_CHECK(caller.is_valid(i) == expected->is_valid(i));
    SIGLA_CHECK(!caller.is_valid(i) || caller.values[i] == expected->values[i]);
  }
}

}  // namespace
}  // namespace sigla

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = sigla::as_text({data, size});
  // Assignments are for STACK WIN programs; in rules they are compiled to nothing.
  if (size > 2'000 || text.find('=') != std::string_view::npos) return 0;
  sigla::compare(text);
  return 0;
}
