// SPDX-License-Identifier: Apache-2.0
#include "formats/breakpad/parser.h"

#include <array>
#include <cstring>
#include <vector>

#include "formats/breakpad/scanner.h"

namespace sigla::breakpad {
namespace {

constexpr std::string_view kUnnamed = "<unknown>";
constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

std::string_view without_byte_order_mark(std::string_view text) {
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  return text;
}

// Text in UTF-16 has a byte order mark, or a zero in every other byte of "MODULE".
bool looks_like_utf16(std::string_view text) {
  using std::string_view_literals::operator""sv;
  return text.starts_with("\xff\xfe"sv) || text.starts_with("\xfe\xff"sv) ||
         text.starts_with("M\0O\0"sv) || text.starts_with("\0M\0O"sv);
}

class Parser {
 public:
  Parser(std::string_view text, Visitor& visitor, const Limits& limits, Diagnostics& diagnostics)
      : rest_(text), visitor_(visitor), limits_(limits), diagnostics_(diagnostics) {}

  Status run() {
    while (!rest_.empty() && !visitor_.is_satisfied()) {
      if (++record_count_ > limits_.record_count_max) {
        return make_error(ErrorCode::kLimitExceeded,
                          "Breakpad symbols: more than {} records",
                          limits_.record_count_max);
      }
      // Most lines are line records: those are read without looking for their end first.
      if (in_function_ && take_line_records()) continue;
      take_record();
    }
    return {};
  }

 private:
  // Reads as many well-formed line records as follow each other; false when there is none.
  bool take_line_records();
  void take_record();
  bool read_record(std::string_view line);
  bool read_module(Fields fields);
  bool read_info(Fields fields);
  bool read_file(Fields fields);
  bool read_function(Fields fields);
  bool read_line(Fields fields);
  bool read_inline_origin(Fields fields);
  bool read_inline(Fields fields);
  bool read_public(Fields fields);
  bool read_stack(Fields fields);
  bool read_stack_win(Fields fields);
  bool read_stack_cfi(Fields fields);
  void report(std::string_view category) {
    diagnostics_.report(category, fmt::format("line {}", line_number_));
  }

