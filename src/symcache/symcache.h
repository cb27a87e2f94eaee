// SPDX-License-Identifier: Apache-2.0
// The symcache: one object's functions, inlined calls, lines and unwind rules in a file that is
// mapped and searched in place. docs/formats/symcache.md is its specification.
//
//   SIGLA_TRY_ASSIGN(const auto cache, Symcache::open(mapped.bytes()));
//   for (const SymcacheFrame& frame : cache.lookup(rva)) ...   // innermost inlined call first
//   if (const auto rules = cache.find_unwind(rva)) ...
//
// Addresses are relative to the module's base ("RVA"). All views point into the mapped bytes.
// Thread-safe: nothing changes after open().
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "ident/identity.h"
#include "symcache/address_array.h"
#include "symcache/code_reader.h"
#include "symcache/function_tree.h"
#include "symcache/layout.h"
#include "symcache/unwind_rules.h"

namespace sigla {

struct SymcacheFrame {
  std::string_view function;  // as the debug information has it (mangled or not); may be empty
  std::string_view file;
  std::uint32_t line = 0;    // 0: not known
  std::uint32_t column = 0;  // 0: not known
  std::uint64_t function_address =
      0;                            // start of the function (for inlined frames, of the outer one)
  std::uint64_t function_size = 0;  // likewise; 0 for a symbol without one
  std::uint64_t line_address =
      0;  // start of the line record that matched; function_address if none
  std::uint32_t parameter_size = 0;  // Breakpad FUNC/PUBLIC parameter size, for x86 unwinding
  bool has_line_record = false;      // a line record covers the address, if only with line 0
  bool is_inlined = false;
  bool is_public = false;    // known by a symbol only: no lines, and no size in a PUBLIC record
  bool is_multiple = false;  // Breakpad's "m": several symbols share this code, one is named
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

// What a symcache knows of one function or symbol, whether or not an address leads to it.
struct SymcacheFunction {
  std::string_view name;
  std::uint32_t name_index = 0;  // of Symcache::name()
  std::uint64_t address = 0;
  std::uint64_t size = 0;  // 0: a symbol without one
  std::uint32_t parameter_size = 0;
  bool is_public = false;  // a symbol
  bool is_multiple = false;
  bool is_shadowed = false;  // overlaps another one, which the addresses lead to
};

class Symcache {
 public:
  // Checks magic, version, checksum and that every table lies inside `file` with the size it must
  // have: one pass over the bytes, some 10 GB/s. Offsets inside the tables are compared with their
  // bounds when they are used, so even a file made to deceive is read safely.
  // kUnsupported: another version (make a new one); kMalformed: damaged.
  static Result<Symcache> open(Bytes file);
  static Result<Symcache> open(Buffer&& file) = delete;  // the views would dangle

  const Identity& identity() const { return identity_; }
  // What a Breakpad file says besides, and only that; empty when not known.
  std::string_view os() const { return os_; }
  std::string_view code_file_name() const { return code_file_name_; }
  // What the object's file calls the module's base: not 0 in programs linked to one address.
  std::uint64_t load_address() const { return placement_.load_address; }
  // Of its section .text, relative to the base; 0 when not known.
  std::uint64_t text_address() const { return placement_.text_address; }
  // Source Link's JSON, as the object carries it; empty when it carries none.
  std::string_view source_link() const { return as_text(source_link_); }

  // Innermost inlined call first, the function itself last; empty when nothing covers the address.
  std::vector<SymcacheFrame> lookup(std::uint64_t rva) const;
  // The same into `frames`, whose old content goes: no allocation once it has grown.
  void lookup(std::uint64_t rva, std::vector<SymcacheFrame>& frames) const;

  // The same for many, several at a time, so that they wait for memory together. visit(index,
  // frames) is called in order of `rvas`.
  template <typename Visit>
  void lookup_all(std::span<const std::uint64_t> rvas, Visit&& visit) const;

  bool has_unwind() const { return unwind_addresses_.size() != 0; }
  // How the caller's registers are recovered at an address; nothing where nothing is known.
  std::optional<UnwindRules> find_unwind(std::uint64_t rva) const;

  // The innermost record that covers the address; frame data is preferred to FPO where both do, as
  // Breakpad does.
  std::optional<StackWin> find_stack_win(std::uint64_t rva) const;

  // --- functions by name, exactly as it is stored ---

  // Numbers for function(), ascending by address. All that bear the name, or whose name begins so.
  std::span<const std::uint32_t> find_functions(std::string_view name) const;
  std::span<const std::uint32_t> find_functions_by_prefix(std::string_view prefix) const;

  // --- everything, for those who write it out again ---

