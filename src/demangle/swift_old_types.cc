// SPDX-License-Identifier: Apache-2.0
// Types of Swift's old mangling; see swift_old_parser.h.
#include <algorithm>
#include <string>

#include "demangle/swift_old_parser.h"

namespace sigla::swift {

Node* SwiftOldParser::type() {
  return nested([&]() -> Node* {
    if (rest_.empty()) return nullptr;
    const char c = rest_.front();
    rest_.remove_prefix(1);
    Node* const node = type_of(c);
    return node != nullptr && is_type(node->kind) ? node : nullptr;
  });
}

Node* SwiftOldParser::type_of(char c) {
  switch (c) {
    case 'B':
      return builtin_type();
    case 'C':
      return declaration(Kind::kClass);
    case 'D':
      return prefixed("");  // Self
    case 'E':
      return next_if("RR") ? tree_.make(Kind::kErrorType) : nullptr;
    case 'F':
    case 'f':
      return function_type("");
    case 'G':
      return bound_generic_type();
    case 'K':
      return function_type("@autoclosure ");
    case 'M':
      return metatype(false);
    case 'O':
      return declaration(Kind::kEnum);
    case 'P':
      return next_if('M') ? metatype(true) : protocol_list();
    case 'R':
      return prefixed("inout ");
    case 'S':
      return substitution();
    case 'T':
      return tuple(false);
    case 'V':
      return declaration(Kind::kStruct);
    case 'W':
      return member_chain();
    case 'X':
      return special_type();
    case 'a':
      return declaration(Kind::kTypeAlias);
    case 'b':
      return function_type("@convention(block) ");
    case 'c':
      return function_type("@convention(c) ");
    case 'k':
      return prefixed("@noDerivative ");
    case 'q':
      return dependent_type();
    case 't':
      return tuple(true);
    case 'u': {
      Node* const signature = generic_signature();
      return signature == nullptr ? nullptr : tree_.make(Kind::kGenericType, {signature, type()});
    }
    case 'w': {
      Node* const base = generic_param();
      return base == nullptr ? nullptr : member_of(base);
    }
    case 'x':
      return tree_.make(Kind::kGenericParam);
    default:
      return nullptr;
  }
}

Node* SwiftOldParser::special_type() {
  const auto has_representation = [&] { return next_if('t') || next_if('T') || next_if('o'); };
  if (next_if('b')) return tree_.make(Kind::kBox, {type()});
  if (next_if('f')) return function_type("@convention(thin) ");
  if (next_if('o')) return prefixed("unowned ");
  if (next_if('u')) return prefixed("unowned(unsafe) ");
  if (next_if('w')) return prefixed("weak ");
  if (next_if('M')) return has_representation() ? metatype(false) : nullptr;
  if (next_if("PM")) return has_representation() ? metatype(true) : nullptr;
  return next_if('P') ? protocol_list() : nullptr;
}

Node* SwiftOldParser::prefixed(std::string_view text) {
  return tree_.make(Kind::kPrefixedType, {type()}, text);
}

Node* SwiftOldParser::metatype(bool is_existential) {
  Node* const node = tree_.make(Kind::kMetatype, {type()});
  if (node != nullptr && is_existential) node->index = 1;
  return node;
}

Node* SwiftOldParser::builtin_type() {
  const auto named = [&](const std::string& text) {
    return tree_.make(Kind::kBuiltin, {}, "Builtin." + text);
  };
  const auto sized = [&](const std::string& text) -> Node* {
    const auto size = natural();
    return size.has_value() && next_if('_') ? named(text + std::to_string(*size)) : nullptr;
  };
  if (next_if('b')) return named("BridgeObject");
  if (next_if('B')) return named("UnsafeValueBuffer");
  if (next_if('O')) return named("UnknownObject");
  if (next_if('o')) return named("NativeObject");
  if (next_if('p')) return named("RawPointer");
  if (next_if('t')) return named("SILToken");
  if (next_if('w')) return named("Word");
  if (next_if('f')) return sized("FPIEEE");
  if (next_if('i')) return sized("Int");
  if (!next_if('v')) return nullptr;
  const auto count = natural();
  if (!count.has_value() || !next_if('B')) return nullptr;
  const std::string vector = "Vec" + std::to_string(*count) + "x";
  if (next_if('i')) return sized(vector + "Int");
  if (next_if('f')) return sized(vector + "FPIEEE");
  return next_if('p') ? named(vector + "RawPointer") : nullptr;
}

Node* SwiftOldParser::function_type(std::string_view attributes) {
  next_if('z');  // throws
  Node* const parameters = type();
  Node* const result = parameters == nullptr ? nullptr : type();
  return tree_.make(Kind::kFunctionType, {parameters, result}, attributes);
}

Node* SwiftOldParser::tuple(bool is_variadic) {
  Node* const tuple = tree_.make(Kind::kTuple);
  if (tuple == nullptr) return nullptr;
  while (!next_if('_')) {
    const bool has_label = (peek() >= '0' && peek() <= '9') || peek() == 'o';
    const Node* const label = has_label ? identifier() : nullptr;
    if (has_label && label == nullptr) return nullptr;
    Node* const element = tree_.make(
        Kind::kTupleElement, {type()}, label == nullptr ? std::string_view() : label->text);
    if (element == nullptr) return nullptr;
    tuple->children.push_back(element);
  }
  if (is_variadic && !tuple->children.empty()) {
    // The last one's type is an array, of which the element is shown.
    Node* const last = tuple->children.back();
    const Node* const array = last->child(0);
    if (array->kind == Kind::kBoundGeneric && array->children.size() == 2) {
      last->children[0] = array->children[1];
    }
    last->index = 1;
  }
  return tuple;
}

Node* SwiftOldParser::protocol_list() {
  Node* const list = tree_.make(Kind::kProtocolList);
  if (list == nullptr) return nullptr;
  while (!next_if('_')) {
    Node* const protocol = protocol_name();
    if (protocol == nullptr) return nullptr;
    list->children.push_back(protocol);
  }
  return list;
}

// --- generics ---

Node* SwiftOldParser::generic_param() {
  Node* const param = tree_.make(Kind::kGenericParam);
  if (param == nullptr || next_if('x')) return param;
  if (next_if('d')) {
    const auto depth = index();
    const auto number = depth.has_value() ? index() : std::nullopt;
    if (!number.has_value()) return nullptr;
    param->depth = *depth + 1;
    param->index = *number;
    return param;
  }
  const auto number = index();
  if (!number.has_value()) return nullptr;
  param->index = *number + 1;
  return param;
}

Node* SwiftOldParser::member_of(Node* base) {
  Node* associated = nullptr;
  if (next_if('S')) {
    associated = substitution();
    if (associated == nullptr || associated->kind != Kind::kAssociatedName) return nullptr;
  } else {
    if (next_if('P') && protocol_name() == nullptr) return nullptr;
    const Node* const name = identifier();
    if (name == nullptr) return nullptr;
    associated = remember(tree_.make(Kind::kAssociatedName, {}, name->text));
  }
  return tree_.make(Kind::kMember, {base, associated});
}

Node* SwiftOldParser::member_chain() {
  Node* base = generic_param();
  while (base != nullptr && !next_if('_')) base = member_of(base);
  return base;
}

Node* SwiftOldParser::dependent_type() {
  const bool is_param = peek() == 'd' || peek() == '_' || (peek() >= '0' && peek() <= '9');
  if (is_param) return generic_param();
  Node* const base = type();
  return base == nullptr ? nullptr : member_of(base);
}

Node* SwiftOldParser::constrained_type() {
  if (next_if('w')) {
    Node* const base = generic_param();
    return base == nullptr ? nullptr : member_of(base);
  }
  return next_if('W') ? member_chain() : generic_param();
}

// How many parameters there are at each depth; what they must be is read and left out.
Node* SwiftOldParser::generic_signature() {
  constexpr std::size_t kDepthCountMax = 64;
  Node* const signature = tree_.make(Kind::kSignature);
  if (signature == nullptr) return nullptr;
  while (peek() != 'R' && peek() != 'r') {
    std::uint64_t count = 0;
    if (!next_if('z')) {
      const auto number = index();
      if (!number.has_value()) return nullptr;
      count = *number + 1;
    }
    if (signature->counts.size() >= kDepthCountMax) return nullptr;
    signature->counts.push_back(count);
  }
  if (signature->counts.empty()) signature->counts.push_back(1);
  if (next_if('r')) return signature;
  next_if('R');
  while (!next_if('r')) {
    if (!requirement()) return nullptr;
  }
  return signature;
}

bool SwiftOldParser::requirement() {
  if (constrained_type() == nullptr) return false;
  if (next_if('z')) return type() != nullptr;
  if (next_if('l')) {
    for (const char plain : {'U', 'R', 'N', 'T'}) {
      if (next_if(plain)) return true;
    }
    if (next_if('e') || next_if('m')) return natural().has_value();
    if (!next_if('E') && !next_if('M')) return false;
    return natural().has_value() && next_if('_') && natural().has_value();
  }
  if (peek() == 'C') return type() != nullptr;
  if (!next_if('S')) return protocol_name() != nullptr;
  Node* const known = substitution();
  if (known == nullptr) return false;
  if (known->kind == Kind::kModule) return protocol_in(known) != nullptr;
  return known->kind == Kind::kProtocol || known->kind == Kind::kClass;
}

}  // namespace sigla::swift
