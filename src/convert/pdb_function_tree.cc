// SPDX-License-Identifier: Apache-2.0
#include "convert/pdb_function_tree.h"

#include <algorithm>

namespace sigla {
namespace {

constexpr std::uint32_t kUnset = 0xfffffffe;
constexpr std::uint32_t kFileRecordAlignment = 4;

}  // namespace

std::uint32_t PdbCrossScope::global_id(std::uint32_t id,
                                       const pdb::CrossScopeImports& imports) const {
  if (!pdb::is_cross_scope(id)) return id;
  const auto imported = imports.find(id);
  if (!imported) return id;
  std::call_once(once_, [this] { exports_.emplace(info_.container(), info_.dbi()); });
  return exports_->find(*imported, info_.names()).value_or(id);
}

PdbFunctionTree::PdbFunctionTree(const pdb::DebugInfo& info,
                                 pdb::ModuleLines& lines,
                                 const Limits& limits,
                                 const PdbCrossScope& cross_scope,
                                 pdb::TypeNames& types,
                                 SymcacheRun& run)
    : info_(info),
      lines_(lines),
      piece_count_max_(limits.function_piece_count_max),
      cross_scope_(cross_scope),
      types_(types),
      run_(run),
      files_(lines.file_end() / kFileRecordAlignment + 1, kUnset) {}

std::uint32_t PdbFunctionTree::file(std::uint32_t module_file) {
  if (module_file >= lines_.file_end()) return FunctionTree::kNoFile;
  std::uint32_t& known = files_[module_file / kFileRecordAlignment];
  if (known == kUnset) {
    const std::string_view path = lines_.file_name(module_file, info_.names());
    known = path.empty() ? FunctionTree::kNoFile : run_.file(path);
  }
  return known;
}

std::uint32_t PdbFunctionTree::name(std::uint32_t inlinee) {
  const auto [found, is_new] = inlinee_names_.try_emplace(inlinee);
  if (is_new) {
    const std::uint32_t id = cross_scope_.global_id(inlinee, lines_.imports());
    found->second = run_.name(types_.function(id));
  }
  return found->second;
}

std::size_t PdbFunctionTree::build(const pdb::FunctionSymbol& function, FunctionTree& tree) {
  tree.clear();
  pieces_.clear();
  blocks_.clear();
  add_ranges(function, tree);
  const Block own = add_own_pieces(tree);
  for (const pdb::FunctionSymbol::Site& site : function.sites) {
    const bool is_outermost = site.parent == pdb::FunctionSymbol::kNoSite;
    blocks_.push_back(add_site(function, site, is_outermost ? own : blocks_[site.parent], tree));
  }
  flatten(tree);
  return pieces_.size();
}

void PdbFunctionTree::add_ranges(const pdb::FunctionSymbol& function, FunctionTree& tree) {
  for (const pdb::RvaRange& chunk : function.chunks) tree.ranges.push_back({chunk.low, chunk.high});
  std::sort(tree.ranges.begin(), tree.ranges.end(), [](const CodeRange& a, const CodeRange& b) {
    return a.low < b.low;
  });
  std::uint64_t end = 0;
  std::erase_if(tree.ranges, [&](CodeRange& range) {
    range.low = std::max(range.low, end);
    if (range.low >= range.high) return true;
    end = range.high;
    return false;
  });
}

PdbFunctionTree::Block PdbFunctionTree::add_own_pieces(const FunctionTree& tree) {
  for (const CodeRange& range : tree.ranges) {
    const auto low = static_cast<std::uint32_t>(range.low);
    const auto high = static_cast<std::uint32_t>(range.high);
    rows_.clear();
    lines_.append_rows({low, high}, rows_);
    Piece piece;
    piece.low = low;
    for (const pdb::LineRow& row : rows_) {
      if (row.rva >= high) break;
      piece.high = std::max(row.rva, piece.low);
      if (piece.low < piece.high) pieces_.push_back(piece);
      piece.low = piece.high;
      piece.file = file(row.file);
      piece.line = row.line;
      piece.column = row.column;
    }
    piece.high = high;
    pieces_.push_back(piece);
  }
  return {0, pieces_.size(), 0};
}

// Ascending and without overlaps; of rows that overlap the earlier code counts.
void PdbFunctionTree::read_site_rows(const pdb::FunctionSymbol& function,
                                     const pdb::InlineSite& site) {
  site_rows_.clear();
  const pdb::InlineeLine* definition = lines_.find_inlinee(site.inlinee);
  pdb::InlineAnnotations annotations(
      site.annotations,
      definition == nullptr ? pdb::LineRow::kNoFile : definition->file,
      definition == nullptr ? 0 : definition->line);
  bool is_ascending = true;
  for (pdb::InlineRow row; annotations.next(row);) {
    if (row.chunk >= function.chunks.size()) continue;
    const std::uint32_t base = function.chunks[row.chunk].low;
    if (row.offset > UINT32_MAX - base || row.size > UINT32_MAX - base - row.offset) continue;
    Piece piece;
    piece.low = base + row.offset;
    piece.high = piece.low + row.size;
    piece.file = file(row.file);
    piece.line = definition == nullptr ? 0 : row.line;
    piece.column = row.column;
    if (!site_rows_.empty() && piece.low < site_rows_.back().high) is_ascending = false;
    site_rows_.push_back(piece);
  }
  if (is_ascending) return;
  std::stable_sort(site_rows_.begin(), site_rows_.end(), [](const Piece& a, const Piece& b) {
    return a.low < b.low;
  });
  std::uint32_t end = 0;
  std::erase_if(site_rows_, [&](Piece& piece) {
    piece.low = std::max(piece.low, end);
    if (piece.low >= piece.high) return true;
    end = piece.high;
    return false;
  });
}

// The call from that line of the caller; made if it is not among the last few of this site.
std::uint32_t PdbFunctionTree::call_at(const Piece& caller,
                                       std::size_t first_call,
                                       std::uint32_t name,
                                       FunctionTree& tree) const {
  constexpr std::size_t kLookBack = 16;
  const std::size_t oldest =
      std::max(first_call, tree.calls.size() - std::min(tree.calls.size(), kLookBack));
  for (std::size_t i = tree.calls.size(); i > oldest; --i) {
    const InlinedCall& call = tree.calls[i - 1];
    if (call.parent == caller.call && call.call_file == caller.file &&
        call.call_line == caller.line && call.call_column == caller.column) {
      return static_cast<std::uint32_t>(i - 1);
    }
  }
  InlinedCall call;
  call.parent = caller.call;
  call.name = name;
  call.call_file = caller.file;
  call.call_line = caller.line;
  call.call_column = caller.column;
  tree.calls.push_back(call);
  return static_cast<std::uint32_t>(tree.calls.size() - 1);
}

PdbFunctionTree::Block PdbFunctionTree::add_site(const pdb::FunctionSymbol& function,
                                                 const pdb::FunctionSymbol::Site& site,
                                                 Block parent,
                                                 FunctionTree& tree) {
  Block block{pieces_.size(), pieces_.size(), parent.depth + 1};
  if (parent.begin == parent.end) return block;
  read_site_rows(function, site.symbol);
  const std::uint32_t callee = name(site.symbol.inlinee);
  const std::size_t first_call = tree.calls.size();
  std::size_t caller = parent.begin;
  for (const Piece& row : site_rows_) {
    const auto caller_begin = pieces_.begin() + static_cast<std::ptrdiff_t>(caller);
    const auto caller_end = pieces_.begin() + static_cast<std::ptrdiff_t>(parent.end);
    caller = static_cast<std::size_t>(
        std::lower_bound(caller_begin,
                         caller_end,
                         row.low,
                         [](const Piece& piece, std::uint32_t low) { return piece.high <= low; }) -
        pieces_.begin());
    for (std::size_t i = caller; i < parent.end && pieces_[i].low < row.high; ++i) {
      if (pieces_.size() >= piece_count_max_) break;
      Piece piece = row;
      piece.low = std::max(row.low, pieces_[i].low);
      piece.high = std::min(row.high, pieces_[i].high);
      piece.depth = block.depth;
      piece.call = call_at(pieces_[i], first_call, callee, tree);
      pieces_.push_back(piece);
    }
  }
  block.end = pieces_.size();
  return block;
}

void PdbFunctionTree::add_line(std::uint32_t address, const Piece* piece, FunctionTree& tree) {
  const CodeLine line = piece == nullptr
                            ? CodeLine{address, FunctionTree::kNoFile, 0, 0}
                            : CodeLine{address, piece->file, piece->line, piece->column};
  if (!tree.lines.empty() && tree.lines.back().address == address) {
    tree.lines.back() = line;
  } else {
    tree.lines.push_back(line);
  }
}

// Closes the pieces that end up to `address`.
void PdbFunctionTree::leave(std::uint32_t address, FunctionTree& tree) {
  while (!open_.empty() && open_.back().high <= address) {
    const std::uint32_t end = open_.back().high;
    open_.pop_back();
    if (open_.empty() || open_.back().high > end) {
      add_line(end, open_.empty() ? nullptr : &open_.back(), tree);
    }
  }
}

// Whether the piece lies in one of its caller, and in no other call of it: two calls may not share
// code, and the one that begins first keeps it.
bool PdbFunctionTree::fits(const Piece& piece, const FunctionTree& tree) const {
  if (open_.size() != piece.depth) return false;
  return piece.depth == 0 || tree.calls[piece.call].parent == open_.back().call;
}

// One sweep over all pieces: at each address the line of the innermost one.
void PdbFunctionTree::flatten(FunctionTree& tree) {
  std::sort(pieces_.begin(), pieces_.end(), [](const Piece& a, const Piece& b) {
    if (a.low != b.low) return a.low < b.low;
    return a.depth != b.depth ? a.depth < b.depth : a.call < b.call;
  });
  open_.clear();
  placed_.clear();
  for (const Piece& piece : pieces_) {
    leave(piece.low, tree);
    if (!fits(piece, tree)) continue;
    open_.push_back(piece);
    if (piece.depth > 0) placed_.push_back(piece);
    add_line(piece.low, &piece, tree);
  }
  leave(UINT32_MAX, tree);
  add_call_ranges(tree);
}

void PdbFunctionTree::add_call_ranges(FunctionTree& tree) {
  std::stable_sort(placed_.begin(), placed_.end(), [](const Piece& a, const Piece& b) {
    return a.call < b.call;
  });
  for (const Piece& piece : placed_) {
    InlinedCall& call = tree.calls[piece.call];
    if (call.range_count > 0 && tree.call_ranges.back().high == piece.low) {
      tree.call_ranges.back().high = piece.high;
      continue;
    }
    if (call.range_count == 0)
      call.first_range = static_cast<std::uint32_t>(tree.call_ranges.size());
    ++call.range_count;
    tree.call_ranges.push_back({piece.low, piece.high});
  }
}

}  // namespace sigla
