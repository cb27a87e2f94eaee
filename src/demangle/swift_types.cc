// SPDX-License-Identifier: Apache-2.0
// Types, but for generic ones; see swift_parser.h.
#include <algorithm>

#include "demangle/swift_parser.h"

namespace sigla::swift {
namespace {

std::string number_name(std::string_view name, std::uint64_t number) {
  return std::string(name) + std::to_string(number);
}

}  // namespace

Node* SwiftParser::builtin() {
  const auto named = [&](std::string_view name) {
    return tree_.make(Kind::kBuiltin, {}, "Builtin." + std::string(name));
  };
  const auto sized = [&](std::string_view name) -> Node* {
    const auto size = natural();
    if (!size.has_value() || !next_if('_')) return nullptr;
    return named(number_name(name, *size));
  };
  switch (next()) {
    case 'A':
      return named("ImplicitActor");
    case 'B':
      return named("UnsafeValueBuffer");
    case 'D':
      return named("DefaultActorStorage");
    case 'I':
      return named("IntLiteral");
    case 'O':
      return named("UnknownObject");
    case 'P':
      return named("PackIndex");
    case 'T':
      return named("SILToken");
    case 'V': {
      Node* const element = pop_type();
      return tree_.make(Kind::kBoundGeneric, {named("FixedArray"), pop_type(), element});
    }
    case 'b':
      return named("BridgeObject");
    case 'c':
      return named("RawUnsafeContinuation");
    case 'd':
      return named("NonDefaultDistributedActorStorage");
    case 'e':
      return named("Executor");
    case 'f':
      return sized("FPIEEE");
    case 'i':
      return sized("Int");
    case 'j':
      return named("Job");
    case 'o':
      return named("NativeObject");
    case 'p':
      return named("RawPointer");
    case 't':
      return named("SILToken");
    case 'v': {
      const auto size = natural();
      Node* const element = pop(Kind::kBuiltin);
      if (!size.has_value() || !next_if('_') || element == nullptr) return nullptr;
      constexpr std::string_view kPrefix = "Builtin.";
      return named(number_name("Vec", *size) + "x" + element->text.substr(kPrefix.size()));
    }
    case 'w':
      return named("Word");
    default:
      return nullptr;
  }
}

Node* SwiftParser::wrapped(std::string_view text) {
  return tree_.make(Kind::kPrefixedType, {pop_type()}, text);
}

// --- functions and tuples ---

Node* SwiftParser::function_parameters() {
  if (pop(Kind::kEmptyList) != nullptr) return tree_.make(Kind::kTuple);
  return pop_type();
}

Node* SwiftParser::function_type(std::string_view attributes) {
  Node* const type = tree_.make(Kind::kFunctionType, {}, attributes);
  if (type == nullptr) return nullptr;
  Node* actor = nullptr;
  while (Node* const modifier = pop_if(
             [](Kind kind) { return kind == Kind::kFunctionModifier || kind == Kind::kThrows; })) {
    if (modifier->kind != Kind::kFunctionModifier) continue;
    type->text = modifier->text + type->text;
    if (modifier->child(0) != nullptr) actor = modifier->child(0);
    if (type->text.size() > 1'024) return nullptr;
  }
  Node* const parameters = function_parameters();
  Node* const result = function_parameters();
  if (parameters == nullptr || result == nullptr) return nullptr;
  type->children = {parameters, result};
  if (actor != nullptr) type->children.push_back(actor);
  return type;
}

Node* SwiftParser::tuple() {
  Node* const tuple = tree_.make(Kind::kTuple);
  if (tuple == nullptr || pop(Kind::kEmptyList) != nullptr) return tuple;
  bool is_first = false;
  while (!is_first) {
    is_first = pop(Kind::kFirstElement) != nullptr;
    const bool is_variadic = pop(Kind::kVariadic) != nullptr;
    const Node* const label = pop(Kind::kIdentifier);
    Node* const element = tree_.make(
        Kind::kTupleElement, {pop_type()}, label == nullptr ? std::string_view() : label->text);
    if (element == nullptr) return nullptr;
    element->index = is_variadic ? 1 : 0;
    tuple->children.push_back(element);
  }
  std::ranges::reverse(tuple->children);
  return tuple;
}

Node* SwiftParser::pack(std::string_view text) {
  auto types = pop_type_list();
  Node* const pack = types.has_value() ? tree_.make(Kind::kPack, {}, text) : nullptr;
  if (pack != nullptr) pack->children = *std::move(types);
  return pack;
}

Node* SwiftParser::type_annotation() {
  const auto modifier = [&](std::string_view text) {
    return tree_.make(Kind::kFunctionModifier, {}, text);
  };
  switch (next()) {
    case 'A':
      return modifier("@isolated(any) ");
    case 'C':
      return modifier("nonisolated(nonsending) ");
    case 'K':
      return tree_.make(Kind::kThrows, {pop_type()});
    case 'T':
      return modifier("");  // what it returns is "sending"
    case 'a':
      return modifier("");  // async
    case 'b':
      return modifier("@Sendable ");
    case 'c':
      return tree_.make(Kind::kFunctionModifier, {pop_type()});
    case 'i':
      return wrapped("isolated ");
    case 'j':
      switch (next()) {
        case 'd':
          return modifier("@differentiable ");
        case 'f':
          return modifier("@differentiable(_forward) ");
        case 'l':
          return modifier("@differentiable(_linear) ");
        case 'r':
          return modifier("@differentiable(reverse) ");
        default:
          return nullptr;
      }
    case 'k':
      return wrapped("@noDerivative ");
    case 't':
      return wrapped("_const ");
    case 'u':
      return wrapped("sending ");
    default:
      return nullptr;
  }
}

// --- existentials, metatypes and what stands behind 'X' ---

Node* SwiftParser::protocol_list(std::string_view suffix) {
  Node* const list = tree_.make(Kind::kProtocolList, {}, suffix);
  if (list == nullptr || pop(Kind::kEmptyList) != nullptr) return list;
  bool is_first = false;
  while (!is_first) {
    is_first = pop(Kind::kFirstElement) != nullptr;
    Node* const protocol = pop_protocol();
    if (protocol == nullptr) return nullptr;
    list->children.push_back(protocol);
  }
  std::ranges::reverse(list->children);
  return list;
}

Node* SwiftParser::metatype_representation(bool is_existential) {
  std::string_view text;
  switch (next()) {
    case 'T':
      text = "@thick ";
      break;
    case 'o':
      text = "@objc_metatype ";
      break;
    case 't':
      text = "@thin ";
      break;
    default:
      return nullptr;
  }
  Node* const metatype = tree_.make(Kind::kMetatype, {pop_type()}, text);
  if (metatype != nullptr) metatype->index = is_existential ? 1 : 0;
  return metatype;
}

Node* SwiftParser::clang_function_type() {
  const char kind = next();
  const auto size = natural();
  if (!size.has_value() || *size > rest_.size()) return nullptr;
  rest_.remove_prefix(*size);  // the type as C++ would mangle it
  if (kind == 'B') return function_type("@convention(block) ");
  return kind == 'C' ? function_type("@convention(c) ") : nullptr;
}

Node* SwiftParser::box(bool is_generic) {
  if (is_generic) {
    Node* const signature = pop(Kind::kSignature);
    if (signature == nullptr || !pop_type_list().has_value()) return nullptr;
  }
  auto types = pop_type_list();
  Node* const box = types.has_value() ? tree_.make(Kind::kBox) : nullptr;
  if (box != nullptr) box->children = *std::move(types);
  return box;
}

Node* SwiftParser::constrained_existential() {
  bool is_first = false;
  while (!is_first) {
    is_first = pop(Kind::kFirstElement) != nullptr;
    if (pop(Kind::kRequirement) == nullptr) return nullptr;
  }
  return tree_.make(Kind::kConstrained, {pop_type()});
}

Node* SwiftParser::special_type() {
  const auto suffixed = [&](std::string_view text) {
    return tree_.make(Kind::kSuffixedType, {pop_type()}, text);
  };
  switch (next()) {
    case 'A':
      return function_type("@autoclosure ");  // escaping
    case 'B':
      return function_type("@convention(block) ");
    case 'C':
      return function_type("@convention(c) ");
    case 'D':
      return tree_.make(Kind::kPrefixedType, {pop_type()}, "");  // Self
    case 'E':
      return function_type("");
    case 'K':
      return function_type("@autoclosure ");
    case 'L':
      return function_type("@convention(block) ");
    case 'M':
      return metatype_representation(false);
    case 'O':
      return function_type("@called(atMostOnce) ");
    case 'P':
      return constrained_existential();
    case 'S':
      switch (next()) {
        case 'A': {
          Node* const element = pop_type();
          return tree_.make(Kind::kBoundGeneric, {known_type('a'), pop_type(), element});
        }
        case 'D': {
          Node* const value = pop_type();
          return tree_.make(Kind::kBoundGeneric, {known_type('D'), pop_type(), value});
        }
        case 'a':
          return tree_.make(Kind::kBoundGeneric, {known_type('a'), pop_type()});
        case 'p':
          return suffixed("");
        case 'q':
          return tree_.make(Kind::kBoundGeneric, {known_type('q'), pop_type()});
        default:
          return nullptr;
      }
    case 'U':
      return function_type("");
    case 'X':
      return box(true);
    case 'Y':
      return nominal(Kind::kOtherNominal);
    case 'Z': {
      if (!pop_type_list().has_value()) return nullptr;
      Node* const name = pop(Kind::kIdentifier);
      Node* const context = pop_context();
      return tree_.make(Kind::kAnonymousContext, {context, name});
    }
    case 'b':
      return tree_.make(Kind::kPrefixedType, {pop_type()}, "@box ");
    case 'c': {
      Node* const superclass = pop_type();
      Node* const list = superclass == nullptr ? nullptr : protocol_list("");
      if (list != nullptr) list->children.insert(list->children.begin(), superclass);
      return list;
    }
    case 'e':
      return tree_.make(Kind::kErrorType);
    case 'f':
      return function_type("@convention(thin) ");
    case 'l':
      return protocol_list("AnyObject");
    case 'm':
      return metatype_representation(true);
    case 'o':
      return wrapped("unowned ");
    case 'p': {
      Node* const metatype = tree_.make(Kind::kMetatype, {pop_type()});
      if (metatype != nullptr) metatype->index = 1;
      return metatype;
    }
    case 'u':
      return wrapped("unowned(unsafe) ");
    case 'w':
      return wrapped("weak ");
    case 'x':
      return box(false);
    case 'z':
      return clang_function_type();
    default:
      return nullptr;
  }
}

}  // namespace sigla::swift
