// SPDX-License-Identifier: Apache-2.0
// Reads a D name and writes it down as it goes; see dlang.h. Members have the names of the
// specification's productions. dlang_parser.cc has names and values, dlang_types.cc types.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sigla::dlang {

class Parser {
 public:
  Parser(std::string_view mangled, std::size_t size_max) : name_(mangled), size_max_(size_max) {}

  // "_D" and what follows. False when it is no D name; then `out` has rubbish.
  bool mangled_name(std::string& out);
  bool at_end() const { return at_ == name_.size(); }

 private:
  // Counts a production; false when there were too many, or too deep.
  class Step {
   public:
    explicit Step(Parser& parser) : parser_(parser) { ++parser_.depth_; }
    ~Step() { --parser_.depth_; }
    Step(const Step&) = delete;
    Step& operator=(const Step&) = delete;
    bool is_allowed(const std::string& out);

   private:
    Parser& parser_;
  };

  char peek(std::size_t ahead = 0) const {
    return at_ + ahead < name_.size() ? name_[at_ + ahead] : '\0';
  }
  bool next_if(char c);
  bool next_if(std::string_view text);
  std::optional<std::uint64_t> number();
  // Where the back reference here points to; it is passed over.
  std::optional<std::size_t> back_reference();
  std::optional<std::size_t> referenced_function();
  bool starts_symbol_name() const;

  // dlang_parser.cc
  // With `ends_in_function` the parameters behind the last name belong to it.
  bool qualified_name(std::string& out, bool ends_in_function);
  bool symbol_name(std::string& out);
  bool identifier(std::string& out);
  bool template_instance(std::string& out, std::string_view prefix);
  bool template_arguments(std::string& out);
  bool symbol_argument(std::string& out);
  bool value(std::string& out, std::string_view type_name, char type);
  bool integer_value(std::string& out, char type);
  bool real_value(std::string& out);
  bool string_value(std::string& out);
  bool list_value(std::string& out, char type);

  // dlang_types.cc
  bool type(std::string& out);
  bool basic_type(std::string& out);
  bool modified_type(std::string& out, std::string_view modifier);
  bool named_type(std::string& out);
  bool function_type(std::string& out, std::string_view word);
  bool delegate_type(std::string& out);
  bool type_list(std::string& out);
  static bool is_call_convention(char c);
  // From the convention to the close, as "(int, char)".
  bool parameters(std::string& out);
  bool parameter(std::string& out);
  void skip_function_attributes();
  // Of a method's "this", as " const".
  std::string type_modifiers();

  std::string_view name_;
  std::size_t size_max_;
  std::size_t at_ = 0;
  int depth_ = 0;
  int step_count_ = 0;
};

}  // namespace sigla::dlang
