// SPDX-License-Identifier: Apache-2.0
// The rules of a symcache as the text of STACK CFI records: of each row what differs from the rows
// before it in the same entry.
//
// A rule that Breakpad has no words for leaves the one before it in force, as in the output of
// Breakpad's own dump_syms; a register that goes back to where it was is said to be itself.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "symcache/symcache.h"

namespace sigla {

class UnwindText {
 public:
  explicit UnwindText(const Symcache& cache) : cache_(cache), arch_(cache.identity().arch) {}

  void begin_entry();
  // ".cfa: $rsp 16 + $rbx: .cfa -16 + ^"; empty when nothing has changed. Valid until the next
  // call.
  std::string_view changes(const UnwindRules& rules);
  // Whether what changes() gave last is the first of its entry.
  bool is_first() const { return is_first_; }

 private:
  void add(std::string_view name, std::string& in_force, std::string rule);
  std::string name_of(UnwindRegister reg) const;

  const Symcache& cache_;
  const Arch arch_;
  bool is_first_ = true;
  bool has_text_ = false;
  std::string cfa_;
  std::string return_address_;
  struct Told {
    std::string rule;
    bool is_current = false;
  };
  std::map<UnwindRegister, Told> registers_;
  std::string text_;
};

}  // namespace sigla
