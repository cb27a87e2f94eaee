// SPDX-License-Identifier: Apache-2.0
// Builds a symcache. Functions, lines, inlined calls, symbols and unwind rules may come in any
// order and may overlap; where two overlap the first one stays, as readers of Breakpad symbol files
// have always had it.
//
//   SymcacheWriter writer(limits);
//   writer.set_identity(identity);
//   writer.name_file(7, "/src/main.cpp");
//   writer.begin_function({.address = 0x1000, .size = 0x40, .name = "main"});
//   writer.add_line({.address = 0x1000, .size = 0x10, .file = 7, .line = 12});
//   SIGLA_TRY(writer.finish(sink));
//
// Memory: some ten bytes for each line (a function's lines are packed when the next one begins), 60
// for each function, and each distinct text once. Files and inline origins are numbered by the
// caller, densely or not, and may be named after they are used.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/bytes.h"
#include "base/diagnostics.h"
#include "base/limits.h"
#include "ident/identity.h"
#include "symcache/file_builder.h"
#include "symcache/function_rows.h"
#include "symcache/layout.h"
#include "symcache/range_sets.h"
#include "symcache/rows.h"
#include "symcache/string_table.h"
#include "symcache/symcache.h"
#include "symcache/unwind_writer.h"

namespace sigla {

// Numbers of a caller, made dense in the order they are met, and the texts they stand for.
class SymcacheNumbering {
 public:
  std::uint32_t index(std::uint32_t number);
  std::vector<std::uint32_t>& texts() { return texts_; }  // string offsets

 private:
  std::unordered_map<std::uint32_t, std::uint32_t> indexes_;
  std::vector<std::uint32_t> texts_;
  std::uint32_t last_number_ = 0;
  std::uint32_t last_index_ = 0xffffffff;
};

class SymcacheWriter {
 public:
  static constexpr std::uint32_t kNoFile = 0xffffffff;

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
    std::uint32_t file = 0;
    std::uint32_t line = 0;
    std::uint32_t column = 0;
  };
  // One inlined call of `origin`. It lies in the call whose range surrounds its own; of equal
  // ranges the later one is the inner one.
  struct Inline {
    std::uint32_t origin = 0;
    std::uint32_t call_file = kNoFile;  // kNoFile: that of the line record at the address
    std::uint32_t call_line = 0;
    std::uint32_t call_column = 0;
  };
  struct Range {
    std::uint64_t address = 0;
    std::uint64_t size = 0;
  };

  explicit SymcacheWriter(const Limits& limits, bool has_columns = false);
  SymcacheWriter(const SymcacheWriter&) = delete;
  SymcacheWriter& operator=(const SymcacheWriter&) = delete;

  void set_identity(Identity identity) { identity_ = std::move(identity); }
  // The operating system and the program's file name, as a Breakpad file has them.
  void set_origin(std::string_view os, std::string_view code_file_name);
  void name_file(std::uint32_t file, std::string_view path);
  void name_origin(std::uint32_t origin, std::string_view name);

  // Lines and inlined calls that follow belong to this function, until the next one begins or
  // end_function() is called; outside of a function they are dropped.
  void begin_function(const Function& function);
  void add_line(const Line& line);
  void add_inline(const Inline& call, std::span<const Range> ranges);
  void end_function();

  void add_public(std::uint64_t address,
                  std::uint32_t parameter_size,
                  bool is_multiple,
                  std::string_view name);
  // Rules as a native format has them: see UnwindWriter.
  symcache::UnwindWriter& unwind() { return unwind_; }
  void add_cfi_init(std::uint64_t address, std::uint64_t size, std::string_view rules) {
    unwind_.add_cfi_init(address, size, rules);
  }
  void add_cfi_delta(std::uint64_t address, std::string_view rules) {
    unwind_.add_cfi_delta(address, rules);
  }
  void add_stack_win(const StackWin& record) { unwind_.add_stack_win(record); }

  // Hands the file to `sink` in pieces, in order; call once. kLimitExceeded when strings, scopes or
  // rows outgrow what 32-bit offsets reach.
  Status finish(const std::function<Status(Bytes)>& sink);
  Result<Buffer> finish_to_buffer();

  // What was dropped and why.
  const Diagnostics& diagnostics() const { return diagnostics_; }

 private:
  struct Code {  // a function that has its code to itself
    std::uint64_t low;
    std::uint64_t high;
    std::size_t rows;  // offset in packed_
    std::uint32_t row_count;
  };
  struct Public {
    std::uint64_t address;
    std::uint32_t function;
  };
  std::uint32_t add_function(const Function& function, std::uint32_t flags);
  void pack_rows();
  void unpack_rows(const Code& code, symcache::RowWriter& out) const;
  void write_publics(const Code* before,
                     std::uint64_t high,
                     std::size_t& next,
                     symcache::RowWriter& out);
  Status write_rows(symcache::FileBuilder& file, symcache::RowWriter& rows);
  void write_identity(symcache::FileBuilder& file);

  Limits limits_;
  bool has_columns_;
  Identity identity_;
  std::string os_;
  std::string code_file_name_;
  Diagnostics diagnostics_;
  symcache::FileBuilder::Extent extent_;
  symcache::StringTable strings_;
  SymcacheNumbering files_;
  SymcacheNumbering origins_;

  std::vector<std::uint64_t> function_addresses_;
  std::vector<std::uint64_t> function_sizes_;
  Buffer functions_;  // RawFunction
  std::vector<Public> publics_;
  std::vector<Code> code_;
  symcache::ExclusiveRanges code_ranges_;
  Buffer packed_;
  symcache::FunctionRows current_;
  std::uint32_t current_function_ = 0;
  bool in_function_ = false;
  symcache::UnwindWriter unwind_;
};

}  // namespace sigla
