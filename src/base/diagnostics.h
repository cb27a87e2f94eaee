// SPDX-License-Identifier: Apache-2.0
// Findings that are not errors: a reader that survives a bad record counts it here and goes on.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace sigla {

// Counts by category and keeps the first few details of each. Not thread-safe.
class Diagnostics {
 public:
  static constexpr std::size_t kDetailsPerCategoryMax = 5;

  struct Category {
    std::uint64_t count = 0;
    std::vector<std::string> details;
  };

  // `category` is a fixed phrase ("malformed FUNC record"), `detail` says where ("line 17").
  void report(std::string_view category, std::string detail);
  // Everything another one has.
  void merge(const Diagnostics& other);

  bool empty() const { return categories_.empty(); }
  std::uint64_t count() const;
  const std::map<std::string, Category, std::less<>>& categories() const { return categories_; }
  // "malformed FUNC record: 3 (line 17; line 90; line 91)", one line per category.
  std::string summary() const;

 private:
  std::map<std::string, Category, std::less<>> categories_;
};

}  // namespace sigla
