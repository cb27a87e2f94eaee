// SPDX-License-Identifier: Apache-2.0
// Breakpad's postfix expressions, as STACK WIN programs use them (symbol_files.md; the programs are
// those of DIA's frame data). STACK CFI rules are compiled: symcache/cfi_text.h.
//
//   $eip $T0 4 + ^ =       assigns to $eip what lies at $T0 + 4
// Operators: + - * / % @ (align down), ^ (memory), = (assign). Numbers are decimal.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "stackwalk/process_memory.h"

namespace sigla {

// Names with values; later settings hide earlier ones until rewound. Borrows the names.
class Variables {
 public:
  void clear() { entries_.clear(); }
  void set(std::string_view name, std::uint64_t value) { entries_.emplace_back(name, value); }
  std::optional<std::uint64_t> find(std::string_view name) const;
  std::uint64_t value_or_zero(std::string_view name) const { return find(name).value_or(0); }
  std::size_t mark() const { return entries_.size(); }
  void rewind(std::size_t mark) { entries_.resize(mark); }
  // Whether the name was set since the mark.
  bool is_set_since(std::size_t mark, std::string_view name) const;

 private:
  std::vector<std::pair<std::string_view, std::uint64_t>> entries_;
};

// Evaluates with values of `width` bytes (4 or 8) that wrap around. Keeps its stack between calls
// to save allocations. An expression longer than `token_count_max` fails.
class ExpressionEvaluator {
 public:
  ExpressionEvaluator(std::size_t width, std::uint32_t token_count_max)
      : width_(width), token_count_max_(token_count_max) {}

  // The one value the expression leaves; nothing when it fails or leaves none or several.
  std::optional<std::uint64_t> value_of(std::string_view expression,
                                        Variables& variables,
                                        const StackMemory& memory);
  // Runs a program of assignments; false when it fails or leaves something behind. What was
  // assigned before a failure stays assigned.
  bool run(std::string_view program, Variables& variables, const StackMemory& memory);

 private:
  // A number, or a word that is looked up when it is taken (its value may change until then).
  struct Operand {
    std::string_view word;
    std::uint64_t value = 0;
    bool is_value = false;
  };

  bool evaluate(std::string_view text, Variables& variables, const StackMemory& memory);
  bool apply(std::string_view token, Variables& variables, const StackMemory& memory);
  bool apply_binary(char operation, const Variables& variables);
  bool assign(Variables& variables);
  std::optional<std::uint64_t> pop(const Variables& variables);
  std::optional<std::uint64_t> literal(std::string_view word) const;
  std::uint64_t wrap(std::uint64_t value) const {
    return width_ == 4 ? value & 0xffffffffU : value;
  }

  std::size_t width_;
  std::uint32_t token_count_max_;
  std::vector<Operand> stack_;
};

}  // namespace sigla
