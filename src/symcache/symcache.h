// SPDX-License-Identifier: Apache-2.0
// The symcache: one object's functions, inlined calls, lines and unwind rules in a file that is
// mapped and searched in place. docs/formats/symcache.md is its specification.
//
//   SIGLA_TRY_ASSIGN(const auto cache, Symcache::open(mapped.bytes()));
//   for (const SymcacheFrame& frame : cache.lookup(rva)) ...   // innermost inlined call first
//   if (const auto rule = cache.find_cfi(rva)) ...
//
// Addresses are relative to the module's base ("RVA"). All views point into the mapped bytes.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "ident/identity.h"

namespace sigla {

struct SymcacheFrame {
  std::string_view function;  // as the debug information has it (mangled or not); may be empty
  std::string_view file;
  std::uint32_t line = 0;     // 0: not known
  std::uint32_t column = 0;   // 0: not known
  std::uint64_t function_address = 0;  // start of the function (for inlined frames, of the outer one)
  std::uint64_t line_address = 0;      // start of the line record that matched; function_address if none
  std::uint32_t parameter_size = 0;    // Breakpad FUNC/PUBLIC parameter size, for x86 unwinding
  bool is_inlined = false;
  bool is_public = false;     // known by a PUBLIC record only: no size, no lines
};

// STACK CFI rules in force at an address: the INIT rule text and the deltas up to it, as Breakpad
// writes them (".cfa: $rsp 8 + .ra: .cfa -8 + ^"), later ones overriding earlier ones.
struct CfiRules {
  std::uint64_t address = 0;  // range the INIT record covers
  std::uint64_t size = 0;
  std::vector<std::string_view> rules;  // INIT first, then each applicable delta
};

// One STACK WIN record (Breakpad symbol_files.md "STACK WIN records").
struct StackWin {
  enum class Type : std::uint8_t { kFpo = 0, kFrameData = 4 };
  Type type = Type::kFpo;
  std::uint64_t address = 0;
  std::uint32_t size = 0;
  std::uint32_t prologue_size = 0;
  std::uint32_t epilogue_size = 0;
  std::uint32_t parameter_size = 0;
  std::uint32_t saved_register_size = 0;
  std::uint32_t local_size = 0;
  std::uint32_t max_stack_size = 0;
  bool allocates_base_pointer = false;  // FPO only
  std::string_view program_string;      // frame data only; empty when there is none
};

class Symcache {
 public:
  // Checks magic, version, checksum of the header and that every table lies inside `file` with
  // offsets in range: O(header + tables). Lookups then index without further checks.
  static Result<Symcache> open(Bytes file);

  const Identity& identity() const { return identity_; }

  // Innermost inlined call first, the function itself last; empty when nothing covers the address.
  std::vector<SymcacheFrame> lookup(std::uint64_t rva) const;
  std::optional<CfiRules> find_cfi(std::uint64_t rva) const;
  // Frame data is preferred to FPO where both cover the address, as Breakpad does.
  std::optional<StackWin> find_stack_win(std::uint64_t rva) const;
  bool has_cfi() const;

 private:
  Symcache() = default;
  Identity identity_;
  Bytes file_;
};

}  // namespace sigla
