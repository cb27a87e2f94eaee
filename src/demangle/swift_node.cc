// SPDX-License-Identifier: Apache-2.0
#include "demangle/swift_node.h"

#include <algorithm>

namespace sigla::swift {

bool is_declaration_name(Kind kind) {
  return kind >= Kind::kIdentifier && kind <= Kind::kRelatedName;
}

bool is_nominal(Kind kind) { return kind >= Kind::kClass && kind <= Kind::kOtherNominal; }

bool is_type(Kind kind) { return kind >= Kind::kClass && kind <= Kind::kErrorType; }

bool is_context(Kind kind) {
  return (kind >= Kind::kModule && kind <= Kind::kStatic) || is_nominal(kind);
}

bool is_entity(Kind kind) {
  return (kind >= Kind::kFunction && kind <= Kind::kStatic) || is_nominal(kind);
}

Node* SwiftTree::make(Kind kind, std::initializer_list<Node*> children, std::string_view text) {
  const bool is_complete = std::ranges::find(children, nullptr) == children.end();
  if (!is_complete || nodes_.size() >= kNodeCountMax) return nullptr;
  Node& node = nodes_.emplace_back();
  node.kind = kind;
  node.text = text;
  node.children = children;
  return &node;
}

}  // namespace sigla::swift
