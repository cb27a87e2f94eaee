// SPDX-License-Identifier: Apache-2.0
// What `sigla lookup` prints for a run of addresses: frames as text or JSON, names demangled.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "app/local_workers.h"
#include "symcache/symcache.h"

namespace sigla::app {

class AddressReport {
 public:
  enum class Form { kText, kJson };

  // Requires: `cache` and `workers` outlive the report.
  AddressReport(const Symcache& cache, LazyWorkers& workers, Form form)
      : cache_(cache), workers_(workers), form_(form) {}

  // The text for these addresses. In JSON the list's brackets are in begin() and end().
  Result<std::string> add(const std::vector<std::uint64_t>& addresses);
  std::string_view begin() const { return form_ == Form::kJson ? "[" : ""; }
  std::string_view end() const { return form_ == Form::kJson ? "]\n" : ""; }

  bool found_any() const { return found_any_; }

 private:
  struct Answer {
    std::uint64_t address = 0;
    std::size_t first = 0;  // frames
    std::size_t end = 0;
  };
  Status demangle_new_names();
  std::string_view readable(std::string_view name) const;
  void append_text(std::string& out, const Answer& answer) const;
  void append_json(std::string& out, const Answer& answer);

  const Symcache& cache_;
  LazyWorkers& workers_;
  Form form_;
  bool found_any_ = false;
  bool is_first_ = true;
  std::vector<SymcacheFrame> frames_;
  // By where the mangled name begins in the symcache, where each text stands once.
  std::unordered_map<const char*, std::string> names_;
};

}  // namespace sigla::app
