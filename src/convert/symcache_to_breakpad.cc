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

using symcache::CodeReader;

constexpr std::uint32_t kNoNumber = 0xffffffff;

// As Breakpad's tools call the systems.
std::string_view os_of(const Symcache& cache) {
  if (!cache.os().empty()) return cache.os();
  switch (cache.identity().format) {
    case Format::kElf:
      return "Linux";
    case Format::kMacho:
      return "mac";
    case Format::kPe:
    case Format::kPdb:
      return "windows";
    default:
      return "unknown";
  }
}

class TextWriter {
 public:
  TextWriter(const Symcache& cache,
             const BreakpadTextOptions& options,
             const std::function<Status(std::string_view)>& sink)
      : cache_(cache), options_(options), sink_(sink) {}

  Status write() {
    if (!options_.cfi_only) {
      number_files_and_origins();
      SIGLA_TRY(write_header());
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
  // Never empty: a record without a name is a damaged one to Breakpad's processor, whose own
  // dump_syms writes this.
  std::string_view name(std::uint32_t index) const {
    const std::string_view text =
        index < options_.names.size() ? options_.names[index] : cache_.name(index);
    return text.empty() ? "<name omitted>" : text;
  }
  void read_function(std::size_t index);
  void number_files_and_origins();
  Status write_header();
  Status write_functions();
  std::uint32_t call_file(const CodeReader::Scope& scope) const;
  void write_inlines();
  void write_lines();
  Status write_publics();
  Status write_stack_win();
  Status write_cfi();
  std::uint64_t end_of_entry(std::size_t row) const;

  const Symcache& cache_;
  const BreakpadTextOptions& options_;
  const std::function<Status(std::string_view)>& sink_;
  fmt::memory_buffer text_;
  std::vector<std::uint32_t> files_;         // the cache's, in the order they are written
  std::vector<std::uint32_t> file_numbers_;  // by the cache's number
  std::vector<std::uint32_t> origins_;       // names, likewise
  std::vector<std::uint32_t> origin_numbers_;
  // The function being written; files of its rows are the cache's, + 1.
  CodeReader code_{Bytes(), false};
  CodeRange range_;
  std::vector<CodeReader::Row> rows_;
  std::vector<std::uint32_t> row_files_;
  std::vector<InlineRecords::Record> calls_;
  InlineRecords inlines_;
};

void TextWriter::read_function(std::size_t index) {
  code_ = cache_.code(index);
  range_ = cache_.code_range(index);
  rows_.clear();
  row_files_.clear();
  calls_.clear();
  for (bool more = code_.open_rows(); more; more = code_.next()) {
    rows_.push_back(code_.row());
    row_files_.push_back(code_.file_of_row());
  }
  if (options_.inlines) calls_ = inlines_.collect(code_, range_, rows_);
}

// Numbers those that are used, in the order of their texts.
void TextWriter::number_files_and_origins() {
  file_numbers_.assign(cache_.file_count() + 1, kNoNumber);
  origin_numbers_.assign(cache_.name_count(), kNoNumber);
  const auto use = [](std::uint32_t index,
                      std::vector<std::uint32_t>& numbers,
                      std::vector<std::uint32_t>& used) {
    if (index >= numbers.size() || numbers[index] != kNoNumber) return;
    numbers[index] = 0;
    used.push_back(index);
  };
  for (std::size_t i = 0; i < cache_.code_count(); ++i) {
    if (cache_.code(i).is_public()) continue;
    read_function(i);
    for (const std::uint32_t file : row_files_) {
      if (file != 0) use(file, file_numbers_, files_);
    }
    for (const InlineRecords::Record& call : calls_) {
      use(call.scope.name, origin_numbers_, origins_);
      const std::uint32_t file = call_file(call.scope);
      if (file != 0) use(file, file_numbers_, files_);
    }
  }
  std::ranges::sort(files_, {}, [&](std::uint32_t file) { return cache_.file(file - 1); });
  std::ranges::sort(origins_, {}, [&](std::uint32_t origin) { return name(origin); });
  for (std::uint32_t i = 0; i < files_.size(); ++i) file_numbers_[files_[i]] = i;
  for (std::uint32_t i = 0; i < origins_.size(); ++i) origin_numbers_[origins_[i]] = i;
}

// Index + 1 of the file a call stands in; 0: not known.
std::uint32_t TextWriter::call_file(const CodeReader::Scope& scope) const {
  return code_.file(scope.has_call_file ? scope.call_file : code_.body_file(scope.outer));
}

Status TextWriter::write_header() {
  const Identity& identity = cache_.identity();
  add("MODULE {} {} {} {}\n",
      os_of(cache_),
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
  for (std::size_t i = 0; i < files_.size(); ++i) {
    add("FILE {} {}\n", i, cache_.file(files_[i] - 1));
    SIGLA_TRY(flush());
  }
  for (std::size_t i = 0; i < origins_.size(); ++i) {
    add("INLINE_ORIGIN {} {}\n", i, name(origins_[i]));
    SIGLA_TRY(flush());
  }
  return {};
}

Status TextWriter::write_functions() {
  for (std::size_t i = 0; i < cache_.code_count(); ++i) {
    if (cache_.code(i).is_public()) continue;
    read_function(i);
    add("FUNC {}{:x} {:x} {:x} {}\n",
        code_.is_multiple() ? "m " : "",
        range_.low,
        range_.high - range_.low,
        code_.parameter_size(),
        name(code_.name()));
    write_inlines();
    write_lines();
    SIGLA_TRY(flush());
  }
  return {};
}

void TextWriter::write_inlines() {
  for (const InlineRecords::Record& call : calls_) {
    add("INLINE {} {} ", call.depth, call.scope.call_line);
    const std::uint32_t file = call_file(call.scope);
    if (file != 0) add("{} ", file_numbers_[file]);
    add("{}", call.scope.name < origin_numbers_.size() ? origin_numbers_[call.scope.name] : 0);
    for (const CodeRange& range : call.ranges) {
      add(" {:x} {:x}", range.low, range.high - range.low);
    }
    add("\n");
  }
}

void TextWriter::write_lines() {
  for (std::size_t i = 0; i < rows_.size();) {
    const std::uint32_t file = row_files_[i];
    const CodeReader::Row& first = rows_[i];
    ++i;
    if (file == 0) continue;
    while (i < rows_.size() && row_files_[i] != 0 && rows_[i].line_offset == first.line_offset) ++i;
    const std::uint64_t high = i < rows_.size() ? range_.low + rows_[i].offset : range_.high;
    const std::uint64_t low = range_.low + first.line_offset;
    add("{:x} {:x} {} {}\n", low, high - low, first.line, file_numbers_[file]);
  }
}

Status TextWriter::write_publics() {
  std::vector<SymcacheFunction> symbols;
  for (std::size_t i = 0; i < cache_.function_count(); ++i) {
    // A symbol that names several gaps stands in several records.
    const bool is_repeated = i < cache_.code_count() && !symbols.empty() &&
                             symbols.back().address == cache_.function(i).address;
    const SymcacheFunction symbol = cache_.function(i);
    if (symbol.is_public && !is_repeated) symbols.push_back(symbol);
  }
  std::ranges::stable_sort(symbols, {}, &SymcacheFunction::address);
  for (const SymcacheFunction& symbol : symbols) {
    add("PUBLIC {}{:x} {:x} {}\n",
        symbol.is_multiple ? "m " : "",
        symbol.address,
        symbol.parameter_size,
        name(symbol.name_index));
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
  return TextWriter(cache, options, sink).write();
}

}  // namespace sigla
