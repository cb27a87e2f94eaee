// SPDX-License-Identifier: Apache-2.0
// One function of a PDB as a FunctionTree. A PDB says of an inlined call which code it is and which
// lines of the callee that code came from; the line of the call itself is whatever line the caller
// has at that address, so one call with code in several places may count as several.
//
//   function  0x10-0x40   rows of its line table: 0x10 line 5, 0x18 line 6
//   inlined   0x14-0x20   annotations: line 101
//   becomes   0x14-0x18 called from line 5, 0x18-0x20 called from line 6, line 101 in both
//
// Not thread-safe: one for each module that is read.
#pragma once

#include <cstdint>
#include <mutex>
#include <optional>
#include <unordered_map>
#include <vector>

#include "formats/pdb/cross_scope.h"
#include "formats/pdb/debug_info.h"
#include "formats/pdb/function_reader.h"
#include "formats/pdb/inline_annotations.h"
#include "formats/pdb/module_lines.h"
#include "formats/pdb/type_names.h"
#include "symcache/function_tree.h"
#include "symcache/symcache_run.h"

namespace sigla {

// Finds the function behind an id that its caller's module has of another one. Thread-safe.
class PdbCrossScope {
 public:
  explicit PdbCrossScope(const pdb::DebugInfo& info) : info_(info) {}

  // `id` itself when it is global, or not known.
  std::uint32_t global_id(std::uint32_t id, const pdb::CrossScopeImports& imports) const;

 private:
  const pdb::DebugInfo& info_;
  // Few files have such ids, and their modules must be read for them.
  mutable std::once_flag once_;
  mutable std::optional<pdb::CrossScopeExports> exports_;
};

class PdbFunctionTree {
 public:
  // Requires: all outlive this.
  PdbFunctionTree(const pdb::DebugInfo& info,
                  pdb::ModuleLines& lines,
                  const Limits& limits,
                  const PdbCrossScope& cross_scope,
                  pdb::TypeNames& types,
                  SymcacheRun& run);

  // Fills ranges, lines and calls of `tree`, with addresses as they were linked, and returns how
  // many pieces of code that took. Inlined calls past Limits::function_piece_count_max pieces are
  // left out.
  std::size_t build(const pdb::FunctionSymbol& function, FunctionTree& tree);

 private:
  // Code of one line, in one call (FunctionTree::kFunctionItself: in none).
  struct Piece {
    std::uint32_t low = 0;
    std::uint32_t high = 0;
    std::uint32_t call = FunctionTree::kFunctionItself;
    std::uint32_t depth = 0;
    std::uint32_t file = FunctionTree::kNoFile;
    std::uint32_t line = 0;
    std::uint32_t column = 0;
  };
  // A run of pieces_, ascending and without overlaps.
  struct Block {
    std::size_t begin = 0;
    std::size_t end = 0;
    std::uint32_t depth = 0;
  };
  void add_ranges(const pdb::FunctionSymbol& function, FunctionTree& tree);
  Block add_own_pieces(const FunctionTree& tree);
  Block add_site(const pdb::FunctionSymbol& function,
                 const pdb::FunctionSymbol::Site& site,
                 Block parent,
                 FunctionTree& tree);
  void read_site_rows(const pdb::FunctionSymbol& function, const pdb::InlineSite& site);
  std::uint32_t call_at(const Piece& caller,
                        std::size_t first_call,
                        std::uint32_t name,
                        FunctionTree& tree) const;
  void flatten(FunctionTree& tree);
  bool fits(const Piece& piece, const FunctionTree& tree) const;
  void add_call_ranges(FunctionTree& tree);
  void leave(std::uint32_t address, FunctionTree& tree);
  void add_line(std::uint32_t address, const Piece* piece, FunctionTree& tree);
  std::uint32_t file(std::uint32_t module_file);
  std::uint32_t name(std::uint32_t inlinee);

  const pdb::DebugInfo& info_;
  pdb::ModuleLines& lines_;
  std::size_t piece_count_max_;
  const PdbCrossScope& cross_scope_;
  pdb::TypeNames& types_;
  SymcacheRun& run_;
  std::vector<std::uint32_t> files_;  // of the run, by a quarter of the module's number
  std::unordered_map<std::uint32_t, std::uint32_t> inlinee_names_;
  std::vector<pdb::LineRow> rows_;
  std::vector<Piece> site_rows_;
  std::vector<Piece> pieces_;
  std::vector<Block> blocks_;  // by site
  std::vector<Piece> open_;    // the pieces around an address, outermost first
  std::vector<Piece> placed_;  // those of calls that found their place
};

}  // namespace sigla
