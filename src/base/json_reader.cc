// SPDX-License-Identifier: Apache-2.0
#include "base/json_reader.h"

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "base/utf8.h"

namespace sigla {
namespace {

constexpr std::size_t kDepthMax = 64;
constexpr std::size_t kValueCountMax = 4'000'000;

// The four digits of "\uXXXX"; taken off the text.
std::uint32_t take_code(std::string_view& text) {
  const auto code = parse_hex(text.substr(0, 4));
  text.remove_prefix(std::min<std::size_t>(4, text.size()));
  return static_cast<std::uint32_t>(code.value_or(0xfffd));
}

// One escape sequence, behind its backslash.
void append_escaped(std::string& out, std::string_view& text) {
  const char c = text.front();
  text.remove_prefix(1);
  constexpr std::string_view kLetters = "nrtbf";
  constexpr std::string_view kMeant = "\n\r\t\b\f";
  if (const std::size_t at = kLetters.find(c); at != std::string_view::npos) {
    out += kMeant[at];
  } else if (c != 'u') {
    out += c;
  } else {
    std::uint32_t code = take_code(text);
    const bool is_high = code >= 0xd800 && code < 0xdc00;
    if (is_high && text.starts_with("\\u")) {
      std::string_view rest = text.substr(2);
      const std::uint32_t low = take_code(rest);
      if (low >= 0xdc00 && low < 0xe000) {
        code = 0x10000 + ((code - 0xd800) << 10U) + (low - 0xdc00);
        text = rest;
      }
    }
    const bool is_half = code >= 0xd800 && code < 0xe000;
    append_utf8(out, is_half ? 0xfffd : code);
  }
}

std::string unescape(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const std::size_t plain = std::min(text.find('\\'), text.size());
    out += text.substr(0, plain);
    text.remove_prefix(plain);
    if (text.size() < 2) break;
    text.remove_prefix(1);
    append_escaped(out, text);
  }
  return is_utf8(out) ? out : to_utf8(out);
}

}  // namespace

// Without recursion: `open_` has the arrays and objects around the value at hand.
class JsonDocument::Parser {
 public:
  Parser(std::string_view text, std::string_view what) : text_(text), what_(what) {}

  Result<JsonDocument> run() {
    skip_blanks();
    SIGLA_TRY(value({}, {}));
    while (!open_.empty()) SIGLA_TRY(next_in_container());
    skip_blanks();
    if (at_ != text_.size()) return fail("more behind the value");
    JsonDocument document;
    document.text_ = text_;
    document.nodes_ = std::move(nodes_);
    return document;
  }

 private:
  Error fail(std::string_view why) const {
    return malformed("{}: {} at offset {}", what_, why, at_);
  }
  char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  bool take(char c) {
    if (peek() != c || at_ >= text_.size()) return false;
    ++at_;
    return true;
  }
  void skip_blanks() {
    while (at_ < text_.size() &&
           std::string_view(" \t\r\n").find(text_[at_]) != std::string_view::npos) {
      ++at_;
    }
  }

  // Inside the innermost container: the next value, or its end.
  Status next_in_container() {
    Node& node = nodes_[open_.back()];
    const bool is_object = node.type == JsonType::kObject;
    const bool is_first = open_.back() + 1 == nodes_.size();
    skip_blanks();
    if (take(is_object ? '}' : ']')) {
      node.end = at_;
      node.next = nodes_.size();
      open_.pop_back();
      return {};
    }
    if (!is_first) {
      if (!take(',')) return fail("neither a comma nor the end");
      skip_blanks();
    }
    if (!is_object) return value({}, {});
    SIGLA_TRY(string());
    const std::size_t key_begin = string_begin_;
    const std::size_t key_end = at_ - 1;
    skip_blanks();
    if (!take(':')) return fail("no colon behind a name");
    skip_blanks();
    return value(key_begin, key_end);
  }

  Status value(std::size_t key_begin, std::size_t key_end) {
    if (nodes_.size() >= kValueCountMax) {
      return make_error(
          ErrorCode::kLimitExceeded, "{}: more than {} values", what_, kValueCountMax);
    }
    Node node;
    node.begin = at_;
    node.key_begin = key_begin;
    node.key_end = key_end;
    const char c = peek();
    if (c == '{' || c == '[') {
      if (open_.size() >= kDepthMax) return fail("nested too deeply");
      node.type = c == '{' ? JsonType::kObject : JsonType::kArray;
      ++at_;
      open_.push_back(nodes_.size());
    } else if (c == '"') {
      node.type = JsonType::kText;
      SIGLA_TRY(string());
    } else if (take_word("null")) {
      node.type = JsonType::kNull;
    } else if (take_word("true") || take_word("false")) {
      node.type = JsonType::kFlag;
    } else {
      node.type = JsonType::kNumber;
      SIGLA_TRY(number());
    }
    node.end = at_;
    node.next = nodes_.size() + 1;
    nodes_.push_back(node);
    return {};
  }

