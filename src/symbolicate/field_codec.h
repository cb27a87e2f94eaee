// SPDX-License-Identifier: Apache-2.0
// Structures as bytes between a worker and its parent, field by field: integers as ULEB128, every
// distinct text once. Both ends are the same program, so there are no versions; the reader still
// trusts nothing.
//
//   template <typename Coder, typename T>            one function for both directions
//     requires std::is_same_v<std::remove_const_t<T>, Point>
//   void code(Coder& coder, T& point) { coder(point.x); coder(point.y); }
#pragma once

#include <string>
#include <string_view>
#include <type_traits>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/byte_reader.h"
#include "base/checked.h"

namespace sigla::codec {

template <typename T>
concept Number = std::is_unsigned_v<T> || std::is_enum_v<T>;

class Encoder {
 public:
  template <Number T>
  void operator()(const T& value) {
    auto rest = static_cast<std::uint64_t>(value);
    while (rest >= 0x80) {
      out_ += static_cast<char>(rest | 0x80U);
      rest >>= 7U;
    }
    out_ += static_cast<char>(rest);
  }
  void operator()(const std::string& text) {
    const auto [found, is_new] = texts_.try_emplace(text, texts_.size() + 1);
    (*this)(is_new ? std::uint64_t{0} : found->second);
    if (!is_new) return;
    (*this)(std::uint64_t{text.size()});
    out_ += text;
  }
  void size(std::size_t count) { (*this)(std::uint64_t{count}); }
  std::string take() { return std::move(out_); }

 private:
  std::string out_;
  std::unordered_map<std::string, std::uint64_t> texts_;
};

class Decoder {
 public:
  explicit Decoder(Bytes bytes) : reader_(bytes) {}

  template <Number T>
  void operator()(T& value) {
    const std::uint64_t raw = reader_.uleb128();
    if constexpr (std::is_same_v<T, bool>) {
      value = raw != 0;
    } else if constexpr (std::is_enum_v<T>) {
      value = static_cast<T>(raw);  // out of range is harmless: to_string() has an answer for all
    } else {
      const auto fitting = checked_cast<T>(raw);
      if (!fitting) reader_.fail();
      value = fitting.value_or(T{});
    }
  }
  void operator()(std::string& text) {
    const std::uint64_t index = reader_.uleb128();
    if (index == 0) {
      text = as_text(reader_.bytes(reader_.uleb128()));
      texts_.push_back(text);
    } else if (index <= texts_.size()) {
      text = texts_[index - 1];
    } else {
      reader_.fail();
    }
  }
  // A count; each of the things counted takes at least one byte.
  std::size_t size() {
    const std::uint64_t count = reader_.uleb128();
    if (count > reader_.remaining()) reader_.fail();
    return reader_.ok() ? count : 0;
  }
  Status finish(std::string_view what) const { return reader_.finish(what); }
  bool ok() const { return reader_.ok(); }

 private:
  ByteReader reader_;
  std::vector<std::string> texts_;
};

// The code() of each structure is found in its own namespace.
template <typename Coder, Number T>
void code(Coder& coder, T& value) {
  coder(value);
}
template <typename Coder>
void code(Coder& coder, std::string& text) {
  coder(text);
}
template <typename Coder>
void code(Coder& coder, const std::string& text) {
  coder(text);
}

template <typename Coder, typename T>
void code_list(Coder& coder, T& list) {
  if constexpr (std::is_same_v<Coder, Encoder>) {
    coder.size(list.size());
    for (const auto& item : list) code(coder, item);
  } else {
    const std::size_t count = coder.size();
    for (std::size_t i = 0; i < count && coder.ok(); ++i) {
      list.emplace_back();
      code(coder, list.back());
    }
  }
}

template <typename Coder, typename T>
void code_optional(Coder& coder, T& value) {
  if constexpr (std::is_same_v<Coder, Encoder>) {
    coder(std::uint8_t{value.has_value()});
    if (value) code(coder, *value);
  } else {
    std::uint8_t is_there = 0;
    coder(is_there);
    if (is_there == 0) return;
    value = std::remove_reference_t<decltype(*value)>();
    code(coder, *value);
  }
}

template <typename Coder, typename T>
void code_bytes(Coder& coder, T& bytes) {
  for (auto& byte : bytes) coder(byte);
}

}  // namespace sigla::codec
