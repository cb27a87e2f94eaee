// SPDX-License-Identifier: Apache-2.0
#include "symcache/unwind_writer.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/view.h"
#include "symcache/cfi_text.h"

namespace sigla::symcache {
namespace {

constexpr std::uint32_t kWinDepthMax = 4096;  // nested STACK WIN ranges; real ones nest 3 deep

// The innermost range from each address on, of two tables the first one first.
struct Step {
  std::uint64_t address;
  std::uint32_t record;
};

std::vector<Step> overlay(const std::vector<Step>& first, const std::vector<Step>& second) {
  std::vector<Step> merged;
  std::uint32_t a = kNoWin;
  std::uint32_t b = kNoWin;
  for (std::size_t i = 0, j = 0; i < first.size() || j < second.size();) {
    const std::uint64_t address = std::min(i < first.size() ? first[i].address : UINT64_MAX,
                                           j < second.size() ? second[j].address : UINT64_MAX);
    while (i < first.size() && first[i].address == address) a = first[i++].record;
    while (j < second.size() && second[j].address == address) b = second[j++].record;
    const std::uint32_t record = a != kNoWin ? a : b;
    if (merged.empty() || merged.back().record != record) merged.push_back({address, record});
  }
  return merged;
}

}  // namespace

std::optional<std::uint64_t> UnwindWriter::claim(std::uint64_t address, std::uint64_t size) {
  const auto high = last_address(address, size);
  if (!high.has_value() || !ranges_.add(address, *high)) return std::nullopt;
  extent_.add(address, 0);
  if (*high != UINT64_MAX) extent_.add(*high + 1, 0);  // where the row after it begins
  return high;
}

bool UnwindWriter::begin_entry(std::uint64_t address, std::uint64_t size) {
  const auto high = claim(address, size);
  if (!high) return false;
  entries_.push_back({address, *high, rows_.size(), rows_.size()});
  return true;
}

void UnwindWriter::add_row(std::uint64_t address, UnwindRuleSet& rules) {
  Entry& entry = entries_.back();
  if (address < entry.low || address > entry.high) return;
  std::uint32_t record = 0;
  if (rules.cfa.kind != UnwindRule::Kind::kUnspecified) {
    encoded_.clear();
    rules.encode(encoded_);
    if (rules_.bytes().size() + encoded_.size() <= limits_.unwind_rules_size_max) {
      record = rules_.add(as_text(encoded_));
    } else {
      diagnostics_.report("more unwind rules than unwind_rules_size_max",
                          fmt::format("{:#x}", address));
    }
  }
  const bool is_first = entry.row_end == entry.first_row;
  if (is_first && address != entry.low) rows_.push_back({entry.low, 0});
  if (!is_first && rows_.back().address >= address) {
    if (rows_.back().address == address) rows_.back().rules = record;
    return;
  }
  if (!is_first && rows_.back().rules == record) return;
  rows_.push_back({address, record});
  entry.row_end = rows_.size();
}

void UnwindWriter::add_cfi_init(std::uint64_t address, std::uint64_t size, std::string_view rules) {
  const auto high = claim(address, size);
  if (!high) {
    diagnostics_.report("overlapping or empty STACK CFI INIT record",
                        fmt::format("{:#x}", address));
    return;
  }
  inits_.push_back({address, *high, cfi_texts_.add(rules)});
}

void UnwindWriter::add_cfi_delta(std::uint64_t address, std::string_view rules) {
  deltas_.push_back({address, cfi_texts_.add(rules)});
}

void UnwindWriter::add_stack_win(const StackWin& record) {
  extent_.add(record.address, record.size);
  extent_.add(record.address + record.size, 0);  // where the table says it ends
  win_addresses_.push_back(record.address);
  win_sizes_.push_back(record.size);
  wins_.push_back({.type = static_cast<std::uint32_t>(record.type),
                   .prologue_size = record.prologue_size,
                   .epilogue_size = record.epilogue_size,
                   .parameter_size = record.parameter_size,
                   .saved_register_size = record.saved_register_size,
                   .local_size = record.local_size,
                   .max_stack_size = record.max_stack_size,
                   .allocates_base_pointer = record.allocates_base_pointer ? 1U : 0U,
                   .program = strings_.add(record.program_string)});
}

void UnwindWriter::write(FileBuilder& file, Arch arch) {
  compile_cfi(arch);
  if (!entries_.empty()) write_rows(file);
  if (!wins_.empty()) write_win(file);
}

void UnwindWriter::compile_cfi(Arch arch) {
  std::ranges::sort(inits_, {}, &Init::low);
  std::ranges::stable_sort(deltas_, {}, &Delta::address);
  CfiCompiler compiler(arch, strings_, limits_);
  UnwindRuleSet rules;
  auto delta = deltas_.begin();
  std::uint64_t outside = 0;
  for (const Init& init : inits_) {
    for (; delta != deltas_.end() && delta->address < init.low; ++delta) ++outside;
    entries_.push_back({init.low, init.high, rows_.size(), rows_.size()});
    rules.clear();
    const bool is_whole = compiler.apply(init.text, cfi_texts_.get(init.text), rules);
    if (!is_whole) {
      diagnostics_.report("malformed STACK CFI INIT rules", fmt::format("{:#x}", init.low));
    }
    const auto add = [&](std::uint64_t address) {
      if (is_whole) add_row(address, rules);
    };
    add(init.low);
    while (delta != deltas_.end() && delta->address <= init.high) {
      const auto same = delta;  // of several at one address the last one counts
      while (delta + 1 != deltas_.end() && (delta + 1)->address == same->address) ++delta;
      compiler.apply(delta->text, cfi_texts_.get(delta->text), rules);
      add(delta->address);
      ++delta;
    }
  }
  outside += static_cast<std::uint64_t>(deltas_.end() - delta);
  if (outside != 0) {
    diagnostics_.report("STACK CFI records outside every INIT range", fmt::format("{}", outside));
  }
}

void UnwindWriter::write_rows(FileBuilder& file) {
  std::ranges::sort(entries_, {}, &Entry::low);
  std::vector<std::uint64_t> addresses;
  std::vector<std::uint32_t> rows;
  addresses.reserve(rows_.size());
  rows.reserve(rows_.size());
  const auto add = [&](std::uint64_t address, std::uint32_t row) {
    addresses.push_back(address);
    rows.push_back(row);
  };
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    const Entry& entry = entries_[i];
    std::uint32_t last = 0;
    if (entry.first_row == entry.row_end) add(entry.low, kUnwindEntry);
    for (std::size_t j = entry.first_row; j < entry.row_end; ++j) {
      const bool is_first = j == entry.first_row;
      if (is_first || rows_[j].rules != last) {
        add(rows_[j].address, rows_[j].rules | (is_first ? kUnwindEntry : 0));
      }
      last = rows_[j].rules;
    }
    const bool adjoins = i + 1 < entries_.size() && entry.high + 1 == entries_[i + 1].low;
    if (!adjoins && entry.high != UINT64_MAX) add(entry.high + 1, 0);
  }
  file.add_addresses(Section::kUnwindAddresses, addresses);
  file.add_numbers(Section::kUnwindRows, rows);
  file.add(Section::kUnwindRules, rules_.bytes());
}

