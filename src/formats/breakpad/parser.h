// SPDX-License-Identifier: Apache-2.0
// Breakpad symbol files (".sym"): text, one record a line, as breakpad/docs/symbol_files.md has it.
//
//   MODULE os arch id name
//   INFO CODE_ID id [name] | INFO KEY text
//   FILE number path
//   FUNC [m] address size parameter_size name
//   address size line file                                   (hex hex decimal decimal)
//   INLINE_ORIGIN number [file] name                         (file in files before 2021)
//   INLINE depth call_line [call_file] origin (address size)+
//   PUBLIC [m] address parameter_size name
//   STACK WIN type address size prologue epilogue parameters saved locals max has_program rest
//   STACK CFI INIT address size rules
//   STACK CFI address rules
//
//   class Counter : public breakpad::Visitor { void on_function(const breakpad::Function&) override
//   }; SIGLA_TRY(breakpad::parse(mapped.bytes(), counter, limits, diagnostics));
//
// Records that break these rules are counted by kind in Diagnostics, with their line number, and
// skipped. All texts are views into the parsed bytes, valid as long as those.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "base/bytes.h"
#include "base/diagnostics.h"
#include "base/limits.h"

namespace sigla::breakpad {

struct Module {
  std::string_view os;
  std::string_view arch;
  std::string_view id;  // 33 to 40 hexadecimal digits: GUID and age
  std::string_view name;
};
struct Info {
  std::string_view key;   // "CODE_ID", "GENERATOR", "URL", ...
  std::string_view text;  // the rest of the line
};
struct Function {
  std::uint64_t address = 0;
  std::uint64_t size = 0;
  std::uint32_t parameter_size = 0;
  bool is_multiple = false;
  std::string_view name;
};
struct Line {
  std::uint64_t address = 0;
  std::uint64_t size = 0;
  std::uint32_t line = 0;
  std::uint32_t file = 0;
};
struct Range {
  std::uint64_t address = 0;
  std::uint64_t size = 0;
};
struct Inline {
  std::uint32_t depth = 0;
  std::uint32_t call_line = 0;
  bool has_call_file = false;
  std::uint32_t call_file = 0;
  std::uint32_t origin = 0;
  std::span<const Range> ranges;  // valid during the call only
};
struct Public {
  std::uint64_t address = 0;
  std::uint32_t parameter_size = 0;
  bool is_multiple = false;
  std::string_view name;
};
struct StackWinRecord {
  std::uint32_t type = 0;
  std::uint64_t address = 0;
  std::uint32_t size = 0;
  std::uint32_t prologue_size = 0;
  std::uint32_t epilogue_size = 0;
  std::uint32_t parameter_size = 0;
  std::uint32_t saved_register_size = 0;
  std::uint32_t local_size = 0;
  std::uint32_t max_stack_size = 0;
  bool has_program = false;
  bool allocates_base_pointer = false;  // when it has no program
  std::string_view program;             // when it has one
};

// What parse() calls, in the order of the file. Override what is needed.
class Visitor {
 public:
  virtual ~Visitor() = default;
  virtual void on_module(const Module&) {}
  virtual void on_info(const Info&) {}
  virtual void on_file(std::uint32_t, std::string_view) {}
  virtual void on_function(const Function&) {}
  // Lines and inlined calls belong to the last function.
  virtual void on_line(const Line&) {}
  virtual void on_inline_origin(std::uint32_t, std::string_view) {}
  virtual void on_inline(const Inline&) {}
  virtual void on_public(const Public&) {}
  virtual void on_stack_win(const StackWinRecord&) {}
  virtual void on_cfi_init(std::uint64_t, std::uint64_t, std::string_view) {}
  virtual void on_cfi_delta(std::uint64_t, std::string_view) {}
  // Asked after each record that is not a line record: true ends parsing early.
  virtual bool is_satisfied() const { return false; }
};

// True for bytes that begin with a MODULE record (a UTF-8 byte order mark may precede it).
bool looks_like_breakpad(Bytes file);

// kUnsupported for UTF-16 text (a redirection in PowerShell writes it), kMalformed when the file
// does not begin with a MODULE record, kLimitExceeded past record_count_max.
Status parse(Bytes file, Visitor& visitor, const Limits& limits, Diagnostics& diagnostics);

}  // namespace sigla::breakpad
