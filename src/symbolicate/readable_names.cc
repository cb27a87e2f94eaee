// SPDX-License-Identifier: Apache-2.0
#include "symbolicate/readable_names.h"

#include <utility>
#include <vector>

#include "convert/demangle_job.h"
#include "demangle/demangle.h"

namespace sigla {

void ReadableNames::add(const std::string& symbol) {
  if (looks_mangled(symbol)) names_.try_emplace(symbol, symbol);
}

void ReadableNames::demangle(WorkerPool& workers) {
  if (names_.empty()) return;
  std::vector<std::string_view> mangled;
  mangled.reserve(names_.size());
  for (const auto& [symbol, name] : names_) mangled.push_back(symbol);
  auto readable = Demangler(workers).demangle(mangled);
  if (!readable.has_value()) return;
  std::size_t next = 0;
  for (auto& [symbol, name] : names_) name = std::move((*readable)[next++]);
}

const std::string& ReadableNames::of(const std::string& symbol) const {
  const auto found = names_.find(symbol);
  return found == names_.end() ? symbol : found->second;
}

}  // namespace sigla
