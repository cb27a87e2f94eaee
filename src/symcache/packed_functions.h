// SPDX-License-Identifier: Apache-2.0
// Functions as a SymcacheRun keeps them until the file is written: their calls and rows packed to
// a few bytes each, in numbers of the run. A function that lies in several places has one list of
// calls and several pieces.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/bytes.h"
#include "symcache/function_tree.h"
#include "symcache/rows.h"

namespace sigla::symcache {

class PackedFunctions {
 public:
  struct Function {
    std::uint32_t name;
    std::uint32_t info;  // as RawAlias::info
    std::size_t calls;   // offset
    std::uint32_t call_count;
  };
  struct Piece {
    std::uint64_t low;
    std::uint64_t high;  // one past the last address
    std::size_t rows;    // offset
    std::uint32_t row_count;
    std::uint32_t function;
  };

  void add_function(std::uint32_t name, std::uint32_t info, std::span<const InlinedCall> calls);
  // Of the function that was added last. The first row begins at range.low.
  void add_piece(const CodeRange& range, std::span<const Row> rows);

  const std::vector<Function>& functions() const { return functions_; }
  const std::vector<Piece>& pieces() const { return pieces_; }
  bool has_columns() const { return has_columns_; }

  // What was packed, but for the calls' ranges.
  void unpack_calls(const Function& function, std::vector<InlinedCall>& calls) const;
  // Only the rows that hold somewhere in `part`, the first one from its beginning on.
  void unpack_rows(const Piece& piece, const CodeRange& part, std::vector<Row>& rows) const;

 private:
  std::vector<Function> functions_;
  std::vector<Piece> pieces_;
  Buffer bytes_;
  bool has_columns_ = false;
};

}  // namespace sigla::symcache
