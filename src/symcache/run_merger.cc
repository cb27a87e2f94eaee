// SPDX-License-Identifier: Apache-2.0
#include "symcache/run_merger.h"

#include <algorithm>

#include "base/view.h"

namespace sigla::symcache {
namespace {

constexpr std::uint32_t kNoFunction = 0xffffffff;

}  // namespace

RunMerger::RunMerger(std::vector<RunContent>& runs,
                     StringTable& strings,
                     FileBuilder::Extent& extent)
    : runs_(runs),
      strings_(strings),
      extent_(extent),
      has_columns_(std::ranges::any_of(
          runs, [](const RunContent& run) { return run.functions.has_columns(); })),
      scopes_(1, 0),
      rows_(has_columns_) {
  std::ranges::stable_sort(runs_, {}, &RunContent::order);
}

void RunMerger::name_texts() {
  for (const RunContent& run : runs_) {
    Names& names = names_.emplace_back();
    for (std::uint32_t i = 0; i < run.names.size(); ++i) {
      names.names.push_back(strings_.add(run.names.text(i)));
    }
    for (std::uint32_t i = 0; i < run.files.size(); ++i) {
      names.files.push_back(files_.add(run.files.text(i), run.files.hash(i)));
    }
  }
}

void RunMerger::collect_symbols() {
  for (std::size_t run = 0; run < runs_.size(); ++run) {
    const auto add = [&](const RunContent::Symbol& symbol, std::vector<Symbol>& to) {
      to.push_back({symbol.address,
                    symbol.size,
                    names_[run].names[symbol.name],
                    symbol.info,
                    symbol.is_linker_name,
                    kNoFunction});
    };
    for (const RunContent::Symbol& symbol : runs_[run].symbols) add(symbol, symbols_);
    for (const RunContent::Symbol& symbol : runs_[run].shadowed) add(symbol, hidden_);
  }
  std::ranges::stable_sort(symbols_, {}, &Symbol::address);
  std::size_t kept = 0;
  for (const Symbol& symbol : symbols_) {
    // Symbols at 0 of a Breakpad file are made up (ntdll.pdb has several); Breakpad accepts and
    // ignores them.
    const bool is_made_up = symbol.address == 0 && !symbol.is_linker_name;
    if (is_made_up || (kept > 0 && symbols_[kept - 1].address == symbol.address)) {
      hidden_.push_back(symbol);
    } else {
      symbols_[kept++] = symbol;
    }
  }
  symbols_.resize(kept);
}

void RunMerger::collect_claims() {
  for (std::uint32_t run = 0; run < runs_.size(); ++run) {
    const auto& pieces = runs_[run].functions.pieces();
    for (std::uint32_t piece = 0; piece < pieces.size(); ++piece) {
      claims_.push_back(
          {pieces[piece].low, pieces[piece].high, static_cast<std::uint32_t>(sources_.size())});
      sources_.push_back({run, piece});
    }
  }
  is_multiple_.assign(sources_.size(), false);
}

// Functions that have no address to themselves are kept for their names.
void RunMerger::add_unreached(const OwnedParts& owned) {
  const auto name_of = [&](std::uint32_t rank) {
    const Source& source = sources_[rank];
    const PackedFunctions& functions = runs_[source.run].functions;
    return names_[source.run]
        .names[functions.functions()[functions.pieces()[source.piece].function].name];
  };
  std::vector<bool> is_reached(sources_.size(), false);
  for (const OwnedParts::Part& part : owned.parts) is_reached[part.rank] = true;
  for (const OwnedParts::Fold& fold : owned.folds) {
    if (name_of(fold.rank) != name_of(fold.dropped)) {
      is_multiple_[fold.rank] = true;
    } else {
      is_reached[fold.dropped] = true;  // the same function in two units
    }
  }
  for (std::uint32_t rank = 0; rank < sources_.size(); ++rank) {
    if (is_reached[rank]) continue;
    const auto& piece = runs_[sources_[rank].run].functions.pieces()[sources_[rank].piece];
    hidden_.push_back(
        {piece.low, piece.high - piece.low, name_of(rank), kFunctionShadowed, false, kNoFunction});
  }
}

std::uint32_t RunMerger::add_function(std::uint64_t address,
                                      std::uint64_t size,
                                      std::uint32_t name,
                                      std::uint32_t info) {
  extent_.add(address, size);
  function_addresses_.push_back(address);
  function_sizes_.push_back(size);
  const RawFunction record{name, info};
  const Bytes raw = bytes_of(record);
  functions_.insert(functions_.end(), raw.begin(), raw.end());
  return static_cast<std::uint32_t>(function_addresses_.size() - 1);
}

std::uint32_t RunMerger::root_scope(std::uint32_t function) {
  const auto scope = static_cast<std::uint32_t>(scopes_.size());
  append_varint(scopes_, 0);
  append_varint(scopes_, function);
  return scope;
}

// Written when the first row needs it: a piece of a function has only the calls in that piece.
std::uint32_t RunMerger::scope_of(std::uint32_t call, const Names& names) {
  // From the innermost call outwards to one that is written, then back inwards.
  std::vector<std::uint32_t> path;
  std::uint32_t scope = root_scope_;
  for (; call != FunctionTree::kFunctionItself; call = calls_[call].parent) {
    if (call_scopes_[call] != 0) {
      scope = call_scopes_[call];
      break;
    }
    path.push_back(call);
  }
  for (auto it = path.rbegin(); it != path.rend(); ++it) {
    const InlinedCall& inlined = calls_[*it];
    const std::uint32_t name = names.names[inlined.name];
    const auto [origin, is_new] =
        origin_indexes_.try_emplace(name, static_cast<std::uint32_t>(origins_.size()));
    if (is_new) origins_.push_back(name);
    const auto inner = static_cast<std::uint32_t>(scopes_.size());
    append_varint(scopes_, inner - scope);
    append_varint(scopes_, origin->second);
    append_varint(
        scopes_,
        inlined.call_file == FunctionTree::kNoFile ? 0 : names.files[inlined.call_file] + 1);
    append_varint(scopes_, inlined.call_line);
    if (has_columns_) append_varint(scopes_, inlined.call_column);
    scope = call_scopes_[*it] = inner;
  }
  return scope;
}

void RunMerger::write_rows(const OwnedParts::Part& part, std::uint32_t scope, const Names& names) {
  root_scope_ = scope;
  call_scopes_.assign(calls_.size(), 0);
  for (std::size_t i = 0; i < piece_rows_.size(); ++i) {
    Row row = piece_rows_[i];
    const std::uint64_t end = i + 1 < piece_rows_.size() ? piece_rows_[i + 1].address : part.high;
    if (end <= part.low) continue;
    if (row.address >= part.high) break;
    row.address = std::max(row.address, part.low);
    row.scope = scope_of(row.scope - 1, names);
    if (row.file != 0) row.file = names.files[row.file - 1] + 1;
    rows_.add(row);
  }
}

void RunMerger::write_part(const OwnedParts::Part& part, const OwnedParts::Part* before) {
  const std::uint64_t free_from = before == nullptr ? 0 : before->high;
  if (free_from != part.low) write_gap(before, part.low - 1);
  const Source& source = sources_[part.rank];
  const PackedFunctions& functions = runs_[source.run].functions;
  const auto& piece = functions.pieces()[source.piece];
  const auto& function = functions.functions()[piece.function];
  const Names& names = names_[source.run];
  std::uint32_t name = names.names[function.name];
  if (part.low == piece.low) {
    const auto symbol = std::ranges::lower_bound(symbols_, piece.low, {}, &Symbol::address);
    if (symbol != symbols_.end() && symbol->address == piece.low && symbol->is_linker_name) {
      if (name != symbol->name) {
        hidden_.push_back(
            {piece.low, piece.high - piece.low, name, kFunctionShadowed, false, kNoFunction});
      }
      name = symbol->name;
      symbol->function = static_cast<std::uint32_t>(function_addresses_.size());
    }
  }
  const std::uint32_t info = function.info | (is_multiple_[part.rank] ? kFunctionMultiple : 0U);
  const std::uint32_t index = add_function(piece.low, piece.high - piece.low, name, info);
  extent_.add(part.high, 0);
  functions.unpack_calls(function, calls_);
  functions.unpack_rows(piece, piece_rows_);
  write_rows(part, root_scope(index), names);
}

void RunMerger::write_symbol(Symbol& symbol, std::uint64_t low, std::uint64_t high) {
  if (symbol.function == kNoFunction) {
    symbol.function = add_function(symbol.address, symbol.size, symbol.name, symbol.info);
  }
  Row row;
  row.address = low;
  row.scope = root_scope(symbol.function);
  rows_.add(row);
  if (symbol.size == 0 || high - symbol.address < symbol.size) return;
  row.address = symbol.address + symbol.size;
  row.is_gap = true;
  extent_.add(row.address, 0);
  rows_.add(row);
}

void RunMerger::write_gap(const OwnedParts::Part* before, std::uint64_t high) {
  const std::uint64_t low = before == nullptr ? 0 : before->high;
  while (next_symbol_ < symbols_.size() && symbols_[next_symbol_].address <= low) ++next_symbol_;
  // A symbol without a size counts only if no function begins between it and the address.
  const auto reaches = [&](const Symbol& symbol) {
    if (symbol.size != 0) return low - symbol.address < symbol.size;
    return before == nullptr || symbol.address > before->low;
  };
  const auto last_of = [&](std::size_t symbol) {
    return symbol + 1 < symbols_.size() ? std::min(high, symbols_[symbol + 1].address - 1) : high;
  };
  if (next_symbol_ > 0 && reaches(symbols_[next_symbol_ - 1])) {
    write_symbol(symbols_[next_symbol_ - 1], low, last_of(next_symbol_ - 1));
  } else {
    Row row;
    row.address = low;
    row.is_gap = true;
    rows_.add(row);
  }
  for (; next_symbol_ < symbols_.size() && symbols_[next_symbol_].address <= high; ++next_symbol_) {
    write_symbol(symbols_[next_symbol_], symbols_[next_symbol_].address, last_of(next_symbol_));
  }
}

Status RunMerger::merge() {
  name_texts();
  collect_symbols();
  collect_claims();
  const OwnedParts owned = resolve_overlaps(claims_);
  add_unreached(owned);
  const OwnedParts::Part* before = nullptr;
  for (const OwnedParts::Part& part : owned.parts) {
    write_part(part, before);
    before = &part;
  }
  write_gap(before, UINT64_MAX);
  for (const Symbol& symbol : symbols_) {
    if (symbol.function == kNoFunction) hidden_.push_back(symbol);
  }
  for (const Symbol& symbol : hidden_) {
    add_function(symbol.address, symbol.size, symbol.name, symbol.info);
  }
  if (rows_.bytes().size() > UINT32_MAX || scopes_.size() > UINT32_MAX || strings_.overflowed()) {
    return make_error(ErrorCode::kLimitExceeded,
                      "symcache: more than 4 GiB of rows, scopes or strings");
  }
  return {};
}

void RunMerger::write(FileBuilder& file) const {
  file.add_addresses(Section::kBlockAddresses, rows_.block_addresses());
  file.add_numbers(Section::kBlockOffsets, rows_.block_offsets());
  file.add(Section::kRows, Bytes(rows_.bytes()));
  file.add(Section::kScopes, Bytes(scopes_));
  file.add_addresses(Section::kFunctionAddresses, function_addresses_);
  file.add_sizes(Section::kFunctionSizes, function_sizes_);
  file.add(Section::kFunctions, Bytes(functions_));
  std::vector<std::uint32_t> files;
  for (std::uint32_t i = 0; i < files_.size(); ++i) files.push_back(strings_.add(files_.text(i)));
  file.add_numbers(Section::kFiles, files);
  file.add_numbers(Section::kOrigins, origins_);
}

}  // namespace sigla::symcache
