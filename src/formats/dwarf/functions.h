// SPDX-License-Identifier: Apache-2.0
// The functions of one unit that have code, and the tree of inlined calls in each (DWARF 5 section
// 3.3). Borrows the sections. One thread at a time; the vectors are used again by the next unit.
//
//   FunctionReader reader;
//   SIGLA_TRY(reader.read(tables, filter, diagnostics));
//   for (const Function& f : reader.functions()) ...
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "formats/dwarf/addresses.h"
#include "formats/dwarf/names.h"

namespace sigla::dwarf {

struct Function {
  std::uint32_t name = 0;         // of FunctionReader::names()
  std::uint32_t first_range = 0;  // of ranges()
  std::uint32_t range_count = 0;
  std::uint32_t first_call = 0;  // of calls()
  std::uint32_t call_count = 0;
};

// An inlined call.
struct Call {
  static constexpr std::uint32_t kFunctionItself = 0xffffffff;

  std::uint32_t function = 0;              // of functions()
  std::uint32_t parent = kFunctionItself;  // of calls(), less than its own
  std::uint32_t name = 0;
  std::uint32_t call_file = 0;  // as the unit's line program counts; 0 when it is not told
  std::uint32_t call_line = 0;
  std::uint32_t call_column = 0;
  std::uint32_t first_range = 0;
  std::uint32_t range_count = 0;
};

class FunctionReader {
 public:
  void clear();
  // kMalformed when the entries cannot be followed to the unit's end; what came before is there.
  Status read(const AddressTables& tables, const CodeFilter& filter);

  // In the order of their entries. Of functions that overlap, the later one is meant.
  std::span<const Function> functions() const { return functions_; }
  std::span<const Call> calls() const { return calls_; }
  std::span<const AddressRange> ranges() const { return ranges_; }
  // Of the unit itself; none when it does not say.
  std::span<const AddressRange> unit_ranges() const { return unit_ranges_; }
  std::span<const std::string_view> names() const { return names_.texts(); }

 private:
  // What the entries around one are, as far as they count.
  struct Scope {
    std::uint32_t function;
    std::uint32_t call;
    std::uint32_t inline_depth;
  };
  static constexpr std::uint32_t kNoFunction = 0xffffffff;

  Status walk(const AddressTables& tables, Addresses& addresses);
  Scope enter_function(const AddressTables& tables, Addresses& addresses, const DieValues& values);
  Scope enter_call(const AddressTables& tables,
                   Addresses& addresses,
                   const DieValues& values,
                   const Scope& around);
  void order_calls();

  std::vector<Function> functions_;
  std::vector<Call> calls_;
  std::vector<AddressRange> ranges_;
  std::vector<AddressRange> unit_ranges_;
  Names names_;
  std::vector<Scope> scopes_;
  bool is_nested_ = false;  // some function lies in another one
};

}  // namespace sigla::dwarf
