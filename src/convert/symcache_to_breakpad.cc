// SPDX-License-Identifier: Apache-2.0
#include "convert/symcache_to_breakpad.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <vector>

#include "base/text.h"
#include "convert/inline_records.h"
#include "convert/unwind_text.h"

namespace sigla {
namespace {

class TextWriter {
 public:
  TextWriter(const Symcache& cache, const std::function<Status(std::string_view)>& sink)
      : cache_(cache), sink_(sink), inlines_(cache) {}

  Status write(const BreakpadTextOptions& options) {
    if (!options.cfi_only) {
      write_header();
      SIGLA_TRY(write_functions());
      SIGLA_TRY(write_publics());
    }
    SIGLA_TRY(write_stack_win());
    SIGLA_TRY(write_cfi());
    return flush(0);
  }

 private:
  template <typename... Args>
  void add(fmt::format_string<Args...> format, Args&&... args) {
    fmt::format_to(std::back_inserter(text_), format, std::forward<Args>(args)...);
  }
  // Hands on what has gathered, if it is more than `size`.
  Status flush(std::size_t size = 1 << 16) {
    if (text_.size() <= size) return {};
    SIGLA_TRY(sink_(std::string_view(text_.data(), text_.size())));
    text_.clear();
    return {};
  }
  void write_header();
  Status write_functions();
  void write_function(std::uint64_t end);
  void write_lines(std::uint64_t end);
  Status write_publics();
  Status write_stack_win();
  Status write_cfi();
  std::uint64_t end_of_entry(std::size_t row) const;

