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
  static constexpr std::uint32_t kNoFunction = 0xffffffff;
  struct Scope {
    std::uint32_t function = kNoFunction;
    std::uint32_t call = Call::kFunctionItself;
    std::uint32_t inline_depth = 0;
    bool is_in_function = false;  // with code or without
  };

  // A method's entry with code lies outside of its class, unless the class is local to a function
  // (gcc 12): there are three entries out of four in C++ that need not be looked at.
  static bool has_no_code_inside(const Abbrev& abbrev, const Scope& scope);
  Status walk(const AddressTables& tables, Addresses& addresses);
  Status enter(const Abbrev& abbrev,
               const AddressTables& tables,
               Addresses& addresses,
               Scope& scope);
  void enter_function(const AddressTables& tables, Addresses& addresses, Scope& scope);
  void enter_call(const AddressTables& tables, Addresses& addresses, Scope& scope);
  void order_calls();

  std::vector<Function> functions_;
  std::vector<Call> calls_;
  std::vector<AddressRange> ranges_;
  std::vector<AddressRange> unit_ranges_;
  Names names_;
  DieValues values_;  // of the entry that is being read
  std::vector<Scope> scopes_;
  bool is_nested_ = false;  // some function lies in another one
};

}  // namespace sigla::dwarf
