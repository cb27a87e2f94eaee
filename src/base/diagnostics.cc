// SPDX-License-Identifier: Apache-2.0
#include "base/diagnostics.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace sigla {

void Diagnostics::report(std::string_view category, std::string detail) {
  auto found = categories_.find(category);
  if (found == categories_.end()) found = categories_.emplace(category, Category{}).first;
  ++found->second.count;
  if (found->second.details.size() < kDetailsPerCategoryMax) {
    found->second.details.push_back(std::move(detail));
  }
}

void Diagnostics::merge(const Diagnostics& other) {
  for (const auto& [name, category] : other.categories_) {
    Category& mine = categories_[name];
    mine.count += category.count;
    for (const std::string& detail : category.details) {
      if (mine.details.size() < kDetailsPerCategoryMax) mine.details.push_back(detail);
    }
  }
}

std::uint64_t Diagnostics::count() const {
  std::uint64_t total = 0;
  for (const auto& [name, category] : categories_) total += category.count;
  return total;
}

std::string Diagnostics::summary() const {
  std::string text;
  for (const auto& [name, category] : categories_) {
    text += fmt::format("{}: {} ({})\n", name, category.count, fmt::join(category.details, "; "));
  }
  return text;
}

}  // namespace sigla
