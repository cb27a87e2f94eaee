// SPDX-License-Identifier: Apache-2.0
#include "symcache/run_merger.h"

#include <algorithm>

#include "base/parallel.h"
#include "base/view.h"
#include "symcache/address_array.h"
#include "symcache/layout.h"
#include "symcache/name_index.h"

namespace sigla::symcache {
namespace {

constexpr std::size_t kEntriesPerChunk = 2'048;

}  // namespace

RunMerger::RunMerger(std::vector<TakenRun>& runs,
                     SharedTexts& names,
                     SharedTexts& files,
                     FileBuilder::Extent& extent,
                     unsigned thread_count)
    : runs_(runs),
      names_(names),
      files_(files),
      extent_(extent),
      thread_count_(thread_count),
      has_columns_(std::ranges::any_of(
          runs, [](const TakenRun& run) { return run.content.functions.has_columns(); })) {
  std::ranges::stable_sort(runs_, {}, [](const TakenRun& run) { return run.content.order; });
  names_.rank();
  files_.rank();
  parallel_for(thread_count, runs_.size(), [&](unsigned, std::size_t i) {
    for (std::uint32_t& name : runs_[i].names) {
      if (name != SharedTexts::kUnused) name = names_.rank_of(name);
    }
    for (std::uint32_t& file : runs_[i].files) {
      if (file != SharedTexts::kUnused) file = files_.rank_of(file);
    }
  });
}

void RunMerger::collect_symbols() {
  for (const TakenRun& run : runs_) {
    const auto add = [&](const RunContent::Symbol& symbol, std::vector<Symbol>& to) {
      to.push_back({symbol.address,
                    symbol.size,
                    run.names[symbol.name],
                    symbol.info,
                    symbol.is_linker_name,
                    false});
    };
    for (const RunContent::Symbol& symbol : run.content.symbols) add(symbol, symbols_);
    for (const RunContent::Symbol& symbol : run.content.shadowed) add(symbol, hidden_);
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

void RunMerger::collect_claims(std::vector<Claim>& claims) {
  for (std::uint32_t run = 0; run < runs_.size(); ++run) {
    const auto& pieces = runs_[run].content.functions.pieces();
    for (std::uint32_t i = 0; i < pieces.size(); ++i) {
      claims.push_back(
          {pieces[i].low, pieces[i].high, static_cast<std::uint32_t>(sources_.size())});
      sources_.push_back({run, i});
    }
  }
  is_multiple_.assign(sources_.size(), false);
}

// Functions that have no address to themselves are kept for their names.
void RunMerger::add_unreached(const OwnedParts& owned) {
  std::vector<bool> is_reached(sources_.size(), false);
  for (const OwnedParts::Part& part : owned.parts) is_reached[part.rank] = true;
  for (const OwnedParts::Fold& fold : owned.folds) {
    if (name_of(sources_[fold.rank]) != name_of(sources_[fold.dropped])) {
      is_multiple_[fold.rank] = true;
    } else {
      is_reached[fold.dropped] = true;  // the same function in two units
    }
  }
  for (std::uint32_t rank = 0; rank < sources_.size(); ++rank) {
    if (is_reached[rank]) continue;
    const auto& lost = piece(sources_[rank]);
    hidden_.push_back(
        {lost.low, lost.high - lost.low, name_of(sources_[rank]), kFunctionShadowed, false, false});
  }
}

// A symbol without a size counts only if no function begins between it and the address.
bool RunMerger::reaches(std::size_t index,
                        std::uint64_t address,
                        const OwnedParts::Part* before) const {
  const Symbol& symbol = symbols_[index];
  return symbol.size != 0 ? address - symbol.address < symbol.size
                          : before == nullptr || symbol.address > before->low;
}

// Cut where symbols begin and end, each part named by the last one that begins before it.
void RunMerger::add_nameless(const OwnedParts::Part& part, const OwnedParts::Part* before) {
  const std::uint32_t nameless = name_of(sources_[part.rank]);
  std::size_t next = part_symbol_;
  std::uint64_t low = part.low;
  while (low < part.high) {
    while (next < symbols_.size() && symbols_[next].address <= low) ++next;
    std::uint64_t high =
        next < symbols_.size() ? std::min(symbols_[next].address, part.high) : part.high;
    Entry entry{low, high, part.rank, nameless, false};
    if (next > 0 && symbols_[next - 1].is_linker_name && reaches(next - 1, low, before)) {
      Symbol& symbol = symbols_[next - 1];
      if (symbol.size != 0) {
        high = low + std::min(high - low, symbol.size - (low - symbol.address));
      }
      symbol.is_reached = true;
      entry.high = high;
      entry.name = symbol.name;
      entry.named_by = static_cast<std::uint32_t>(next - 1);
      extent_.add(symbol.address, symbol.size);
    }
    entries_.push_back(entry);
    low = high;
  }
  extent_.add(part.low, part.high - part.low);
}

void RunMerger::add_part(const OwnedParts::Part& part, const OwnedParts::Part* before) {
  const Source& source = sources_[part.rank];
  std::uint32_t name = name_of(source);
  const std::uint64_t low = piece(source).low;
  while (part_symbol_ < symbols_.size() && symbols_[part_symbol_].address < part.low) {
    ++part_symbol_;
  }
  if (names_.text(name).empty()) return add_nameless(part, before);
  if (part_symbol_ < symbols_.size() && symbols_[part_symbol_].address == low &&
      symbols_[part_symbol_].is_linker_name) {
    Symbol& symbol = symbols_[part_symbol_];
    if (name != symbol.name) {
      hidden_.push_back({low, piece(source).high - low, name, kFunctionShadowed, false, false});
    }
    name = symbol.name;
    symbol.is_reached = true;
  }
  extent_.add(low, piece(source).high - low);
  extent_.add(part.low, 0);
  entries_.push_back({part.low, part.high, part.rank, name, false});
}

void RunMerger::add_symbol(std::size_t index, std::uint64_t low) {
  Symbol& symbol = symbols_[index];
  symbol.is_reached = true;
  extent_.add(symbol.address, symbol.size);
  extent_.add(low, 0);
  entries_.push_back({low, 0, static_cast<std::uint32_t>(index), symbol.name, true});
}

// Names what lies between the end of `before`, or 0, and `high`, the last address.
void RunMerger::add_gap(const OwnedParts::Part* before, std::uint64_t high) {
  const std::uint64_t low = before == nullptr ? 0 : before->high;
  while (next_symbol_ < symbols_.size() && symbols_[next_symbol_].address <= low) ++next_symbol_;
  if (next_symbol_ > 0 && reaches(next_symbol_ - 1, low, before)) add_symbol(next_symbol_ - 1, low);
  for (; next_symbol_ < symbols_.size() && symbols_[next_symbol_].address <= high; ++next_symbol_) {
    add_symbol(next_symbol_, symbols_[next_symbol_].address);
  }
}

void RunMerger::hide_unreached_symbols() {
  for (const Symbol& symbol : symbols_) {
    if (!symbol.is_reached) hidden_.push_back(symbol);
  }
  std::ranges::stable_sort(hidden_, {}, &Symbol::address);
  for (const Symbol& symbol : hidden_) extent_.add(symbol.address, symbol.size);
}

void RunMerger::write_chunk(std::size_t index) {
  Chunk& chunk = chunks_[index];
  CodeWriter writer(has_columns_);
  std::vector<InlinedCall> calls;
  std::vector<Row> rows;
  const std::size_t first = index * kEntriesPerChunk;
  const std::size_t count = std::min(kEntriesPerChunk, entries_.size() - first);
  for (const Entry& entry : std::span(entries_).subspan(first, count)) {
    chunk.offsets.push_back(static_cast<std::uint32_t>(chunk.bytes.size()));
    if (entry.is_symbol) {
      const Symbol& symbol = symbols_[entry.index];
      writer.add({symbol.info, entry.name, symbol.size, entry.low - symbol.address}, chunk.bytes);
      continue;
    }
    const Source& source = sources_[entry.index];
    const TakenRun& run = runs_[source.run];
    const auto& whole = piece(source);
    run.content.functions.unpack_calls(function(source), calls);
    run.content.functions.unpack_rows(whole, {entry.low, entry.high}, rows);
    const std::uint32_t info =
        function(source).info | (is_multiple_[entry.index] ? kFunctionMultiple : 0U);
    CodeHead head{info, entry.name, whole.high - whole.low, entry.low - whole.low};
    if (entry.named_by != kNoSymbol) {
      const Symbol& symbol = symbols_[entry.named_by];
      head.size = symbol.size != 0 ? symbol.size : entry.high - symbol.address;
      head.start_distance = entry.low - symbol.address;
    }
    writer.add(head, rows, calls, {run.names, run.files}, chunk.bytes);
  }
}

// Records, then aliases, ascending by name, and those of one name by number.
void RunMerger::order_names() {
  std::vector<std::uint32_t> named(names_.size() + 1);  // how many have a smaller name than this
  for (const Entry& entry : entries_) ++named[entry.name];
  for (const Symbol& symbol : hidden_) ++named[symbol.name];
  std::vector<std::uint32_t> used;
  for (std::uint32_t name = 0; name < names_.size(); ++name) {
    if (named[name] != 0) used.push_back(name);
  }
  const auto order = order_by_text(static_cast<std::uint32_t>(used.size()),
                                   [&](std::uint32_t i) { return names_.text(used[i]); });
  std::uint32_t place = 0;
  for (const std::uint32_t i : order) {
    const std::uint32_t count = named[used[i]];
    named[used[i]] = place;
    place += count;
  }
  name_index_.resize(place);
  std::uint32_t number = 0;
  for (const Entry& entry : entries_) name_index_[named[entry.name]++] = number++;
  for (const Symbol& symbol : hidden_) name_index_[named[symbol.name]++] = number++;
}

Status RunMerger::merge() {
  collect_symbols();
  std::vector<Claim> claims;
  collect_claims(claims);
  const OwnedParts owned = resolve_overlaps(claims);
  add_unreached(owned);
  const OwnedParts::Part* before = nullptr;
  for (const OwnedParts::Part& part : owned.parts) {
    if ((before == nullptr ? 0 : before->high) != part.low) add_gap(before, part.low - 1);
    add_part(part, before);
    before = &part;
  }
  add_gap(before, UINT64_MAX);
  hide_unreached_symbols();
  // Round 0 is the longest.
  chunks_.resize((entries_.size() + kEntriesPerChunk - 1) / kEntriesPerChunk);
  parallel_for(thread_count_, chunks_.size() + 1, [&](unsigned, std::size_t round) {
    if (round == 0) {
      order_names();
    } else {
      write_chunk(round - 1);
    }
  });
  std::uint64_t code_size = 0;
  for (const Chunk& chunk : chunks_) code_size += chunk.bytes.size();
  std::uint64_t name_size = 0;
  for (std::uint32_t i = 0; i < names_.size(); ++i) name_size += names_.text(i).size();
  if (code_size > UINT32_MAX || name_size > UINT32_MAX) {
    return make_error(ErrorCode::kLimitExceeded, "symcache: more than 4 GiB of code or names");
  }
  return {};
}

void RunMerger::write(FileBuilder& file, StringTable& strings) {
  std::vector<std::uint64_t> addresses;
  std::vector<std::uint32_t> offsets;
  std::uint32_t base = 0;
  for (const Entry& entry : entries_) addresses.push_back(entry.low);
  for (const Chunk& chunk : chunks_) {
    for (const std::uint32_t offset : chunk.offsets) offsets.push_back(base + offset);
    base += static_cast<std::uint32_t>(chunk.bytes.size());
  }
  file.add_addresses(Section::kCodeAddresses, addresses);
  file.add_addresses(Section::kCodeSamples, sample(addresses));
  file.add_numbers(Section::kCodeOffsets, offsets);
  Buffer code;
  code.reserve(base);
  for (Chunk& chunk : chunks_) {
    code.insert(code.end(), chunk.bytes.begin(), chunk.bytes.end());
    chunk = {};
  }
  file.add(Section::kCode, std::move(code));

  std::vector<std::uint64_t> alias_addresses;
  std::vector<std::uint64_t> alias_sizes;
  Buffer aliases;
  for (const Symbol& symbol : hidden_) {
    alias_addresses.push_back(symbol.address);
    alias_sizes.push_back(symbol.size);
    const RawAlias raw{symbol.name, symbol.info};
    const Bytes bytes = bytes_of(raw);
    aliases.insert(aliases.end(), bytes.begin(), bytes.end());
  }
  file.add_addresses(Section::kAliasAddresses, alias_addresses);
  file.add_sizes(Section::kAliasSizes, alias_sizes);
  file.add(Section::kAliases, std::move(aliases));
  file.add_numbers(Section::kNameIndex, name_index_);

  std::vector<std::uint32_t> name_offsets;
  Buffer names;
  for (std::uint32_t i = 0; i < names_.size(); ++i) {
    name_offsets.push_back(static_cast<std::uint32_t>(names.size()));
    const Bytes text = as_bytes(names_.text(i));
    names.insert(names.end(), text.begin(), text.end());
  }
  name_offsets.push_back(static_cast<std::uint32_t>(names.size()));
  file.add_numbers(Section::kNameOffsets, name_offsets);
  file.add(Section::kNames, std::move(names));
  std::vector<std::uint32_t> files;
  for (std::uint32_t i = 0; i < files_.size(); ++i) files.push_back(strings.add(files_.text(i)));
  file.add_numbers(Section::kFiles, files);
}

}  // namespace sigla::symcache
