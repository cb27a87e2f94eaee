// SPDX-License-Identifier: Apache-2.0
// The standard library's types that one or two letters stand for: "Si" is Int, "ScT" is Task.
// Mangling.rst, KNOWN-TYPE-KIND and KNOWN-TYPE-KIND-2.
#pragma once

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

}  // namespace sigla::swift