void UnwindWriter::write_win(FileBuilder& file) {
  const auto steps_of = [&](StackWin::Type type) {
    NestedRanges nested(false, kWinDepthMax);
    for (std::size_t i = 0; i < wins_.size(); ++i) {
      const auto high = last_address(win_addresses_[i], win_sizes_[i]);
      if (wins_[i].type != static_cast<std::uint32_t>(type) || !high.has_value()) continue;
      // Compilers do write records that cross; Breakpad drops them without a word, and so do we.
      static_cast<void>(nested.add(win_addresses_[i], *high, static_cast<std::uint32_t>(i)));
    }
    std::vector<NestedRanges::Change> changes;
    nested.flatten(changes);
    std::vector<Step> steps;
    for (const NestedRanges::Change& change : changes) {
      steps.push_back({change.address,
                       change.node == NestedRanges::kNone ? kNoWin : nested.entry(change.node)});
    }
    return steps;
  };
  std::vector<std::uint64_t> addresses;
  std::vector<std::uint32_t> indexes;
  for (const Step& step :
       overlay(steps_of(StackWin::Type::kFrameData), steps_of(StackWin::Type::kFpo))) {
    addresses.push_back(step.address);
    indexes.push_back(step.record);
  }
  file.add_addresses(Section::kWinAddresses, addresses);
  file.add_numbers(Section::kWinIndexes, indexes);
  file.add_addresses(Section::kWinRecordAddresses, win_addresses_);
  file.add_sizes(Section::kWinRecordSizes, win_sizes_);
  Buffer raw;
  for (const RawWin& record : wins_) {
    const Bytes bytes = bytes_of(record);
    raw.insert(raw.end(), bytes.begin(), bytes.end());
  }
  file.add(Section::kWinRecords, std::move(raw));
}

}  // namespace sigla::symcache
