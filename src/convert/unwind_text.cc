// SPDX-License-Identifier: Apache-2.0
#include "convert/unwind_text.h"

#include "symcache/cfi_text.h"
#include "symcache/string_table.h"
#include "symcache/unwind_registers.h"

namespace sigla {

void UnwindText::begin_entry() {
  has_text_ = false;
  cfa_.clear();
  return_address_.clear();
  registers_.clear();
}

std::string UnwindText::name_of(UnwindRegister reg) const {
  return std::string(reg.is_name ? symcache::StringTable::read(cache_.strings(), reg.value)
                                 : unwind_register_name(arch_, reg.value));
}

void UnwindText::add(std::string_view name, std::string& in_force, std::string rule) {
  if (rule.empty() || rule == in_force || name.empty()) return;
  if (!text_.empty()) text_ += ' ';
  text_ += name;
  text_ += ": ";
  text_ += rule;
  in_force = std::move(rule);
}

std::string_view UnwindText::changes(const UnwindRules& rules) {
  text_.clear();
  const auto text_of = [&](const UnwindRule& rule, std::string_view self) {
    return symcache::cfi_text(rule, self, arch_, cache_.strings());
  };
  add(".cfa", cfa_, text_of(rules.cfa(), ".cfa"));
  add(".ra", return_address_, text_of(rules.return_address(), ".ra"));
  for (auto& [reg, told] : registers_) told.is_current = false;
  rules.for_each_register([&](UnwindRegister reg, const UnwindRule& rule) {
    const std::string name = name_of(reg);
    Told& told = registers_[reg];
    told.is_current = true;
    add(name, told.rule, text_of(rule, name));
  });
  for (auto& [reg, told] : registers_) {
    if (told.is_current || told.rule.empty()) continue;
    const std::string name = name_of(reg);
    add(name, told.rule, name);
  }
  if (!text_.empty()) {
    is_first_ = !has_text_;
    has_text_ = true;
  }
  return text_;
}

}  // namespace sigla
