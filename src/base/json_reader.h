// SPDX-License-Identifier: Apache-2.0
// Reads JSON (RFC 8259) text where it lies: every value knows its bytes, so that a document can be
// changed in place. The document borrows the text; values borrow the document.
//
//   SIGLA_TRY_ASSIGN(const auto document, JsonDocument::parse(text, "report"));
//   for (const JsonValue thread : document.root()["threads"]) thread["id"].integer()
//
// What is absent or of another type reads as nothing, so a reader asks for what it wants and checks
// what it got. Nesting is limited to 64 levels, a document to 4 million values.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace sigla {

enum class JsonType : std::uint8_t { kMissing, kNull, kFlag, kNumber, kText, kArray, kObject };

class JsonDocument;

class JsonValue {
 public:
  JsonValue() = default;  // missing

  JsonType type() const;
  bool is_missing() const { return document_ == nullptr; }
  explicit operator bool() const { return !is_missing(); }
  // Where it stands in the text.
  std::size_t offset() const;
  std::size_t size() const;

  // The member of an object; missing when there is none, or this is no object. The first of equals.
  JsonValue operator[](std::string_view key) const;
  std::string key() const;  // of a member of an object
  std::optional<std::string> text() const;
  std::string text_or(std::string_view otherwise) const;
  std::optional<bool> flag() const;
  // A whole number, not negative, written as a number.
  std::optional<std::uint64_t> integer() const;
  // The same, or a text with one: decimal, or hexadecimal behind "0x".
  std::optional<std::uint64_t> any_integer() const;

  // The values of an array, the members of an object; nothing for others.
  class Iterator {
   public:
    JsonValue operator*() const { return JsonValue(document_, index_); }
    Iterator& operator++();
    bool operator==(const Iterator& other) const { return index_ == other.index_; }

   private:
    friend class JsonValue;
    Iterator(const JsonDocument* document, std::size_t index)
        : document_(document), index_(index) {}
    const JsonDocument* document_;
    std::size_t index_;
  };
  Iterator begin() const;
  Iterator end() const;

 private:
  friend class JsonDocument;
  JsonValue(const JsonDocument* document, std::size_t index) : document_(document), index_(index) {}

  const JsonDocument* document_ = nullptr;
  std::size_t index_ = 0;
};

class JsonDocument {
 public:
  // Error kMalformed "WHAT: ... at offset N".
  static Result<JsonDocument> parse(std::string_view text, std::string_view what);
  // Requires: the document stays where it is for as long as its values are used.
  JsonValue root() const { return {this, 0}; }

 private:
  friend class JsonValue;
  friend class JsonValue::Iterator;
  class Parser;
  struct Node {
    JsonType type = JsonType::kMissing;
    std::size_t begin = 0;
    std::size_t end = 0;
    std::size_t key_begin = 0;  // of the key's text in its quotes
    std::size_t key_end = 0;
    std::size_t next = 0;  // index behind its last descendant
  };

  std::string_view text_;
  std::vector<Node> nodes_;  // a value before what is in it
};

}  // namespace sigla
