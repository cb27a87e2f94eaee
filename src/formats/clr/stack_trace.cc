// SPDX-License-Identifier: Apache-2.0
#include "formats/clr/stack_trace.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "base/utf8.h"

namespace sigla::clr {
namespace {

// Word_At of .NET's resources, by language.
constexpr std::array<std::string_view, 14> kPrefixes = {"at ",
                                                        "bei ",
                                                        "à ",
                                                        "en ",
                                                        "in ",
                                                        "в ",
                                                        "w ",
                                                        "em ",
                                                        "v ",
                                                        "konum: ",
                                                        "場所 ",
                                                        "위치: ",
                                                        "在 ",
                                                        "於 "};

// Types whose methods only hand exceptions on.
constexpr std::array<std::string_view, 9> kNoise = {
    "System.Runtime.CompilerServices.TaskAwaiter",
    "System.Runtime.CompilerServices.ValueTaskAwaiter",
    "System.Runtime.CompilerServices.ConfiguredTaskAwaitable",
    "System.Runtime.CompilerServices.ConfiguredValueTaskAwaitable",
    "System.Runtime.CompilerServices.AsyncMethodBuilderCore",
    "System.Runtime.CompilerServices.AsyncTaskMethodBuilder",
    "System.Runtime.CompilerServices.AsyncVoidMethodBuilder",
    "System.Runtime.ExceptionServices.ExceptionDispatchInfo",
    "System.Threading.ExecutionContext.Run"};

constexpr std::string_view kSeparator = "--- End of stack trace from previous location";

// A line as it reads, and where each of its characters comes from.
struct Line {
  std::string text;
  std::vector<std::uint64_t> from;  // one more than characters
};

// Undoes JSON's escapes (RFC 8259 section 7). Halves of surrogate pairs stay single: no name of a
// method that can be looked up has them.
Line unescape(std::string_view raw, std::uint64_t begin) {
  Line line;
  const auto mark = [&](std::size_t at) { line.from.resize(line.text.size(), begin + at); };
  for (std::size_t i = 0; i < raw.size();) {
    const std::size_t at = i;
    if (raw[i] != '\\' || i + 1 == raw.size()) {
      line.text += raw[i++];
    } else if (raw[i + 1] == 'u' && i + 6 <= raw.size() && parse_hex(raw.substr(i + 2, 4))) {
      append_utf8(line.text, *parse_hex(raw.substr(i + 2, 4)));
      i += 6;
    } else {
      line.text += raw[i + 1] == 't' ? '\t' : raw[i + 1];
      i += 2;
    }
    mark(at);
  }
  line.from.push_back(begin + raw.size());
  return line;
}

Line plain(std::string_view raw, std::uint64_t begin) {
  Line line;
  line.text = raw;
  for (std::size_t i = 0; i <= raw.size(); ++i) line.from.push_back(begin + i);
  return line;
}

bool is_blank(char c) { return c == ' ' || c == '\t'; }

// Position behind the parenthesis that closes the first one; npos when there is none.
std::size_t method_end(std::string_view text) {
  const std::size_t open = text.find('(');
  if (open == std::string_view::npos) return open;
  int depth = 0;
  for (std::size_t i = open; i < text.size(); ++i) {
    if (text[i] == '(') ++depth;
    if (text[i] == ')' && --depth == 0) return i + 1;
  }
  return std::string_view::npos;
}

// "N.C.M (" or "N.C:M (", and no sentence.
bool is_method(std::string_view text) {
  std::string_view name = text.substr(0, text.find('('));
  while (!name.empty() && name.back() == ' ') name.remove_suffix(1);
  if (name.starts_with("(wrapper ")) return false;
  int depth = 0;
  for (const char c : name) {
    if (c == '[' || c == '<') ++depth;
    if (c == ']' || c == '>') --depth;
    if (c == ' ' && depth == 0) return false;
  }
  return name.find_first_of(".:") != std::string_view::npos;
}

bool is_mvid(std::string_view text) {
  return text.size() == 32 &&
         text.find_first_not_of("0123456789abcdefABCDEF") == std::string_view::npos;
}

// A piece of a line: what was taken so far is in front of `at`.
struct Cursor {
  std::string_view text;
  std::size_t at = 0;

