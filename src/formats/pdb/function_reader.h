// SPDX-License-Identifier: Apache-2.0
// The functions of one module's symbols, each with its separated parts and the calls inlined in
// it. Borrows the records.
//
// Records nest: a procedure, then what belongs to it, then S_END. Code moved out of a function
// (profile-guided optimisation, exception handlers) is a block (S_BLOCK32) inside the procedure, or
// S_SEPCODE, which may stand outside and names the place it was taken from.
#pragma once

#include <vector>

#include "base/limits.h"
#include "formats/pdb/address_map.h"
#include "formats/pdb/symbols.h"

namespace sigla::pdb {

struct FunctionSymbol {
  static constexpr std::uint32_t kNoSite = 0xffffffff;
  struct Site {
    std::uint32_t parent = kNoSite;  // index of the call it lies in, less than its own
    InlineSite symbol;
  };

  Procedure procedure;           // of a thunk only name, start and size
  std::vector<RvaRange> chunks;  // [0]: the function itself, then its separated parts
  std::vector<Site> sites;
};

class FunctionReader {
 public:
  // Inlined calls nested deeper than Limits::inline_depth_max are left out.
  FunctionReader(Bytes symbols, const AddressMap& map, const Limits& limits);

  // The next procedure or thunk that has code in the image; false at the end. Uses the vectors of
  // `function` again.
  bool next(FunctionSymbol& function);
  // False when a record did not fit, which ends the reading.
  bool ok() const { return records_.ok(); }

 private:
  struct Separated {
    std::uint32_t parent = 0;  // where it was taken from
    RvaRange range;
  };
  void find_separated(Bytes symbols);
  bool begin(const SymbolRecord& record, FunctionSymbol& function) const;
  void read_scope(FunctionSymbol& function);
  void add_separated(FunctionSymbol& function) const;
  void add_block(const Block& block, FunctionSymbol& function) const;

  SymbolRecords records_;
  const AddressMap& map_;
  std::uint32_t depth_max_;
  std::vector<Separated> separated_;       // ascending by parent
  std::vector<std::uint32_t> open_sites_;  // for each open scope the call it lies in
};

}  // namespace sigla::pdb