  std::string_view rest_;
  Visitor& visitor_;
  const Limits& limits_;
  Diagnostics& diagnostics_;
  std::uint64_t line_number_ = 0;
  std::uint64_t record_count_ = 0;
  bool in_function_ = false;
  std::vector<Range> ranges_;
};

bool Parser::take_line_records() {
  LineScanner scanner(rest_);
  Line line;
  std::uint64_t count = 0;
  while (record_count_ + count <= limits_.record_count_max && scanner.next(line)) {
    visitor_.on_line(line);
    ++count;
  }
  rest_ = scanner.rest();
  line_number_ += count;
  if (count > 0) record_count_ += count - 1;
  return count > 0;
}

void Parser::take_record() {
  ++line_number_;
  const std::size_t end = rest_.find('\n');
  std::string_view line = rest_.substr(0, end);
  rest_.remove_prefix(end == std::string_view::npos ? rest_.size() : end + 1);
  while (!line.empty() && line.back() == '\r') line.remove_suffix(1);
  if (line.find_first_not_of(' ') == std::string_view::npos) return;
  if (line.size() > limits_.line_size_max) {
    report("record longer than the limit");
    return;
  }
  read_record(line);
}

bool Parser::read_record(std::string_view line) {
  struct Kind {
    std::string_view keyword;
    bool (Parser::*read)(Fields);
    std::string_view problem;
  };
  static constexpr std::array<Kind, 8> kKinds = {{
      {"FUNC ", &Parser::read_function, "malformed FUNC record"},
      {"INLINE ", &Parser::read_inline, "malformed INLINE record"},
      {"STACK ", &Parser::read_stack, "malformed STACK record"},
      {"PUBLIC ", &Parser::read_public, "malformed PUBLIC record"},
      {"INLINE_ORIGIN ", &Parser::read_inline_origin, "malformed INLINE_ORIGIN record"},
      {"FILE ", &Parser::read_file, "malformed FILE record"},
      {"INFO ", &Parser::read_info, "malformed INFO record"},
      {"MODULE ", &Parser::read_module, "malformed MODULE record"},
  }};
  for (const Kind& kind : kKinds) {
    if (!line.starts_with(kind.keyword)) continue;
    if ((this->*kind.read)(Fields(line.substr(kind.keyword.size())))) return true;
    report(kind.problem);
    return false;
  }
  if (read_line(Fields(line))) return true;
  report(in_function_ ? "malformed line record" : "record of an unknown kind");
  return false;
}

bool Parser::read_module(Fields fields) {
  Module module;
  module.os = fields.word();
  module.arch = fields.word();
  module.id = fields.word();
  module.name = fields.rest();
  if (module.id.empty()) return false;
  visitor_.on_module(module);
  return true;
}

bool Parser::read_info(Fields fields) {
  Info info;
  info.key = fields.word();
  info.text = fields.rest();
  if (info.key.empty()) return false;
  visitor_.on_info(info);
  return true;
}

bool Parser::read_file(Fields fields) {
  const std::uint32_t number = fields.decimal();
  const std::string_view path = fields.rest();
  if (!fields.ok() || path.empty()) return false;
  visitor_.on_file(number, path);
  return true;
}

bool Parser::read_function(Fields fields) {
  Function function;
  in_function_ = false;
  function.is_multiple = fields.take_word("m");
  function.address = fields.hex();
  function.size = fields.hex();
  function.parameter_size = fields.hex32();
  function.name = fields.rest();
  if (!fields.ok()) return false;
  if (function.name.empty()) function.name = kUnnamed;
  in_function_ = true;
  visitor_.on_function(function);
  return true;
}

bool Parser::read_line(Fields fields) {
  Line line;
  line.address = fields.hex();
  line.size = fields.hex();
  line.line = fields.decimal();
  line.file = fields.decimal();
  if (!in_function_ || !fields.ok() || !fields.rest().empty()) return false;
  visitor_.on_line(line);
  return true;
}

// Older files have the number of the callee's file before its name; it says nothing about the call
// and is not used.
bool Parser::read_inline_origin(Fields fields) {
  const std::uint32_t number = fields.decimal();
  fields.skip_integer();
  std::string_view name = fields.rest();
  if (!fields.ok()) return false;
  if (name.empty()) name = kUnnamed;
  visitor_.on_inline_origin(number, name);
  return true;
}

// The file of the call is there when the number of fields is even.
bool Parser::read_inline(Fields fields) {
  if (!in_function_) return false;
  Inline call;
  const std::size_t count = fields.count();
  if (count < 5) return false;
  call.depth = fields.decimal();
  call.call_line = fields.decimal();
  if (count % 2 == 0) {
    call.has_call_file = !fields.take_word("-1");
    if (call.has_call_file) call.call_file = fields.decimal();
  }
  call.origin = fields.decimal();
  ranges_.clear();
  while (fields.ok() && !fields.at_end()) {
    const std::uint64_t address = fields.hex();
    ranges_.push_back({address, fields.hex()});
  }
  if (!fields.ok()) return false;
  call.ranges = ranges_;
  visitor_.on_inline(call);
  return true;
}

bool Parser::read_public(Fields fields) {
  Public symbol;
  in_function_ = false;
  symbol.is_multiple = fields.take_word("m");
  symbol.address = fields.hex();
  symbol.parameter_size = fields.hex32();
  symbol.name = fields.rest();
  if (!fields.ok()) return false;
  if (symbol.name.empty()) symbol.name = kUnnamed;
  visitor_.on_public(symbol);
  return true;
}

bool Parser::read_stack(Fields fields) {
  const std::string_view platform = fields.word();
  if (platform == "CFI") return read_stack_cfi(fields);
  if (platform == "WIN") return read_stack_win(fields);
  return false;
}

bool Parser::read_stack_win(Fields fields) {
  StackWinRecord record;
  record.type = fields.hex32();
  record.address = fields.hex();
  record.size = fields.hex32();
  record.prologue_size = fields.hex32();
  record.epilogue_size = fields.hex32();
  record.parameter_size = fields.hex32();
  record.saved_register_size = fields.hex32();
  record.local_size = fields.hex32();
  record.max_stack_size = fields.hex32();
  record.has_program = fields.hex() != 0;
  if (record.has_program) {
    record.program = fields.rest();
  } else {
    record.allocates_base_pointer = fields.hex() != 0;
  }
  if (!fields.ok() || record.type > 4) return false;
  visitor_.on_stack_win(record);
  return true;
}

bool Parser::read_stack_cfi(Fields fields) {
  const bool is_init = fields.take_word("INIT");
  const std::uint64_t address = fields.hex();
  const std::uint64_t size = is_init ? fields.hex() : 0;
  const std::string_view rules = fields.rest();
  if (!fields.ok() || rules.empty()) return false;
  if (is_init) {
    visitor_.on_cfi_init(address, size, rules);
  } else {
    visitor_.on_cfi_delta(address, rules);
  }
  return true;
}

}  // namespace

bool looks_like_breakpad(Bytes file) {
  return without_byte_order_mark(as_text(file)).starts_with("MODULE ");
}

Status parse(Bytes file, Visitor& visitor, const Limits& limits, Diagnostics& diagnostics) {
  const std::string_view text = as_text(file);
  if (looks_like_utf16(text)) {
    return make_error(ErrorCode::kUnsupported,
                      "Breakpad symbols: UTF-16 text; write the file as UTF-8");
  }
  if (!looks_like_breakpad(file)) {
    return malformed("Breakpad symbols: no MODULE record at offset 0");
  }
  return Parser(without_byte_order_mark(text), visitor, limits, diagnostics).run();
}

}  // namespace sigla::breakpad