  bool take_word(std::string_view word) {
    if (text_.substr(at_, word.size()) != word) return false;
    at_ += word.size();
    return true;
  }

  Status string() {
    if (!take('"')) return fail("no text in quotes");
    string_begin_ = at_;
    for (;;) {
      const std::size_t end = text_.find_first_of("\"\\", at_);
      if (end == std::string_view::npos) return fail("a text without an end");
      at_ = end + 1;
      if (text_[end] == '"') return {};
      if (at_ >= text_.size()) return fail("a text without an end");
      ++at_;  // what is escaped
    }
  }

  Status number() {
    const std::size_t begin = at_;
    take('-');
    const std::size_t digits = at_;
    while (at_ < text_.size() &&
           std::string_view("0123456789.eE+-").find(text_[at_]) != std::string_view::npos) {
      ++at_;
    }
    const bool is_number = at_ > digits && text_[digits] >= '0' && text_[digits] <= '9';
    if (is_number) return {};
    at_ = begin;
    return fail("no value");
  }

  std::string_view text_;
  std::string_view what_;
  std::size_t at_ = 0;
  std::size_t string_begin_ = 0;
  std::vector<Node> nodes_;
  std::vector<std::size_t> open_;
};

Result<JsonDocument> JsonDocument::parse(std::string_view text, std::string_view what) {
  return Parser(text, what).run();
}

JsonType JsonValue::type() const {
  return document_ == nullptr ? JsonType::kMissing : document_->nodes_[index_].type;
}

std::size_t JsonValue::offset() const {
  return document_ == nullptr ? 0 : document_->nodes_[index_].begin;
}

std::size_t JsonValue::size() const {
  return document_ == nullptr ? 0 : document_->nodes_[index_].end - offset();
}

JsonValue JsonValue::operator[](std::string_view key) const {
  if (type() != JsonType::kObject) return {};
  for (const JsonValue member : *this) {
    const JsonDocument::Node& node = document_->nodes_[member.index_];
    const std::string_view raw =
        document_->text_.substr(node.key_begin, node.key_end - node.key_begin);
    if (raw == key) return member;
    if (raw.find('\\') != std::string_view::npos && unescape(raw) == key) return member;
  }
  return {};
}

std::string JsonValue::key() const {
  if (document_ == nullptr) return {};
  const JsonDocument::Node& node = document_->nodes_[index_];
  return unescape(document_->text_.substr(node.key_begin, node.key_end - node.key_begin));
}

std::optional<std::string> JsonValue::text() const {
  if (type() != JsonType::kText) return std::nullopt;
  return unescape(document_->text_.substr(offset() + 1, size() - 2));
}

std::string JsonValue::text_or(std::string_view otherwise) const {
  return text().value_or(std::string(otherwise));
}

std::optional<bool> JsonValue::flag() const {
  if (type() != JsonType::kFlag) return std::nullopt;
  return document_->text_[offset()] == 't';
}

std::optional<std::uint64_t> JsonValue::integer() const {
  if (type() != JsonType::kNumber) return std::nullopt;
  return parse_decimal(document_->text_.substr(offset(), size()));
}

std::optional<std::uint64_t> JsonValue::any_integer() const {
  if (type() == JsonType::kNumber) return integer();
  const auto text = this->text();
  if (!text) return std::nullopt;
  if (text->starts_with("0x") || text->starts_with("0X")) return parse_hex(text->substr(2));
  return parse_decimal(*text);
}

JsonValue::Iterator& JsonValue::Iterator::operator++() {
  index_ = document_->nodes_[index_].next;
  return *this;
}

JsonValue::Iterator JsonValue::begin() const {
  const bool is_container = type() == JsonType::kArray || type() == JsonType::kObject;
  return is_container ? Iterator(document_, index_ + 1) : Iterator(document_, 0);
}

JsonValue::Iterator JsonValue::end() const {
  const bool is_container = type() == JsonType::kArray || type() == JsonType::kObject;
  return Iterator(document_, is_container ? document_->nodes_[index_].next : 0);
}

}  // namespace sigla
