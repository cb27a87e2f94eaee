// SPDX-License-Identifier: Apache-2.0
#include "convert/dwarf_unit.h"

#include <algorithm>
#include <numeric>

namespace sigla {
namespace {

constexpr std::uint32_t kUnknown = 0xfffffffe;  // not asked yet

}  // namespace

void DwarfUnitConverter::convert(const dwarf::AddressTables& unit,
                                 bool with_lines,
                                 SymcacheRun& run,
                                 Diagnostics& diagnostics) {
  if (const Status status = functions_.read(unit, filter_); !status.has_value()) {
    diagnostics.report("damaged unit", status.error().message());
  }
  lines_.clear();
  if (with_lines) read_lines(unit, diagnostics);
  comp_dir_ = unit.skeleton_info->string(*unit.skeleton, unit.skeleton->comp_dir).value_or("");
  files_.assign(lines_.header().file_limit(), kUnknown);
  names_.assign(functions_.names().size(), kUnknown);
  place_functions();
  add_functions(run);
  add_unclaimed(run);
}

void DwarfUnitConverter::read_lines(const dwarf::AddressTables& unit, Diagnostics& diagnostics) {
  if (!unit.skeleton->stmt_list) return;
  const Status status = lines_.read(unit.skeleton_info->sections(),
                                    *unit.skeleton->stmt_list,
                                    unit.skeleton->encoding,
                                    filter_,
                                    limits_);
  if (status.has_value()) return;
  diagnostics.report(
      "damaged line program",
      fmt::format("unit at offset {:#x}: {}", unit.skeleton->offset, status.error().message()));
}

void DwarfUnitConverter::place_functions() {
  pieces_.clear();
  const auto functions = functions_.functions();
  for (std::uint32_t i = 0; i < functions.size(); ++i) {
    for (const auto& range :
         functions_.ranges().subspan(functions[i].first_range, functions[i].range_count)) {
      pieces_.add(range.low, range.high, i);
    }
  }
  pieces_.resolve();
}

void DwarfUnitConverter::add_functions(SymcacheRun& run) {
  const auto pieces = pieces_.pieces();
  order_.resize(pieces.size());
  std::iota(order_.begin(), order_.end(), 0U);
  std::stable_sort(order_.begin(), order_.end(), [&](std::uint32_t a, std::uint32_t b) {
    return pieces[a].function < pieces[b].function;
  });
  for (std::size_t i = 0; i < order_.size();) {
    const std::uint32_t number = pieces[order_[i]].function;
    const dwarf::Function& function = functions_.functions()[number];
    tree_.clear();
    for (; i < order_.size() && pieces[order_[i]].function == number; ++i) {
      const CodePiece& piece = pieces[order_[i]];
      const CodeRange range = relative(piece.low, piece.high);
      if (range.low == range.high) continue;
      tree_.ranges.push_back(range);
      append_lines(piece.low, piece.high, run);
    }
    if (tree_.ranges.empty()) continue;
    tree_.name = name(function.name, run);
    set_calls(function, run);
    run.add(tree_);
  }
}

void DwarfUnitConverter::set_calls(const dwarf::Function& function, SymcacheRun& run) {
  const auto calls = functions_.calls().subspan(function.first_call, function.call_count);
  for (const dwarf::Call& call : calls) {
    InlinedCall inlined;
    inlined.parent = call.parent == dwarf::Call::kFunctionItself
                         ? FunctionTree::kFunctionItself
                         : call.parent - function.first_call;
    inlined.name = name(call.name, run);
    inlined.call_file = file(call.call_file, run);
    inlined.call_line = call.call_line;
    inlined.call_column = call.call_column;
    inlined.first_range = static_cast<std::uint32_t>(tree_.call_ranges.size());
    for (const auto& range : functions_.ranges().subspan(call.first_range, call.range_count)) {
      tree_.call_ranges.push_back(relative(range.low, range.high));
    }
    inlined.range_count = call.range_count;
    tree_.calls.push_back(inlined);
  }
}

// Of the unit itself; all there is where it does not say.
void DwarfUnitConverter::place_unit() {
  unit_ranges_.clear();
  for (const auto& range : functions_.unit_ranges()) {
    unit_ranges_.push_back({range.low, range.high});
  }
  std::sort(unit_ranges_.begin(), unit_ranges_.end(), [](const CodeRange& a, const CodeRange& b) {
    return a.low < b.low;
  });
  std::size_t kept = 0;
  for (const CodeRange& range : unit_ranges_) {
    if (kept > 0 && range.low <= unit_ranges_[kept - 1].high) {
      unit_ranges_[kept - 1].high = std::max(unit_ranges_[kept - 1].high, range.high);
    } else {
      unit_ranges_[kept++] = range;
    }
  }
  unit_ranges_.resize(kept);
  if (unit_ranges_.empty()) unit_ranges_.push_back({0, UINT64_MAX});
}

// Only inside the unit's own ranges: where another unit's code begins, the last row of this one may
// not have ended.
void DwarfUnitConverter::add_unclaimed(SymcacheRun& run) {
  place_unit();
  gaps_.clear();
  pieces_.restart();
  std::size_t next = 0;
  for (const dwarf::LineSequence& sequence : lines_.sequences()) {
    while (next < unit_ranges_.size() && unit_ranges_[next].high <= sequence.low) ++next;
    for (std::size_t i = next; i < unit_ranges_.size() && unit_ranges_[i].low < sequence.high;
         ++i) {
      pieces_.append_gaps(std::max(unit_ranges_[i].low, sequence.low),
                          std::min(unit_ranges_[i].high, sequence.high),
                          gaps_);
    }
  }
  tree_.clear();
  for (const CodeRange& gap : gaps_) {
    const CodeRange range = relative(gap.low, gap.high);
    if (range.low == range.high) continue;
    tree_.ranges.push_back(range);
    append_lines(gap.low, gap.high, run);
  }
  if (tree_.ranges.empty()) return;
  tree_.name = run.name("");
  run.add(tree_);
}

void DwarfUnitConverter::append_lines(std::uint64_t low, std::uint64_t high, SymcacheRun& run) {
  rows_.clear();
  lines_.append(low, high, rows_);
  for (const dwarf::LineRow& row : rows_) {
    CodeLine line;
    line.address = std::max(row.address, image_base_) - image_base_ + address_shift_;
    line.file = file(row.file, run);
    if (line.file != FunctionTree::kNoFile) {  // as llvm-symbolizer: without a file no line
      line.line = row.line;
      line.column = row.column;
    }
    tree_.lines.push_back(line);
  }
}

std::uint32_t DwarfUnitConverter::file(std::uint32_t number, SymcacheRun& run) {
  if (number >= files_.size()) return FunctionTree::kNoFile;
  std::uint32_t& known = files_[number];
  if (known == kUnknown) {
    const bool is_there = lines_.header().file_path(number, comp_dir_, path_);
    if (is_there && symbol_map_ != nullptr) path_ = symbol_map_->path(path_);
    known = is_there ? run.file(path_) : FunctionTree::kNoFile;
  }
  return known;
}

std::uint32_t DwarfUnitConverter::name(std::uint32_t number, SymcacheRun& run) {
  std::uint32_t& known = names_[number];
  if (known == kUnknown) {
    const std::string_view name = functions_.names()[number];
    known = run.name(symbol_map_ == nullptr ? name : symbol_map_->text(name));
  }
  return known;
}

// Empty where the code lies before the image: nowhere.
CodeRange DwarfUnitConverter::relative(std::uint64_t low, std::uint64_t high) const {
  if (high <= image_base_) return {};
  return {std::max(low, image_base_) - image_base_ + address_shift_,
          high - image_base_ + address_shift_};
}

}  // namespace sigla
