// SPDX-License-Identifier: Apache-2.0
// The rules of Breakpad's STACK CFI records (symbol_files.md, "STACK CFI records") as unwind rules,
// and back:
//
//   .cfa: $rsp 16 + $rbx: .cfa -16 + ^      CFA = register 7 + 16; rbx lies at CFA - 16
//
// Expressions are postfix over + - * / % @ (align down) and ^ (memory); numbers are decimal. One
// that can have no value (an unknown word, an operand too few) stays as text: it fails when a stack
// is walked and is written again as it was. What Breakpad has no words for (that there is no
// caller, signal frames, most of DWARF's operators) is left out of the text.
#pragma once

#include <deque>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/limits.h"
#include "ident/identity.h"
#include "symcache/string_table.h"
#include "symcache/unwind_rules.h"

namespace sigla::symcache {

class CfiCompiler {
 public:
  // `strings` takes what cannot be compiled.
  CfiCompiler(Arch arch, StringTable& strings, const Limits& limits);

  // Puts the rules of `text` into `rules`, which borrow from the compiler. False at the first thing
  // that is no rule; the rules before it count. Each distinct `key` is compiled once.
  bool apply(std::uint32_t key, std::string_view text, UnwindRuleSet& rules);

 private:
  enum class Target : std::uint8_t { kCfa, kReturnAddress, kRegister };
  struct Assignment {
    Target target;
    UnwindRegister reg;
    UnwindRule rule;
  };
  struct Compiled {
    std::vector<Assignment> assignments;
    bool is_whole = true;
  };
  Compiled compile(std::string_view text);
  Assignment compile_rule(std::string_view name, std::string_view expression);
  UnwindRule compile_expression(std::string_view text, bool may_use_cfa);

  Arch arch_;
  StringTable& strings_;
  Limits limits_;
  std::deque<Buffer> code_;
  std::unordered_map<std::uint32_t, Compiled> compiled_;
};

// The text of a rule: "$rsp 8 +", ".cfa -16 + ^"; empty when Breakpad has no words for it. `self`
// is the name of what the rule recovers, `strings` the symcache's table.
std::string cfi_text(const UnwindRule& rule, std::string_view self, Arch arch, Bytes strings);

}  // namespace sigla::symcache
