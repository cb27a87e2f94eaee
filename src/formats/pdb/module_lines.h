// SPDX-License-Identifier: Apache-2.0
// The line information of one module: which lines its code came from, and where the functions are
// defined that were inlined into it. Borrows the module stream's bytes; not thread-safe.
//
// C13 (Visual C++ 2005 and later, clang): subsections. DEBUG_S_LINES is the lines of one run of
// code, usually a function: u32 offset, u16 section, u16 flags, u32 size, then for each file u32
// file (an offset in DEBUG_S_FILECHKSMS), u32 count, u32 size, `count` times (u32 offset, u32
// line), and where flagged `count` times (u16 first, u16 last column). A line's lower 24 bits are
// its number. C11 (older): for each file and section it lies in, offsets and u16 numbers.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "formats/pdb/address_map.h"
#include "formats/pdb/cross_scope.h"
#include "formats/pdb/name_table.h"

namespace sigla::pdb {

// Holds up to the next row.
struct LineRow {
  static constexpr std::uint32_t kNoFile = 0xffffffff;

  std::uint32_t rva = 0;
  std::uint32_t file = kNoFile;  // of ModuleLines::file_name()
  std::uint32_t line = 0;        // 0: there is none
  std::uint32_t column = 0;
};

struct InlineeLine {
  std::uint32_t inlinee = 0;  // in the id stream
  std::uint32_t file = 0;
  std::uint32_t line = 0;
};

class ModuleLines {
 public:
  ModuleLines(Bytes c11, Bytes c13, const AddressMap& map);

  // The rows whose lines reach into `range`, ascending (the first one may begin before it); what no
  // line covers has a row without a file. Nothing when no line lies there.
  void append_rows(RvaRange range, std::vector<LineRow>& rows);
  // Where a function that was inlined is defined; null when the module does not say.
  const InlineeLine* find_inlinee(std::uint32_t id) const;
  // What other modules' functions were inlined as.
  const CrossScopeImports& imports() const { return imports_; }
  // Files are numbered by where their record lies, below file_end().
  std::string_view file_name(std::uint32_t file, const NameTable& names) const;
  std::uint32_t file_end() const {
    return static_cast<std::uint32_t>(has_c13_ ? checksums_.size() : c11_.size());
  }

 private:
  // The lines of one run of code.
  struct Run {
    RvaRange range;
    std::uint32_t start = 0;  // what offsets are counted from
    bool has_columns = false;
    Bytes blocks;               // C13
    std::size_t first_row = 0;  // C11: in c11_rows_
    std::size_t row_count = 0;
  };
  void read_c13(Bytes c13, const AddressMap& map);
  void add_run(Bytes data, const AddressMap& map);
  void add_inlinees(Bytes data);
  void read_c11(const AddressMap& map);
  void read_c11_file(std::uint32_t offset, const AddressMap& map);
  void order_runs();
  static void append_c13(const Run& run, std::vector<LineRow>& rows);
  void decode(const Run& run);

  Bytes c11_;
  bool has_c13_ = false;
  Bytes checksums_;
  std::vector<Run> runs_;              // ascending, without overlaps
  std::vector<InlineeLine> inlinees_;  // ascending by id
  std::vector<LineRow> c11_rows_;
  CrossScopeImports imports_;
  // Functions in hand-written code share a run, so the last one is kept decoded.
  const Run* decoded_ = nullptr;
  std::vector<LineRow> decoded_rows_;
};

}  // namespace sigla::pdb
