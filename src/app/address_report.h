// SPDX-License-Identifier: Apache-2.0
// What `sigla lookup` prints for a run of addresses: frames as text or JSON, names demangled.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "app/local_workers.h"
#include "app/name_table.h"
#include "base/json_writer.h"
#include "symbolicate/source_urls.h"
#include "symcache/symcache.h"

namespace sigla::app {

class AddressReport {
 public:
  enum class Form { kText, kJson };

  // Requires: `cache` and `workers` outlive the report.
  AddressReport(const Symcache& cache, LazyWorkers& workers, Form form)
      : cache_(cache), workers_(workers), form_(form), urls_(cache.source_link()) {}

  // The other file that the frames come from: "symbol_source" of each answer in JSON.
  void set_symbol_source(std::string source) { symbol_source_ = std::move(source); }

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
  void take(std::uint64_t address, const std::vector<SymcacheFrame>& found);
  // Names from index `first` on.
  Status demangle_names(std::size_t first);
  void append_text(std::string& out, const Answer& answer) const;
  void append_json(std::string& out, const Answer& answer);

  const Symcache& cache_;
  LazyWorkers& workers_;
  Form form_;
  SourceUrls urls_;
  std::string symbol_source_;
  bool found_any_ = false;
  bool is_first_ = true;
  // Of one call of add().
  std::vector<Answer> answers_;
  std::vector<SymcacheFrame> frames_;
  std::vector<std::uint32_t> frame_names_;  // of each frame, in names_
  // Of all calls.
  NameTable names_;
  std::deque<std::string> readable_;  // what names_ shows
};

}  // namespace sigla::app
