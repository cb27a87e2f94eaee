// SPDX-License-Identifier: Apache-2.0
// A Swift tree as people read it: without modules, return types, requirements of generic
// signatures and the names of files, with parameters and generic parameters.
//
//   specialized Dictionary.subscript.getter      static Point.== infix(Point, Point)
//   closure #1 in Model.load<A>(from: URL, as: A.Type)
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "demangle/swift_node.h"

namespace sigla::swift {

// `symbol` is what SwiftParser::parse() returns. Nothing when the text would be longer than
// `size_max`, or the tree is nested too deep.
std::optional<std::string> print_symbol(const std::vector<Node*>& symbol, std::size_t size_max);

}  // namespace sigla::swift