  // The functions that addresses lead to, ascending by address, then those found by name only. A
  // function that lies in several places is there several times.
  std::size_t function_count() const { return code_addresses_.size() + aliases_.size(); }
  SymcacheFunction function(std::size_t index) const;
  // How many of them addresses lead to; where they do; and what stands there.
  std::size_t code_count() const { return code_addresses_.size(); }
  CodeRange code_range(std::size_t index) const;
  symcache::CodeReader code(std::size_t index) const { return {record(index), has_columns_}; }
  std::size_t file_count() const { return files_.size(); }
  std::string_view file(std::size_t index) const;
  std::size_t name_count() const { return name_offsets_.empty() ? 0 : name_offsets_.size() - 1; }
  std::string_view name(std::size_t index) const;
  // From its address up to the next row's these rules hold, or none do.
  struct UnwindRow {
    std::uint64_t address = 0;
    bool begins_entry = false;  // an FDE, a STACK CFI INIT record, a function of .pdata
    std::optional<UnwindRules> rules;
  };
  std::size_t unwind_row_count() const { return unwind_rows_.size(); }
  UnwindRow unwind_row(std::size_t index) const;
  // The text of a string offset in an unwind rule.
  Bytes strings() const { return strings_; }
  std::size_t stack_win_count() const { return wins_.size(); }
  StackWin stack_win(std::size_t index) const;

 private:
  class Sections;

  Symcache() = default;
  Status read_tables(const Sections& sections, std::uint8_t address_size);
  Status read_identity(Bytes bytes);
  // A look-up, step by step: which record, its head, its row, the frames.
  struct Place {
    std::size_t index = SIZE_MAX;  // of the record; SIZE_MAX: none
    std::uint64_t address = 0;     // of the record
    std::uint64_t offset = 0;      // of what is looked up, from there
    bool has_rows = false;
    symcache::CodeReader record{Bytes(), false};
  };
  std::size_t find_record(std::uint64_t rva) const;
  void prefetch_record(std::size_t index) const;
  Place open_record(std::size_t index, std::uint64_t rva) const;
  void find_frames(const Place& place, std::vector<SymcacheFrame>& frames) const;
  Bytes record(std::size_t index) const;
  void add_frames(const symcache::CodeReader& record, std::vector<SymcacheFrame>& frames) const;
  std::string_view text(std::uint32_t offset) const;

  Identity identity_;
  std::string_view os_;
  std::string_view code_file_name_;
  symcache::RawPlacement placement_{};
  std::uint64_t base_ = 0;
  bool has_columns_ = false;
  Bytes source_link_;
  Bytes strings_;
  std::span<const std::uint32_t> files_;
  std::span<const std::uint32_t> name_offsets_;
  Bytes names_;
  std::span<const std::uint32_t> name_index_;
  symcache::AddressArray code_addresses_;
  symcache::AddressArray code_samples_;
  std::span<const std::uint32_t> code_offsets_;
  Bytes code_;
  symcache::AddressArray alias_addresses_;
  symcache::AddressArray alias_sizes_;
  std::span<const symcache::RawAlias> aliases_;
  symcache::AddressArray unwind_addresses_;
  std::span<const std::uint32_t> unwind_rows_;
  Bytes unwind_rules_;
  symcache::AddressArray win_addresses_;
  std::span<const std::uint32_t> win_indexes_;
  symcache::AddressArray win_record_addresses_;
  symcache::AddressArray win_record_sizes_;
  std::span<const symcache::RawWin> wins_;
};

template <typename Visit>
void Symcache::lookup_all(std::span<const std::uint64_t> rvas, Visit&& visit) const {
  constexpr std::size_t kAtATime = 16;
  std::array<Place, kAtATime> places;
  std::vector<SymcacheFrame> frames;
  for (std::size_t first = 0; first < rvas.size(); first += kAtATime) {
    const auto part = rvas.subspan(first, std::min(kAtATime, rvas.size() - first));
    for (std::size_t i = 0; i < part.size(); ++i) places[i].index = find_record(part[i]);
    for (std::size_t i = 0; i < part.size(); ++i) prefetch_record(places[i].index);
    for (std::size_t i = 0; i < part.size(); ++i) {
      places[i] = open_record(places[i].index, part[i]);
    }
    for (std::size_t i = 0; i < part.size(); ++i) {
      if (!places[i].has_rows) continue;
      places[i].record.read_block(places[i].offset);
      places[i].record.prefetch_scope();
    }
    for (std::size_t i = 0; i < part.size(); ++i) {
      find_frames(places[i], frames);
      visit(first + i, frames);
    }
  }
}

}  // namespace sigla
