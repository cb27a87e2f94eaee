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
// Native debug information comes in SymcacheRuns instead (take()), filled by several threads.
//
// Memory: some ten bytes for each line (a function's lines are packed when the next one begins), 60
// for each function, and each distinct text once. Files and inline origins are numbered by the
// caller, densely or not, and may be named after they are used.
#pragma once

#include <cstdint>
#include <functional>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/bytes.h"
#include "base/diagnostics.h"
#include "base/limits.h"
#include "ident/identity.h"
#include "symcache/breakpad_function.h"
#include "symcache/file_builder.h"
#include "symcache/layout.h"
#include "symcache/range_sets.h"
#include "symcache/run_merger.h"
#include "symcache/string_table.h"
#include "symcache/symcache.h"
#include "symcache/symcache_run.h"
#include "symcache/unwind_writer.h"

namespace sigla {

// Numbers of a caller, which may name them later, as numbers of a table.
class SymcacheNumbering {
 public:
  explicit SymcacheNumbering(symcache::TextTable& texts) : texts_(texts) {}
  std::uint32_t index(std::uint32_t number);
  // The first name that is not empty stays.
  void name(std::uint32_t number, std::string_view text);
  // Gives all that have no name yet this one.
  void name_rest(std::string_view text);

 private:
  symcache::TextTable& texts_;
  std::unordered_map<std::uint32_t, std::uint32_t> indexes_;
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

  explicit SymcacheWriter(const Limits& limits);
  SymcacheWriter(const SymcacheWriter&) = delete;
  SymcacheWriter& operator=(const SymcacheWriter&) = delete;

  void set_identity(Identity identity) { identity_ = std::move(identity); }
  // How the object's file numbers addresses: what it calls the module's base, and where its section
  // .text lies from there (0: not known).
  void set_placement(std::uint64_t load_address, std::uint64_t text_address) {
    placement_ = {load_address, text_address};
  }
  // The map from source files to URLs that the object carries, as it stands there (JSON).
  void set_source_link(std::string json) { source_link_ = std::move(json); }
  // The operating system and the program's file name, as a Breakpad file has them.
  void set_origin(std::string_view os, std::string_view code_file_name);
  void name_file(std::uint32_t file, std::string_view path) { files_.name(file, path); }
  void name_origin(std::uint32_t origin, std::string_view name) { origins_.name(origin, name); }

  // Functions and symbols of native debug information. From any thread, in any order.
  void take(SymcacheRun&& run);

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

  // How many threads finish() may use; the bytes are the same.
  void set_thread_count(unsigned count) { thread_count_ = count; }
  // Hands the file to `sink` in pieces, in order; call once. kLimitExceeded when strings, scopes or
  // rows outgrow what 32-bit offsets reach.
  Status finish(const std::function<Status(Bytes)>& sink);
  Result<Buffer> finish_to_buffer();

  // What was dropped and why.
  const Diagnostics& diagnostics() const { return diagnostics_; }

 private:
  Identity identity_;
  symcache::RawPlacement placement_{};
  std::string os_;
  std::string code_file_name_;
  std::string source_link_;
  Diagnostics diagnostics_;
  symcache::FileBuilder::Extent extent_;
  symcache::StringTable strings_;
  symcache::UnwindWriter unwind_;

  std::mutex mutex_;  // over runs_
  std::vector<symcache::TakenRun> runs_;
  symcache::SharedTexts names_;
  symcache::SharedTexts paths_;
  unsigned thread_count_ = 1;

  // The functions of begin_function().
  SymcacheRun own_run_;
  SymcacheNumbering files_;
  SymcacheNumbering origins_;
  symcache::ExclusiveRanges code_ranges_;
  symcache::BreakpadFunction current_;
  std::uint32_t current_name_ = 0;
  std::uint32_t current_flags_ = 0;
  std::uint32_t current_parameter_size_ = 0;
  bool in_function_ = false;

  void write_identity(symcache::FileBuilder& file);
};

}  // namespace sigla