  const Symcache& cache_;
  const std::function<Status(std::string_view)>& sink_;
  fmt::memory_buffer text_;
  // The function being gathered.
  std::uint32_t function_ = 0;
  std::vector<symcache::Row> rows_;
  InlineRecords inlines_;
};

void TextWriter::write_header() {
  const Identity& identity = cache_.identity();
  const std::string_view os = cache_.os().empty() ? std::string_view("unknown") : cache_.os();
  add("MODULE {} {} {} {}\n",
      os,
      to_string(identity.arch),
      upper(identity.debug_id.value_or(DebugId()).breakpad()),
      identity.name);
  if (!identity.code_id.empty()) {
    const std::string code_id = upper(identity.code_id.text());
    if (cache_.code_file_name().empty()) {
      add("INFO CODE_ID {}\n", code_id);
    } else {
      add("INFO CODE_ID {} {}\n", code_id, cache_.code_file_name());
    }
  }
  for (std::size_t i = 0; i < cache_.file_count(); ++i) {
    if (!cache_.file(i).empty()) add("FILE {} {}\n", i, cache_.file(i));
  }
  for (std::size_t i = 0; i < cache_.origin_count(); ++i) {
    add("INLINE_ORIGIN {} {}\n", i, cache_.origin(i));
  }
}

Status TextWriter::write_functions() {
  Status status;
  std::uint32_t last_scope = 0;
  std::optional<std::uint32_t> last_function;
  cache_.for_each_row([&](const symcache::Row& row) {
    if (!status.has_value()) return;
    std::optional<std::uint32_t> function;
    if (!row.is_gap) {
      function = row.scope == last_scope ? last_function : function_of_scope(cache_, row.scope);
      last_scope = row.scope;
      last_function = function;
    }
    if (function.has_value() && cache_.function(*function).is_public) function.reset();
    if (!rows_.empty() && function != function_) {
      write_function(row.address);
      status = flush();
    }
    if (!function.has_value()) return;
    function_ = *function;
    rows_.push_back(row);
  });
  if (status.has_value() && !rows_.empty()) write_function(0);
  return status;
}

// `end` is where the next function's rows begin; 0 when the function reaches the last address.
void TextWriter::write_function(std::uint64_t end) {
  const SymcacheFunction function = cache_.function(function_);
  const std::uint64_t address = rows_.front().address;
  add("FUNC {}{:x} {:x} {:x} {}\n",
      function.is_multiple ? "m " : "",
      address,
      end - address,
      function.parameter_size,
      function.name);
  for (const InlineRecords::Record& call : inlines_.collect(rows_, end)) {
    add("INLINE {} {} ", call.depth, call.scope.call_line);
    if (call.scope.call_file != 0) add("{} ", call.scope.call_file - 1);
    add("{}", call.scope.origin);
    for (const auto& [low, past] : call.ranges) add(" {:x} {:x}", low, past - low);
    add("\n");
  }
  write_lines(end);
  rows_.clear();
}

void TextWriter::write_lines(std::uint64_t end) {
  for (std::size_t i = 0; i < rows_.size();) {
    const symcache::Row& first = rows_[i];
    ++i;
    if (first.file == 0) continue;
    while (i < rows_.size() && rows_[i].file != 0 && rows_[i].line_address == first.line_address) {
      ++i;
    }
    const std::uint64_t past = i < rows_.size() ? rows_[i].address : end;
    add("{:x} {:x} {} {}\n",
        first.line_address,
        past - first.line_address,
        first.line,
        first.file - 1);
  }
}

Status TextWriter::write_publics() {
  std::vector<SymcacheFunction> symbols;
  for (std::size_t i = 0; i < cache_.function_count(); ++i) {
    const SymcacheFunction symbol = cache_.function(i);
    if (symbol.is_public) symbols.push_back(symbol);
  }
  std::ranges::stable_sort(symbols, {}, &SymcacheFunction::address);
  for (const SymcacheFunction& symbol : symbols) {
    add("PUBLIC {}{:x} {:x} {}\n",
        symbol.is_multiple ? "m " : "",
        symbol.address,
        symbol.parameter_size,
        symbol.name);
    SIGLA_TRY(flush());
  }
  return {};
}

Status TextWriter::write_stack_win() {
  for (std::size_t i = 0; i < cache_.stack_win_count(); ++i) {
    const StackWin record = cache_.stack_win(i);
    add("STACK WIN {} {:x} {:x} {:x} {:x} {:x} {:x} {:x} {:x} ",
        static_cast<unsigned>(record.type),
        record.address,
        record.size,
        record.prologue_size,
        record.epilogue_size,
        record.parameter_size,
        record.saved_register_size,
        record.local_size,
        record.max_stack_size);
    if (record.program_string.empty()) {
      add("0 {}\n", record.allocates_base_pointer ? 1 : 0);
    } else {
      add("1 {}\n", record.program_string);
    }
    SIGLA_TRY(flush());
  }
  return {};
}

Status TextWriter::write_cfi() {
  UnwindText text(cache_);
  for (std::size_t i = 0; i < cache_.unwind_row_count(); ++i) {
    const Symcache::UnwindRow row = cache_.unwind_row(i);
    if (row.begins_entry) text.begin_entry();
    if (!row.rules) continue;
    const std::string_view rules = text.changes(*row.rules);
    if (rules.empty()) continue;
    if (text.is_first()) {
      add("STACK CFI INIT {:x} {:x} {}\n", row.address, end_of_entry(i) - row.address, rules);
    } else {
      add("STACK CFI {:x} {}\n", row.address, rules);
    }
    SIGLA_TRY(flush());
  }
  return {};
}

// Where the entry that row lies in ends; 0 when it reaches the last address.
std::uint64_t TextWriter::end_of_entry(std::size_t row) const {
  for (std::size_t i = row + 1; i < cache_.unwind_row_count(); ++i) {
    const Symcache::UnwindRow next = cache_.unwind_row(i);
    if (next.begins_entry || !next.rules) return next.address;
  }
  return 0;
}

}  // namespace

Status symcache_to_breakpad(const Symcache& cache,
                            const BreakpadTextOptions& options,
                            const std::function<Status(std::string_view)>& sink) {
  return TextWriter(cache, sink).write(options);
}

}  // namespace sigla