  std::string_view rest() const { return text.substr(at); }
  bool take(std::string_view literal) {
    if (!rest().starts_with(literal)) return false;
    at += literal.size();
    return true;
  }
  std::optional<std::uint32_t> hex() {
    const std::string_view digits =
        rest().substr(0, rest().find_first_not_of("0123456789abcdefABCDEF"));
    const auto value = digits.size() <= 8 ? parse_hex(digits) : std::nullopt;
    if (!value) return std::nullopt;
    at += digits.size();
    return static_cast<std::uint32_t>(*value);
  }
};

// "/src/a.cs:12" -> file and line; false for anything else.
bool take_file_and_line(std::string_view text, TraceFrame& frame) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos || colon == 0) return false;
  std::string_view number = text.substr(colon + 1);
  // "line 12", in whatever language.
  if (const std::size_t space = number.rfind(' '); space != std::string_view::npos) {
    number.remove_prefix(space + 1);
  }
  const auto value = parse_decimal(number);
  if (!value || *value > 0xffff'ffffU) return false;
  frame.file = text.substr(0, colon);
  frame.source_line = static_cast<std::uint32_t>(*value);
  return true;
}

// "<MVID>:0" and "<MVID#AOTID>:0"
bool take_mvid(std::string_view text, TraceFrame& frame) {
  if (!text.starts_with('<') || !text.ends_with(">:0")) return false;
  std::string_view id = text.substr(1, text.size() - 4);
  id = id.substr(0, id.find('#'));
  // IL2CPP and others write names there, as in "<filename unknown>".
  if (is_mvid(id) && id.find_first_not_of('0') != std::string_view::npos) frame.mvid = lower(id);
  return true;
}

// " in app.dll:token 0x6000003+0x1f"
bool take_token(std::string_view text, TraceFrame& frame) {
  constexpr std::string_view kToken = ":token 0x";
  const std::size_t at = text.rfind(kToken);
  if (at == std::string_view::npos) return false;
  Cursor cursor{text, at + kToken.size()};
  const auto token = cursor.hex();
  if (!token || !cursor.take("+0x")) return false;
  const auto offset = cursor.hex();
  if (!offset || !cursor.rest().empty()) return false;
  frame.module = base_name(text.substr(0, at));
  frame.token = *token;
  frame.il_offset = *offset;
  return true;
}

// What comes behind the method. `place` and `end` are in the line's own characters.
struct Tail {
  std::size_t place = 0;
  std::size_t end = 0;
  bool needs_prefix = true;  // too little to be told from other lines without "at"
};

std::optional<Tail> read_tail(std::string_view text, std::size_t begin, TraceFrame& frame) {
  std::size_t end = text.size();
  while (end > begin && is_blank(text[end - 1])) --end;
  Cursor cursor{text.substr(0, end), begin};
  if (cursor.rest().empty()) return Tail{begin, begin, true};
  if (cursor.take(" (at ") && text[end - 1] == ')') {
    frame.style = TraceFrame::Style::kUnity;
    const std::string_view inside = text.substr(cursor.at, end - 1 - cursor.at);
    if (!take_mvid(inside, frame) && !take_file_and_line(inside, frame)) return std::nullopt;
    return Tail{cursor.at, end - 1, false};
  }
  if (cursor.take(" [0x")) {
    frame.style = TraceFrame::Style::kMono;
    frame.il_offset = cursor.hex();
    if (!frame.il_offset || !cursor.take("] in ")) return std::nullopt;
    if (!take_mvid(cursor.rest(), frame) && !take_file_and_line(cursor.rest(), frame)) {
      return std::nullopt;
    }
    return Tail{cursor.at, end, false};
  }
  // " in ", " dans ", ...: one word, then a place.
  const std::size_t word_end = text.find(' ', begin + 1);
  if (text[begin] != ' ' || word_end == std::string_view::npos || word_end >= end) {
    return std::nullopt;
  }
  const std::string_view place = text.substr(word_end + 1, end - word_end - 1);
  if (!take_token(place, frame) && !take_file_and_line(place, frame)) return std::nullopt;
  return Tail{begin, end, true};
}

bool read_frame(const Line& line, TraceFrame& frame) {
  std::string_view text = line.text;
  std::size_t begin = std::min(text.find_first_not_of(" \t"), text.size());
  bool has_prefix = false;
  for (const std::string_view prefix : kPrefixes) {
    if (!text.substr(begin).starts_with(prefix)) continue;
    begin += prefix.size();
    has_prefix = true;
    break;
  }
  const std::string_view rest = text.substr(begin);
  const std::size_t size = method_end(rest);
  if (size == std::string_view::npos || !is_method(rest.substr(0, size))) return false;
  const auto tail = read_tail(text, begin + size, frame);
  if (!tail || (tail->needs_prefix && !has_prefix)) return false;
  frame.method = rest.substr(0, size);
  frame.name = line.from[begin];
  frame.name_size = line.from[begin + size] - frame.name;
  frame.place = line.from[tail->place];
  frame.place_size = line.from[tail->end] - frame.place;
  frame.is_noise = std::any_of(kNoise.begin(), kNoise.end(), [&](std::string_view noise) {
    return frame.method.starts_with(noise);
  });
  return true;
}

class Reader {
 public:
  Reader(std::string_view text, const Limits& limits) : text_(text), limits_(limits) {}

