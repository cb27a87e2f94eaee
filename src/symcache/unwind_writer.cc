// SPDX-License-Identifier: Apache-2.0
#include "symcache/unwind_writer.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/view.h"

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

void UnwindWriter::add_cfi_init(std::uint64_t address, std::uint64_t size, std::string_view rules) {
  const auto high = last_address(address, size);
  if (!high.has_value() || !init_ranges_.add(address, *high)) {
    diagnostics_.report("overlapping or empty STACK CFI INIT record",
                        fmt::format("{:#x}", address));
    return;
  }
  extent_.add(address, size);
  inits_.push_back({address, *high, strings_.add(rules)});
}

void UnwindWriter::add_cfi_delta(std::uint64_t address, std::string_view rules) {
  deltas_.push_back({address, strings_.add(rules)});
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

void UnwindWriter::write(FileBuilder& file) {
  if (!inits_.empty()) write_cfi(file);
  if (!wins_.empty()) write_win(file);
}

void UnwindWriter::write_cfi(FileBuilder& file) {
  std::ranges::sort(inits_, {}, &Init::low);
  std::ranges::stable_sort(deltas_, {}, &Delta::address);
  std::vector<std::uint64_t> addresses;
  std::vector<std::uint64_t> sizes;
  std::vector<RawCfiInit> records;
  std::vector<std::uint64_t> delta_addresses;
  std::vector<std::uint32_t> deltas;
  auto delta = deltas_.begin();
  std::uint64_t outside = 0;
  for (const Init& init : inits_) {
    for (; delta != deltas_.end() && delta->address < init.low; ++delta) ++outside;
    addresses.push_back(init.low);
    sizes.push_back(init.high - init.low + 1);
    records.push_back({init.rules, static_cast<std::uint32_t>(deltas.size())});
    const std::size_t first = deltas.size();
    for (; delta != deltas_.end() && delta->address <= init.high; ++delta) {
      if (deltas.size() > first && delta_addresses.back() == delta->address) {
        deltas.back() = delta->rules;
        continue;
      }
      delta_addresses.push_back(delta->address);
      deltas.push_back(delta->rules);
    }
  }
  outside += static_cast<std::uint64_t>(deltas_.end() - delta);
  if (outside != 0) {
    diagnostics_.report("STACK CFI records outside every INIT range", fmt::format("{}", outside));
  }
  records.push_back({0, static_cast<std::uint32_t>(deltas.size())});

  file.add_addresses(Section::kCfiAddresses, addresses);
  file.add_sizes(Section::kCfiSizes, sizes);
  Buffer raw;
  for (const RawCfiInit& record : records) {
    const Bytes bytes = bytes_of(record);
    raw.insert(raw.end(), bytes.begin(), bytes.end());
  }
  file.add(Section::kCfiInits, std::move(raw));
  file.add_addresses(Section::kCfiDeltaAddresses, delta_addresses);
  file.add_numbers(Section::kCfiDeltas, deltas);
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
