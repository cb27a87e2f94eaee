// SPDX-License-Identifier: Apache-2.0
#include "demangle/rust_v0_parser.h"

#include <fmt/format.h>

#include <utility>

#include "base/text.h"
#include "base/utf8.h"
#include "demangle/punycode.h"

namespace sigla::rust_v0 {
namespace {

constexpr int kDepthMax = 300;
constexpr int kStepCountMax = 50'000;
constexpr std::uint64_t kNumberMax = UINT64_MAX / 16;
constexpr std::uint64_t kLifetimesMax = 1'024;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// One level deeper for as long as it lives.
class Deeper {
 public:
  explicit Deeper(int& depth) : depth_(depth) { ++depth_; }
  ~Deeper() { --depth_; }
  Deeper(const Deeper&) = delete;
  Deeper& operator=(const Deeper&) = delete;

 private:
  int& depth_;
};

std::string_view basic_type(char c) {
  switch (c) {
    case 'a':
      return "i8";
    case 'b':
      return "bool";
    case 'c':
      return "char";
    case 'd':
      return "f64";
    case 'e':
      return "str";
    case 'f':
      return "f32";
    case 'h':
      return "u8";
    case 'i':
      return "isize";
    case 'j':
      return "usize";
    case 'l':
      return "i32";
    case 'm':
      return "u32";
    case 'n':
      return "i128";
    case 'o':
      return "u128";
    case 'p':
      return "_";
    case 's':
      return "i16";
    case 't':
      return "u16";
    case 'u':
      return "()";
    case 'v':
      return "...";
    case 'x':
      return "i64";
    case 'y':
      return "u64";
    case 'z':
      return "!";
    default:
      return {};
  }
}

}  // namespace

char Parser::next() {
  const char c = peek();
  if (at_ < name_.size()) ++at_;
  return c;
}

bool Parser::next_if(char c) {
  if (at_ >= name_.size() || name_[at_] != c) return false;
  ++at_;
  return true;
}

bool Parser::step() {
  return depth_ <= kDepthMax && ++step_count_ <= kStepCountMax && out_.size() <= size_max_;
}

std::optional<std::uint64_t> Parser::decimal_number() {
  if (!is_digit(peek())) return std::nullopt;
  if (next_if('0')) return 0;
  std::uint64_t value = 0;
  while (is_digit(peek())) {
    if (value > kNumberMax) return std::nullopt;
    value = value * 10 + static_cast<std::uint64_t>(next() - '0');
  }
  return value;
}

std::optional<std::uint64_t> Parser::base_62_number() {
  if (next_if('_')) return 0;
  std::uint64_t value = 0;
  for (;;) {
    const char c = next();
    std::uint64_t digit = 0;
    if (c == '_') return value == UINT64_MAX ? std::nullopt : std::optional(value + 1);
    if (is_digit(c)) {
      digit = static_cast<std::uint64_t>(c - '0');
    } else if (c >= 'a' && c <= 'z') {
      digit = static_cast<std::uint64_t>(c - 'a') + 10;
    } else if (c >= 'A' && c <= 'Z') {
      digit = static_cast<std::uint64_t>(c - 'A') + 36;
    } else {
      return std::nullopt;
    }
    // What tells crates apart takes all of 64 bits.
    if (value > (UINT64_MAX - digit) / 62) return std::nullopt;
    value = value * 62 + digit;
  }
}

std::optional<std::uint64_t> Parser::optional_number(char tag) {
  if (!next_if(tag)) return 0;
  const auto number = base_62_number();
  const bool fits = number.has_value() && *number != UINT64_MAX;
  return fits ? std::optional(*number + 1) : std::nullopt;
}

std::optional<std::string> Parser::undisambiguated_identifier() {
  const bool is_punycode = next_if('u');
  const auto size = decimal_number();
  if (!size.has_value()) return std::nullopt;
  next_if('_');
  if (*size > name_.size() - at_) return std::nullopt;
  const std::string_view text = name_.substr(at_, *size);
  at_ += *size;
  if (!is_punycode) return std::string(text);
  return decode_punycode(text, PunycodeDigits::kRust);
}

std::optional<Parser::Identifier> Parser::identifier() {
  const auto disambiguator = optional_number('s');
  if (!disambiguator.has_value()) return std::nullopt;
  auto text = undisambiguated_identifier();
  if (!text.has_value()) return std::nullopt;
  return Identifier{*std::move(text), *disambiguator};
}

template <typename Production>
bool Parser::backref(Production production) {
  const std::size_t start = at_ - 1;
  const auto target = base_62_number();
  if (!target.has_value() || *target >= start) return false;
  if (!is_printing_) return true;
  const std::size_t after = std::exchange(at_, *target);
  const bool is_complete = production();
  at_ = after;
  return is_complete;
}

std::optional<std::string> Parser::symbol_name() {
  if (is_digit(peek())) return std::nullopt;  // a version of the scheme that is not known yet
  if (!path(Context::kValue)) return std::nullopt;
  if (at_ < name_.size()) {  // the crate that made this instance
    is_printing_ = false;
    if (!path(Context::kValue) || at_ < name_.size()) return std::nullopt;
  }
  if (out_.size() > size_max_) return std::nullopt;
  return std::move(out_);
}

// --- paths ---

bool Parser::path(Context context) {
  bool is_open = false;
  return path(context, false, is_open);
}

bool Parser::path(Context context, bool leaves_open, bool& is_open) {
  const Deeper deeper(depth_);
  if (!step()) return false;
  switch (next()) {
    case 'B':
      return backref([&] { return path(context, leaves_open, is_open); });
    case 'C': {
      const auto name = identifier();
      if (name.has_value()) put(name->text);
      return name.has_value();
    }
    case 'I': {
      if (!path(context)) return false;
      put(context == Context::kValue ? "::<" : "<");
      if (!generic_arguments()) return false;
      is_open = leaves_open;
      if (!leaves_open) put(">");
      return true;
    }
    case 'M': {
      if (!impl_path()) return false;
      put("<");
      if (!type()) return false;
      put(">");
      return true;
    }
    case 'N':
      return nested_path(context);
    case 'X':
      if (!impl_path()) return false;
      [[fallthrough]];
    case 'Y': {
      put("<");
      if (!type()) return false;
      put(" as ");
      if (!path(Context::kType)) return false;
      put(">");
      return true;
    }
    default:
      return false;
  }
}

// Where an implementation stands, which nobody reads.
bool Parser::impl_path() {
  const bool was_printing = std::exchange(is_printing_, false);
  const bool is_complete = optional_number('s').has_value() && path(Context::kType);
  is_printing_ = was_printing;
  return is_complete;
}

bool Parser::nested_path(Context context) {
  const char name_space = next();
  const bool is_special = name_space >= 'A' && name_space <= 'Z';
  if (!is_special && (name_space < 'a' || name_space > 'z')) return false;
  if (!path(context)) return false;
  const auto name = identifier();
  if (!name.has_value()) return false;
  if (!is_special) {
    if (!name->text.empty()) put("::" + name->text);
    return true;
  }
  put("::{");
  if (name_space == 'C') {
    put("closure");
  } else if (name_space == 'S') {
    put("shim");
  } else {
    put({&name_space, 1});
  }
  if (!name->text.empty()) put(":" + name->text);
  put(fmt::format("#{}}}", name->disambiguator));
  return true;
}

bool Parser::generic_arguments() {
  for (bool is_first = true; !next_if('E'); is_first = false) {
    if (!step()) return false;
    if (!is_first) put(", ");
    if (next_if('L')) {
      const auto number = base_62_number();
      if (!number.has_value() || !lifetime(*number)) return false;
    } else if (next_if('K')) {
      if (!constant()) return false;
    } else if (!type()) {
      return false;
    }
  }
  return true;
}

// Counted from the innermost that is bound here; 0 has no name.
bool Parser::lifetime(std::uint64_t number) {
  if (number == 0) {
    put("'_");
    return true;
  }
  if (number > bound_lifetimes_) return false;
  const std::uint64_t depth = bound_lifetimes_ - number;
  if (depth < 26) {
    const char letter = static_cast<char>('a' + depth);
    put("'");
    put({&letter, 1});
  } else {
    put(fmt::format("'z{}", depth - 25));
  }
  return true;
}

bool Parser::binder() {
  const auto count = optional_number('G');
  if (!count.has_value() || *count > kLifetimesMax) return false;
  if (*count == 0) return true;
  put("for<");
  for (std::uint64_t i = 0; i < *count; ++i) {
    ++bound_lifetimes_;
    if (i > 0) put(", ");
    lifetime(1);
  }
  put("> ");
  return true;
}

// --- types ---

bool Parser::type() {
  const Deeper deeper(depth_);
  if (!step()) return false;
  const std::string_view basic = basic_type(peek());
  if (!basic.empty()) {
    ++at_;
    put(basic);
    return true;
  }
  switch (peek()) {
    case 'A':
    case 'S':
      return sequence_type();
    case 'B':
      ++at_;
      return backref([&] { return type(); });
    case 'D':
      ++at_;
      return dyn_type();
    case 'F':
      ++at_;
      return fn_type();
    case 'O':
      ++at_;
      put("*mut ");
      return type();
    case 'P':
      ++at_;
      put("*const ");
      return type();
    case 'Q':
      ++at_;
      return reference_type("mut ");
    case 'R':
      ++at_;
      return reference_type("");
    case 'T':
      ++at_;
      return tuple_type();
    default:
      return path(Context::kType);
  }
}

bool Parser::sequence_type() {
  const bool has_size = next() == 'A';
  put("[");
  if (!type()) return false;
  if (has_size) {
    put("; ");
    if (!constant()) return false;
  }
  put("]");
  return true;
}

bool Parser::tuple_type() {
  put("(");
  std::size_t count = 0;
  for (; !next_if('E'); ++count) {
    if (count > 0) put(", ");
    if (!type()) return false;
  }
  put(count == 1 ? ",)" : ")");
  return true;
}

bool Parser::reference_type(std::string_view text) {
  put("&");
  if (next_if('L')) {
    const auto number = base_62_number();
    if (!number.has_value()) return false;
    if (*number != 0) {
      if (!lifetime(*number)) return false;
      put(" ");
    }
  }
  put(text);
  return type();
}

bool Parser::fn_type() {
  const std::uint64_t outer_lifetimes = bound_lifetimes_;
  if (!binder()) return false;
  if (next_if('U')) put("unsafe ");
  if (next_if('K')) {
    std::string abi = "C";
    if (!next_if('C')) {
      auto name = undisambiguated_identifier();
      if (!name.has_value()) return false;
      abi = *std::move(name);
      for (char& c : abi) c = c == '_' ? '-' : c;
    }
    put("extern \"" + abi + "\" ");
  }
  put("fn(");
  for (bool is_first = true; !next_if('E'); is_first = false) {
    if (!is_first) put(", ");
    if (!type()) return false;
  }
  put(")");
  if (!next_if('u')) {  // returns something
    put(" -> ");
    if (!type()) return false;
  }
  bound_lifetimes_ = outer_lifetimes;
  return true;
}

bool Parser::dyn_type() {
  const std::uint64_t outer_lifetimes = bound_lifetimes_;
  put("dyn ");
  if (!binder()) return false;
  for (bool is_first = true; !next_if('E'); is_first = false) {
    if (!is_first) put(" + ");
    if (!dyn_trait()) return false;
  }
  bound_lifetimes_ = outer_lifetimes;
  if (!next_if('L')) return false;
  const auto number = base_62_number();
  if (!number.has_value()) return false;
  if (*number == 0) return true;
  put(" + ");
  return lifetime(*number);
}

bool Parser::dyn_trait() {
  bool is_open = false;
  if (!path(Context::kType, true, is_open)) return false;
  while (next_if('p')) {
    put(is_open ? ", " : "<");
    is_open = true;
    const auto name = undisambiguated_identifier();
    if (!name.has_value()) return false;
    put(*name + " = ");
    if (!type()) return false;
  }
  if (is_open) put(">");
  return true;
}

// --- constants ---

bool Parser::constant() {
  const Deeper deeper(depth_);
  if (!step()) return false;
  switch (next()) {
    case 'B':
      return backref([&] { return constant(); });
    case 'a':
    case 'i':
    case 'l':
    case 'n':
    case 's':
    case 'x':
      return integer_constant(true);
    case 'b':
      return bool_constant();
    case 'c':
      return char_constant();
    case 'h':
    case 'j':
    case 'm':
    case 'o':
    case 't':
    case 'y':
      return integer_constant(false);
    case 'p':
      put("_");
      return true;
    default:
      return false;
  }
}

// The hexadecimal digits.
std::optional<std::string_view> Parser::const_data() {
  const std::size_t start = at_;
  while (is_digit(peek()) || (peek() >= 'a' && peek() <= 'f')) ++at_;
  const std::string_view digits = name_.substr(start, at_ - start);
  if (digits.empty() || !next_if('_')) return std::nullopt;
  return digits;
}

bool Parser::integer_constant(bool is_signed) {
  if (is_signed && next_if('n')) put("-");
  const auto digits = const_data();
  if (!digits.has_value()) return false;
  const auto value = parse_hex(*digits);
  put(value.has_value() ? std::to_string(*value) : "0x" + std::string(*digits));
  return true;
}

bool Parser::bool_constant() {
  const auto digits = const_data();
  if (digits != "0" && digits != "1") return false;
  put(digits == "1" ? "true" : "false");
  return true;
}

bool Parser::char_constant() {
  const auto digits = const_data();
  if (!digits.has_value() || digits->size() > 6) return false;
  const std::uint64_t code_point = *parse_hex(*digits);
  if (code_point > 0x10ffff || (code_point >= 0xd800 && code_point < 0xe000)) return false;
  std::string text;
  switch (code_point) {
    case '\t':
      text = "\\t";
      break;
    case '\r':
      text = "\\r";
      break;
    case '\n':
      text = "\\n";
      break;
    case '\\':
      text = "\\\\";
      break;
    case '\'':
      text = "\\'";
      break;
    default:
      if (code_point >= 0x20 && code_point < 0x7f) {
        append_utf8(text, code_point);
      } else {
        text = fmt::format("\\u{{{:x}}}", code_point);
      }
  }
  put("'" + text + "'");
  return true;
}

}  // namespace sigla::rust_v0