  TraceText read() {
    take_line(0, false);
    for (std::size_t i = 0; i < text_.size() && trace_.frames.size() < kTraceFrameCountMax; ++i) {
      const char c = text_[i];
      if (c == '\n') {
        take_line(i + 1, false);
      } else if (c == '"') {
        take_line(i + 1, true);
      } else if (c == '\\' && i + 1 < text_.size()) {
        ++i;  // what is escaped ends no string
        if (text_[i] == 'n') take_line(i + 1, true);
      }
    }
    return std::move(trace_);
  }

 private:
  // Where a line ends: in a JSON string at its end or an escaped line end, too.
  std::size_t line_end(std::size_t begin, bool is_escaped) const {
    const std::size_t limit = std::min<std::size_t>(text_.size(), begin + limits_.line_size_max);
    for (std::size_t i = begin; i < limit; ++i) {
      const char c = text_[i];
      if (c == '\n' || c == '\r') return i;
      if (!is_escaped) continue;
      if (c == '"') return i;
      if (c != '\\' || i + 1 >= limit) continue;
      if (text_[i + 1] == 'n' || text_[i + 1] == 'r') return i;
      ++i;
    }
    return limit;
  }

  // Looks at the start only before it takes all of the line apart: most lines are no frames.
  bool may_be_frame(std::size_t begin, bool is_escaped) const {
    if (!is_escaped) return true;
    std::size_t at = begin;
    while (at < text_.size() && (text_[at] == ' ' || text_.substr(at, 2) == "\\t")) ++at;
    const std::string_view rest = text_.substr(at);
    return rest.starts_with(kSeparator) ||
           std::any_of(kPrefixes.begin(), kPrefixes.end(), [&](std::string_view prefix) {
             return rest.starts_with(prefix);
           });
  }

  void take_line(std::size_t begin, bool is_escaped) {
    if (!may_be_frame(begin, is_escaped)) return;
    const std::size_t end = line_end(begin, is_escaped);
    const std::string_view raw = text_.substr(begin, end - begin);
    if (raw.find('(') == std::string_view::npos) {
      if (trim(raw).starts_with(kSeparator)) trace_.separators.push_back({begin, end - begin});
      return;
    }
    const Line line = is_escaped ? unescape(raw, begin) : plain(raw, begin);
    TraceFrame frame;
    frame.is_escaped = is_escaped;
    frame.line = begin;
    frame.line_size = end - begin;
    if (read_frame(line, frame)) trace_.frames.push_back(std::move(frame));
  }

  std::string_view text_;
  const Limits& limits_;
  TraceText trace_;
};

}  // namespace

TraceText read_stack_traces(std::string_view text, const Limits& limits) {
  return Reader(text, limits).read();
}

}  // namespace sigla::clr
