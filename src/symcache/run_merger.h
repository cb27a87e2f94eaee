// SPDX-License-Identifier: Apache-2.0
// Makes the sections of code and names from all runs. Where functions overlap, the earlier run, and
// in one run the earlier function, stays, and the other keeps what is free; what no function covers
// is named by symbols.
//
// First the owner of every address is decided, by sorted lists; then the records are written by
// several threads, a chunk of neighbouring ones at a time. Chunks are cut by count, so the bytes do
// not depend on the threads.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "symcache/code_writer.h"
#include "symcache/file_builder.h"
#include "symcache/piece_overlap.h"
#include "symcache/shared_texts.h"
#include "symcache/string_table.h"
#include "symcache/symcache_run.h"

namespace sigla::symcache {

// A run whose texts have been added to the shared ones.
struct TakenRun {
  RunContent content;                // without its texts
  std::vector<std::uint32_t> names;  // by the run's numbers: of SharedTexts, then in the file
  std::vector<std::uint32_t> files;
};

class RunMerger {
 public:
  // Sorts the runs by their order, ranks the texts.
  RunMerger(std::vector<TakenRun>& runs,
            SharedTexts& names,
            SharedTexts& files,
            FileBuilder::Extent& extent,
            unsigned thread_count);

  bool has_columns() const { return has_columns_; }
  // kLimitExceeded when code or names outgrow what 32-bit offsets reach.
  Status merge();
  void write(FileBuilder& file, StringTable& strings);

 private:
  struct Symbol {
    std::uint64_t address;
    std::uint64_t size;
    std::uint32_t name;  // in the file
    std::uint32_t info;
    bool is_linker_name;
    bool is_reached;
  };
  // One record: a part of a piece, or the reach of a symbol.
  struct Entry {
    std::uint64_t low;
    std::uint64_t high;   // of a part
    std::uint32_t index;  // of a part: its rank; of a symbol: in symbols_
    std::uint32_t name;   // in the file
    bool is_symbol;
    std::uint32_t named_by = kNoSymbol;  // of a part of a nameless function: in symbols_
  };
  static constexpr std::uint32_t kNoSymbol = 0xffffffff;
  struct Source {  // where the piece of a rank comes from
    std::uint32_t run;
    std::uint32_t piece;
  };
  struct Chunk {
    Buffer bytes;
    std::vector<std::uint32_t> offsets;  // of each entry in `bytes`
  };
  const PackedFunctions::Piece& piece(const Source& source) const {
    return runs_[source.run].content.functions.pieces()[source.piece];
  }
  const PackedFunctions::Function& function(const Source& source) const {
    return runs_[source.run].content.functions.functions()[piece(source).function];
  }
  std::uint32_t name_of(const Source& source) const {
    return runs_[source.run].names[function(source).name];
  }
  void collect_symbols();
  void collect_claims(std::vector<Claim>& claims);
  void add_unreached(const OwnedParts& owned);
  void add_part(const OwnedParts::Part& part, const OwnedParts::Part* before);
  void add_nameless(const OwnedParts::Part& part, const OwnedParts::Part* before);
  bool reaches(std::size_t symbol, std::uint64_t address, const OwnedParts::Part* before) const;
  void add_gap(const OwnedParts::Part* before, std::uint64_t high);
  void add_symbol(std::size_t symbol, std::uint64_t low);
  void hide_unreached_symbols();
  void write_chunk(std::size_t chunk);
  void order_names();

  std::vector<TakenRun>& runs_;
  SharedTexts& names_;
  SharedTexts& files_;
  FileBuilder::Extent& extent_;
  unsigned thread_count_;
  bool has_columns_;
  std::vector<Symbol> symbols_;  // ascending by address, one at each
  std::vector<Symbol> hidden_;   // symbols and functions that no address leads to
  std::size_t next_symbol_ = 0;  // the first past the last gap
  std::size_t part_symbol_ = 0;  // the first not before the last part
  std::vector<Source> sources_;  // by rank
  std::vector<bool> is_multiple_;
  std::vector<Entry> entries_;
  std::vector<Chunk> chunks_;
  std::vector<std::uint32_t> name_index_;
};

}  // namespace sigla::symcache
