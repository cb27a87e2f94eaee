// SPDX-License-Identifier: Apache-2.0
// Reads a Rust name and writes it down as it goes; see rust_v0.h. Members have the names of the
// RFC's productions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sigla::rust_v0 {

class Parser {
 public:
  // `mangled` is what follows "_R".
  Parser(std::string_view mangled, std::size_t size_max) : name_(mangled), size_max_(size_max) {}

  std::optional<std::string> symbol_name();

 private:
  struct Identifier {
    std::string text;
    std::uint64_t disambiguator = 0;
  };
  enum class Context { kValue, kType };

  char peek() const { return at_ < name_.size() ? name_[at_] : '\0'; }
  char next();
  bool next_if(char c);
  std::optional<std::uint64_t> decimal_number();
  std::optional<std::uint64_t> base_62_number();
  // 0 when it is not there, else one more than its number.
  std::optional<std::uint64_t> optional_number(char tag);
  std::optional<std::string> undisambiguated_identifier();
  std::optional<Identifier> identifier();

  bool path(Context context);
  // With `leaves_open` the '>' of its arguments is left to the caller, who is told.
  bool path(Context context, bool leaves_open, bool& is_open);
  bool impl_path();
  bool nested_path(Context context);
  bool generic_arguments();
  bool type();
  bool sequence_type();
  bool tuple_type();
  bool reference_type(std::string_view text);
  bool fn_type();
  bool dyn_type();
  bool dyn_trait();
  bool constant();
  bool integer_constant(bool is_signed);
  bool bool_constant();
  bool char_constant();
  std::optional<std::string_view> const_data();
  bool binder();
  bool lifetime(std::uint64_t number);
  // Reads `production` where the reference points to.
  template <typename Production>
  bool backref(Production production);
  // Whether one more production is within the limits.
  bool step();
  void put(std::string_view text) {
    if (is_printing_) out_ += text;
  }

  std::string_view name_;
  std::size_t size_max_;
  std::size_t at_ = 0;
  std::string out_;
  bool is_printing_ = true;
  std::uint64_t bound_lifetimes_ = 0;
  int depth_ = 0;
  int step_count_ = 0;
};

}  // namespace sigla::rust_v0
