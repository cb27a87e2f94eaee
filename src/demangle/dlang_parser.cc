// SPDX-License-Identifier: Apache-2.0
#include "demangle/dlang_parser.h"

#include <fmt/format.h>

#include <array>
#include <utility>

#include "base/text.h"

namespace sigla::dlang {
namespace {

constexpr int kDepthMax = 100;
constexpr int kStepCountMax = 20'000;
constexpr std::uint64_t kNumberMax = UINT64_MAX / 16;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_hex_digit(char c) {
  return is_digit(c) || (c >= 'A' && c <= 'F') || (c >= 'a' && c <= 'f');
}

// What the compiler makes for a declaration has a name of its own behind it.
struct Special {
  std::string_view name;
  std::string_view readable;
};
constexpr std::array<Special, 5> kSpecials = {{
    {"__Class", "ClassInfo for "},
    {"__Interface", "Interface for "},
    {"__ModuleInfo", "ModuleInfo for "},
    {"__init", "initializer for "},
    {"__vtbl", "vtable for "},
}};

constexpr std::string_view kCopyConstructor = "this(this)";

// "__S1" and the like stand for scopes without names.
bool is_scope(std::string_view name) {
  if (!name.starts_with("__S") || name.size() == 3) return false;
  for (const char c : name.substr(3)) {
    if (!is_digit(c)) return false;
  }
  return true;
}

}  // namespace

bool Parser::Step::is_allowed(const std::string& out) {
  return parser_.depth_ <= kDepthMax && ++parser_.step_count_ <= kStepCountMax &&
         out.size() <= parser_.size_max_;
}

bool Parser::next_if(char c) {
  if (at_ >= name_.size() || name_[at_] != c) return false;
  ++at_;
  return true;
}

bool Parser::next_if(std::string_view text) {
  if (!name_.substr(at_).starts_with(text)) return false;
  at_ += text.size();
  return true;
}

std::optional<std::uint64_t> Parser::number() {
  if (!is_digit(peek())) return std::nullopt;
  std::uint64_t value = 0;
  while (is_digit(peek())) {
    if (value > kNumberMax) return std::nullopt;
    value = value * 10 + static_cast<std::uint64_t>(name_[at_++] - '0');
  }
  return value;
}

// NumberBackRef: base 26, capitals but for the last digit.
std::optional<std::size_t> Parser::back_reference() {
  const std::size_t start = at_;
  if (!next_if('Q')) return std::nullopt;
  std::size_t distance = 0;
  for (;;) {
    const char c = peek();
    const bool is_last = c >= 'a' && c <= 'z';
    if (!is_last && (c < 'A' || c > 'Z')) return std::nullopt;
    distance = distance * 26 + static_cast<std::size_t>(c - (is_last ? 'a' : 'A'));
    ++at_;
    if (distance > start) return std::nullopt;
    if (is_last) break;
  }
  return distance == 0 ? std::nullopt : std::optional(start - distance);
}

bool Parser::starts_symbol_name() const {
  if (is_digit(peek())) return true;
  if (peek() == '_') return peek(1) == '_' && (peek(2) == 'T' || peek(2) == 'U');
  if (peek() != 'Q') return false;
  Parser ahead = *this;
  const auto target = ahead.back_reference();
  return target.has_value() && is_digit(name_[*target]);
}

// Where the function type is that the back reference here, when it is one, points to. It is passed
// over then.
std::optional<std::size_t> Parser::referenced_function() {
  Parser ahead = *this;
  const auto target = ahead.back_reference();
  if (!target.has_value() || !is_call_convention(name_[*target])) return std::nullopt;
  at_ = ahead.at_;
  return target;
}

bool Parser::mangled_name(std::string& out) {
  Step step(*this);
  if (!step.is_allowed(out) || !next_if("_D")) return false;
  std::string text;
  if (next_if("Th")) {  // adjusts "this" by so much, and goes on
    next_if('n');
    if (!number().has_value() || !next_if('_')) return false;
    text = "thunk for ";
  }
  if (!qualified_name(text, true)) return false;
  if (next_if('Z')) {  // no type: made by the compiler
    for (const auto& [name, readable] : kSpecials) {
      if (!text.ends_with("." + std::string(name))) continue;
      text = std::string(readable) + text.substr(0, text.size() - name.size() - 1);
      break;
    }
    out += text;
    return true;
  }
  const std::string modifiers = next_if('M') ? type_modifiers() : std::string();
  if (const auto function = referenced_function()) {
    const std::size_t after = std::exchange(at_, *function);
    const bool is_complete = parameters(text);
    at_ = after;
    out += text + modifiers;
    return is_complete;
  }
  std::string ignored;
  if (!type(ignored)) return false;
  out += text;
  return true;
}

// --- names ---

bool Parser::qualified_name(std::string& out, bool ends_in_function) {
  Step step(*this);
  if (!step.is_allowed(out)) return false;
  bool is_first = true;
  do {
    std::string part;
    if (!symbol_name(part)) return false;
    if (!part.empty()) {
      if (!is_first) out += '.';
      out += part;
      is_first = false;
    }
    // A function's name has its parameters, so that declarations within can be told apart. What
    // looks like them behind a type's name may be the next thing.
    const std::size_t before = at_;
    const std::string modifiers = next_if('M') ? type_modifiers() : std::string();
    std::string parameter_list;
    if (!is_call_convention(peek()) || !parameters(parameter_list) ||
        (!ends_in_function && !starts_symbol_name())) {
      at_ = before;
    } else {
      if (part != kCopyConstructor) out += parameter_list;
      out += modifiers;
    }
    if (out.size() > size_max_) return false;
  } while (starts_symbol_name());
  return !is_first;
}

bool Parser::symbol_name(std::string& out) {
  Step step(*this);
  if (!step.is_allowed(out)) return false;
  if (peek() == '_') return template_instance(out, name_.substr(at_, 3));
  if (peek() == 'Q') {
    const auto target = back_reference();
    if (!target.has_value()) return false;
    const std::size_t after = at_;
    at_ = *target;
    const bool is_name = is_digit(peek()) && identifier(out);
    at_ = after;
    return is_name;
  }
  return identifier(out);
}

bool Parser::identifier(std::string& out) {
  const auto size = number();
  if (!size.has_value() || *size > name_.size() - at_) return false;
  if (*size == 0) return true;  // anonymous
  // Older compilers count a template instance as one name.
  const std::string_view text = name_.substr(at_, *size);
  if (text.starts_with("__T") || text.starts_with("__U")) {
    const std::size_t end = at_ + *size;
    return template_instance(out, text.substr(0, 3)) && at_ == end;
  }
  at_ += *size;
  if (text == "__ctor") {
    out += "this";
  } else if (text == "__dtor") {
    out += "~this";
  } else if (text == "__postblit") {
    out += kCopyConstructor;
  } else if (!is_scope(text)) {
    out += text;
  }
  return true;
}

// --- templates ---

bool Parser::template_instance(std::string& out, std::string_view prefix) {
  Step step(*this);
  if (!step.is_allowed(out) || !next_if(prefix)) return false;
  if (!is_digit(peek()) && peek() != 'Q') return false;
  if (!symbol_name(out)) return false;
  out += "!(";
  if (!template_arguments(out)) return false;
  out += ")";
  return true;
}

bool Parser::template_arguments(std::string& out) {
  for (bool is_first = true; !next_if('Z'); is_first = false) {
    Step step(*this);
    if (!step.is_allowed(out)) return false;
    if (!is_first) out += ", ";
    next_if('H');  // a specialised parameter
    if (next_if('T')) {
      if (!type(out)) return false;
    } else if (next_if('S')) {
      if (!symbol_argument(out)) return false;
    } else if (next_if('V')) {
      char type_letter = peek();
      if (type_letter == 'Q') {
        Parser ahead = *this;
        const auto target = ahead.back_reference();
        if (!target.has_value()) return false;
        type_letter = name_[*target];
      }
      std::string type_name;
      if (!type(type_name) || !value(out, type_name, type_letter)) return false;
    } else if (next_if('X')) {  // mangled as another language does
      const auto size = number();
      if (!size.has_value() || *size > name_.size() - at_) return false;
      out += name_.substr(at_, *size);
      at_ += *size;
    } else {
      return false;
    }
  }
  return true;
}

bool Parser::symbol_argument(std::string& out) {
  if (peek() == '_' && peek(1) == 'D') return mangled_name(out);
  const std::size_t before = at_;
  if (number().has_value() && peek() == '_' && peek(1) == 'D') return mangled_name(out);
  at_ = before;
  return qualified_name(out, false);
}

// --- values ---

bool Parser::value(std::string& out, std::string_view type_name, char type_letter) {
  Step step(*this);
  if (!step.is_allowed(out)) return false;
  switch (peek()) {
    case 'A':
      ++at_;
      return list_value(out, type_letter);
    case 'S':
      ++at_;
      out += type_name;
      return list_value(out, 'S');
    case 'N':
      ++at_;
      out += '-';
      return integer_value(out, type_letter);
    case 'a':
    case 'd':
    case 'w':
      return string_value(out);
    case 'c': {
      ++at_;
      if (!real_value(out)) return false;
      out += '+';
      if (!next_if('c') || !real_value(out)) return false;
      out += 'i';
      return true;
    }
    case 'e':
      ++at_;
      return real_value(out);
    case 'f':
      ++at_;
      return mangled_name(out);
    case 'i':
      ++at_;
      return integer_value(out, type_letter);
    case 'n':
      ++at_;
      out += "null";
      return true;
    default:
      return integer_value(out, type_letter);
  }
}

bool Parser::integer_value(std::string& out, char type_letter) {
  const auto number_value = number();
  if (!number_value.has_value()) return false;
  switch (type_letter) {
    case 'a':
    case 'u':
    case 'w':
      if (*number_value >= 0x20 && *number_value < 0x7f) {
        out += fmt::format("'{}'", static_cast<char>(*number_value));
      } else {
        out += fmt::format("'\\x{:02x}'", *number_value);
      }
      return true;
    case 'b':
      out += *number_value == 0 ? "false" : "true";
      return true;
    case 'h':
    case 'k':
    case 't':
      out += fmt::format("{}u", *number_value);
      return true;
    case 'l':
      out += fmt::format("{}L", *number_value);
      return true;
    case 'm':
      out += fmt::format("{}uL", *number_value);
      return true;
    default:
      out += fmt::format("{}", *number_value);
      return true;
  }
}

// HexFloat: the first digit stands before the point.
bool Parser::real_value(std::string& out) {
  if (next_if("NAN")) {
    out += "NaN";
    return true;
  }
  if (next_if("NINF")) {
    out += "-Inf";
    return true;
  }
  if (next_if("INF")) {
    out += "Inf";
    return true;
  }
  if (next_if('N')) out += '-';
  if (!is_hex_digit(peek())) return false;
  out += "0x";
  out += name_[at_++];
  out += '.';
  while (is_hex_digit(peek())) out += name_[at_++];
  if (!next_if('P')) return false;
  out += 'p';
  if (next_if('N')) out += '-';
  const auto exponent = number();
  if (!exponent.has_value()) return false;
  out += fmt::format("{}", *exponent);
  return true;
}

bool Parser::string_value(std::string& out) {
  const char width = name_[at_++];
  const auto size = number();
  if (!size.has_value() || !next_if('_') || *size > (name_.size() - at_) / 2) return false;
  const auto bytes = parse_hex_bytes(name_.substr(at_, *size * 2));
  if (!bytes.has_value()) return false;
  at_ += *size * 2;
  out += '"';
  for (const std::uint8_t byte : *bytes) {
    if (byte >= 0x20 && byte < 0x7f && byte != '"') {
      out += static_cast<char>(byte);
    } else {
      out += fmt::format("\\x{:02x}", byte);
    }
  }
  out += '"';
  if (width != 'a') out += width;
  return true;
}

// The members of an array, an associative array ('H') or a structure ('S').
bool Parser::list_value(std::string& out, char type_letter) {
  const auto count = number();
  if (!count.has_value()) return false;
  out += type_letter == 'S' ? '(' : '[';
  for (std::uint64_t i = 0; i < *count; ++i) {
    if (i > 0) out += ", ";
    if (!value(out, "", '\0')) return false;
    if (type_letter != 'H') continue;
    out += ':';
    if (!value(out, "", '\0')) return false;
  }
  out += type_letter == 'S' ? ')' : ']';
  return true;
}

}  // namespace sigla::dlang
