// SPDX-License-Identifier: Apache-2.0
// What letters stand for in Swift's manglings. The standard library's types: "Si" is Int, "ScT" is
// Task (Mangling.rst, KNOWN-TYPE-KIND and KNOWN-TYPE-KIND-2); value witnesses; operators.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "demangle/swift_node.h"

namespace sigla::swift {

struct KnownType {
  char letter;
  Kind kind;
  std::string_view name;
};

// Null when no type has that letter.
const KnownType* find_known_type(char letter);
const KnownType* find_concurrency_type(char letter);

// What a value witness of two letters does: "destroy" for "xx"; empty when there is none.
std::string_view value_witness_name(std::string_view code);

// "+-" for "ps"; nothing when a letter is none of an operator's.
std::optional<std::string> operator_characters(std::string_view letters);

}  // namespace sigla::swift
