// SPDX-License-Identifier: Apache-2.0
// Answers look-ups from Breakpad records kept as they came, one linear search after another: slow,
// obviously right, and what the symcache is compared with. Tests and fuzz targets only.
#pragma once

#include <algorithm>
#include <map>
#include <string_view>
#include <vector>

#include "formats/breakpad/parser.h"
#include "symcache/layout.h"
#include "symcache/range_sets.h"
#include "symcache/symcache.h"

namespace sigla {

class NaiveResolver : public breakpad::Visitor {
 public:
  struct Range {
    std::uint64_t low;
    std::uint64_t high;
    bool contains(std::uint64_t address) const { return low <= address && address <= high; }
    bool contains(const Range& other) const { return low <= other.low && other.high <= high; }
    bool touches(const Range& other) const { return low <= other.high && other.low <= high; }
  };
  // Larger ones are reported and left out.
  static std::uint32_t kept_size(std::uint32_t parameter_size) {
    return parameter_size > symcache::kParameterSizeMax ? 0 : parameter_size;
  }
  struct LineRecord {
    Range range;
    breakpad::Line line;
  };
  struct Call {
    Range range;
    breakpad::Inline call;
  };
  struct FunctionRecord {
    Range range;
    breakpad::Function function;
    std::vector<LineRecord> lines;
    std::vector<Call> calls;
  };
  struct Rule {
    Range range;
    std::string_view text;
  };

  void on_file(std::uint32_t number, std::string_view path) override {
    files.emplace(number, path);
  }
  void on_inline_origin(std::uint32_t number, std::string_view name) override {
    origins.emplace(number, name);
  }
  void on_function(const breakpad::Function& function) override {
    current_ = nullptr;
    depth_ = 0;
    const auto high = symcache::last_address(function.address, function.size);
    if (!high.has_value()) return;
    const Range range{function.address, *high};
    for (const FunctionRecord& other : functions) {
      if (other.range.touches(range)) return;
    }
    functions.push_back({range, function, {}, {}});
    current_ = &functions.back();
  }
  void on_line(const breakpad::Line& line) override {
    const auto high = symcache::last_address(line.address, line.size);
    if (current_ == nullptr || !high.has_value()) return;
    const Range range{line.address, *high};
    for (const LineRecord& other : current_->lines) {
      if (other.range.touches(range)) return;
    }
    current_->lines.push_back({range, line});
  }
  void on_inline(const breakpad::Inline& call) override {
    if (current_ == nullptr || call.depth > depth_ + 1) return;
    depth_ = call.depth;
    for (const breakpad::Range& part : call.ranges) {
      const auto high = symcache::last_address(part.address, part.size);
      if (!high.has_value()) continue;
      const Range range{part.address, *high};
      const bool crosses = std::ranges::any_of(current_->calls, [&](const Call& other) {
        return other.range.touches(range) && !other.range.contains(range) &&
               !range.contains(other.range);
      });
      if (!crosses) current_->calls.push_back({range, call});
    }
  }
  void on_public(const breakpad::Public& symbol) override {
    current_ = nullptr;
    if (symbol.address != 0) publics.emplace(symbol.address, symbol);
  }
  void on_cfi_init(std::uint64_t address, std::uint64_t size, std::string_view rules) override {
    const auto high = symcache::last_address(address, size);
    if (!high.has_value()) return;
    const Range range{address, *high};
    for (const Rule& other : inits) {
      if (other.range.touches(range)) return;
    }
    inits.push_back({range, rules});
  }
  void on_cfi_delta(std::uint64_t address, std::string_view rules) override {
    deltas.insert_or_assign(address, rules);
  }

  std::vector<SymcacheFrame> lookup(std::uint64_t address) const {
    for (const FunctionRecord& record : functions) {
      if (record.range.contains(address)) return frames_of(record, address);
    }
    const auto next = publics.upper_bound(address);
    if (next == publics.begin()) return {};
    const breakpad::Public& symbol = std::prev(next)->second;
    for (const FunctionRecord& record : functions) {
      if (record.range.high < address && symbol.address <= record.range.low) return {};
    }
    SymcacheFrame frame;
    frame.function = symbol.name;
    frame.function_address = frame.line_address = symbol.address;
    frame.parameter_size = kept_size(symbol.parameter_size);
    frame.is_public = true;
    frame.is_multiple = symbol.is_multiple;
    return {frame};
  }

  std::vector<std::string_view> cfi(std::uint64_t address) const {
    for (const Rule& init : inits) {
      if (!init.range.contains(address)) continue;
      std::vector<std::string_view> rules = {init.text};
      for (const auto& [at, text] : deltas) {
        if (at >= init.range.low && at <= address) rules.push_back(text);
      }
      return rules;
    }
    return {};
  }

  std::map<std::uint32_t, std::string_view> files;
  std::map<std::uint32_t, std::string_view> origins;
  std::vector<FunctionRecord> functions;
  std::map<std::uint64_t, breakpad::Public> publics;
  std::vector<Rule> inits;
  std::map<std::uint64_t, std::string_view> deltas;

 private:
  std::string_view file(std::uint32_t number) const {
    const auto found = files.find(number);
    return found == files.end() ? std::string_view() : found->second;
  }

  std::vector<SymcacheFrame> frames_of(const FunctionRecord& record, std::uint64_t address) const {
    SymcacheFrame frame;
    frame.function_address = frame.line_address = record.range.low;
    frame.function_size = record.function.size;
    frame.parameter_size = kept_size(record.function.parameter_size);
    for (const LineRecord& line : record.lines) {
      if (!line.range.contains(address)) continue;
      frame.file = file(line.line.file);
      frame.line = line.line.line;
      frame.line_address = line.range.low;
      frame.has_line_record = true;
    }
    const std::string_view row_file = frame.file;
    std::vector<const Call*> calls;
    for (const Call& call : record.calls) {
      if (call.range.contains(address)) calls.insert(calls.begin(), &call);
    }
    std::ranges::stable_sort(
        calls, {}, [](const Call* call) { return call->range.high - call->range.low; });
    std::vector<SymcacheFrame> frames;
    for (const Call* call : calls) {
      const auto origin = origins.find(call->call.origin);
      frame.function = origin == origins.end() ? "<name omitted>" : origin->second;
      frame.is_inlined = true;
      frames.push_back(frame);
      frame.is_inlined = false;
      frame.line = call->call.call_line;
      frame.file = call->call.has_call_file ? file(call->call.call_file) : row_file;
      if (frame.file.empty()) frame.file = row_file;
    }
    frame.function = record.function.name;
    frame.is_multiple = record.function.is_multiple;
    frames.push_back(frame);
    return frames;
  }

  FunctionRecord* current_ = nullptr;  // the last of `functions`, while it takes lines
  std::uint32_t depth_ = 0;
};

// The frames in words, to compare and to print.
inline std::string describe(const std::vector<SymcacheFrame>& frames) {
  std::string text;
  for (const SymcacheFrame& frame : frames) {
    text += fmt::format("{}@{}:{} f={:#x}+{:#x} l={:#x} p={}{}{}{}{}\n",
                        frame.function,
                        frame.file,
                        frame.line,
                        frame.function_address,
                        frame.function_size,
                        frame.line_address,
                        frame.parameter_size,
                        frame.has_line_record ? " line" : "",
                        frame.is_inlined ? " inlined" : "",
                        frame.is_public ? " public" : "",
                        frame.is_multiple ? " multiple" : "");
  }
  return text;
}

}  // namespace sigla
