// SPDX-License-Identifier: Apache-2.0
// Writes JSON (RFC 8259) text, member by member. Text that is not UTF-8 is repaired, never passed
// on.
//
//   JsonWriter json;
//   json.begin_object();
//   json.member("file", name);
//   json.key("objects").begin_array();
//   ...
//   json.end_array().end_object();
//   std::string text = std::move(json).take();
#pragma once

#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sigla {

class JsonWriter {
 public:
  enum class Style { kCompact, kPretty };
  explicit JsonWriter(Style style = Style::kCompact) : style_(style) {}

  JsonWriter& begin_object() { return open('{'); }
  JsonWriter& end_object() { return close('}'); }
  JsonWriter& begin_array() { return open('['); }
  JsonWriter& end_array() { return close(']'); }
  JsonWriter& key(std::string_view name);

  JsonWriter& value(std::string_view text);
  JsonWriter& value(const char* text) { return value(std::string_view(text)); }
  JsonWriter& value(const std::string& text) { return value(std::string_view(text)); }
  JsonWriter& value(bool flag);
  JsonWriter& value(double number);
  template <std::integral T>
    requires(!std::same_as<T, bool>)
  JsonWriter& value(T number) {
    return raw(std::to_string(number));
  }
  JsonWriter& null() { return raw("null"); }
  // Text that is JSON already.
  JsonWriter& raw(std::string_view json);

  template <typename T>
  JsonWriter& member(std::string_view name, const T& v) {
    return key(name).value(v);
  }

  // Members that are null for want of a value: an empty text, a zero, nothing.
  JsonWriter& text_or_null(std::string_view name, std::string_view text) {
    return text.empty() ? key(name).null() : member(name, text);
  }
  template <std::integral T>
  JsonWriter& number_or_null(std::string_view name, T number) {
    return number == 0 ? key(name).null() : member(name, number);
  }
  template <typename T>
  JsonWriter& value_or_null(std::string_view name, const std::optional<T>& v) {
    return v ? member(name, *v) : key(name).null();
  }

  // Requires: every object and array is closed.
  std::string take() &&;

 private:
  JsonWriter& open(char bracket);
  JsonWriter& close(char bracket);
  void before_value();
  void new_line();

  Style style_;
  std::string text_;
  std::vector<bool> has_members_;  // one for each open object or array
  bool after_key_ = false;
};

// The text as a JSON string, quotes included.
std::string json_quote(std::string_view text);
// The same behind what is in `out`.
void append_json_quoted(std::string& out, std::string_view text);

}  // namespace sigla
