// SPDX-License-Identifier: Apache-2.0
// Function types as the compiler lowers them, with the conventions of their values; see
// swift_parser.h.
#include <algorithm>

#include "demangle/swift_parser.h"

namespace sigla::swift {

bool SwiftParser::skip_substitutions(bool has_signature) {
  while (pop(Kind::kRetroactiveConformance) != nullptr) {
  }
  while (pop_type() != nullptr) {
  }
  if (pop(Kind::kEmptyList) == nullptr) return false;
  return !has_signature || pop(Kind::kSignature) != nullptr;
}

// FUNC-REPRESENTATION
bool SwiftParser::impl_representation(std::string& text) {
  const bool has_c_type = next_if('z');
  switch (peek()) {
    case 'B':
      text += "@convention(block) ";
      break;
    case 'C':
      text += "@convention(c) ";
      break;
    case 'J':
      text += "@convention(objc_method) ";
      break;
    case 'K':
      text += "@convention(closure) ";
      break;
    case 'M':
      text += "@convention(method) ";
      break;
    case 'V':
      break;
    case 'W':
      text += "@convention(witness_method) ";
      break;
    default:
      return !has_c_type;
  }
  next();
  if (!has_c_type) return true;
  const auto size = natural();
  if (!size.has_value() || *size > rest_.size()) return false;
  rest_.remove_prefix(*size);
  return true;
}

// FUNC-ATTRIBUTES up to the parameters.
std::optional<std::string> SwiftParser::impl_attributes() {
  std::string text;
  const auto flag = [&](char letter, std::string_view name) {
    if (next_if(letter)) text += name;
  };
  flag('e', "@escaping ");
  flag('A', "@isolated(any) ");
  flag('N', "nonisolated(nonsending) ");
  flag('O', "@called(atMostOnce) ");
  flag('d', "@differentiable ");
  flag('l', "@differentiable(_linear) ");
  flag('f', "@differentiable(_forward) ");
  flag('r', "@differentiable(reverse) ");
  switch (next()) {
    case 'g':
      text += "@callee_guaranteed ";
      break;
    case 't':
      text += "@convention(thin) ";
      break;
    case 'x':
      text += "@callee_owned ";
      break;
    case 'y':
      text += "@callee_unowned ";
      break;
    default:
      return std::nullopt;
  }
  if (!impl_representation(text)) return std::nullopt;
  flag('A', "@yield_once ");
  flag('I', "@yield_once_2 ");
  flag('G', "@yield_many ");
  flag('h', "@Sendable ");
  flag('H', "@async ");
  flag('T', "");  // what it returns is "sending"
  return text;
}

// The conventions of parameters, and then of results, yields and the error.
bool SwiftParser::impl_values(std::vector<std::string>& conventions, std::size_t& count) {
  constexpr std::string_view kParams = "iclbnXxygevpm";
  constexpr std::array<std::string_view, 13> kParamNames = {"@in",
                                                            "@in_constant",
                                                            "@inout",
                                                            "@inout_aliasable",
                                                            "@in_guaranteed",
                                                            "@in_cxx",
                                                            "@owned",
                                                            "@unowned",
                                                            "@guaranteed",
                                                            "@deallocating",
                                                            "@pack_owned",
                                                            "@pack_guaranteed",
                                                            "@pack_inout"};
  constexpr std::string_view kResults = "roduaklgm";
  constexpr std::array<std::string_view, 9> kResultNames = {"@out",
                                                            "@owned",
                                                            "@unowned",
                                                            "@unowned_inner_pointer",
                                                            "@autoreleased",
                                                            "@pack_out",
                                                            "@guaranteed_address",
                                                            "@guaranteed",
                                                            "@inout"};
  const auto take = [&](std::string_view letters, auto& names, std::string_view prefix) {
    const std::size_t at = rest_.empty() ? std::string_view::npos : letters.find(peek());
    if (at == std::string_view::npos) return false;
    next();
    std::string text = std::string(prefix) + std::string(names[at]);
    if (next_if('w')) text += " @noDerivative";
    if (next_if('T')) text += " sending";
    next_if('I');  // isolated
    next_if('L');  // passed before all others
    conventions.push_back(std::move(text));
    return true;
  };
  while (take(kParams, kParamNames, "")) {
  }
  count = conventions.size();
  while (take(kResults, kResultNames, "")) {
  }
  while (next_if('Y')) {
    if (!take(kParams, kParamNames, "@yields ")) return false;
  }
  return !next_if('z') || take(kResults, kResultNames, "@error ");
}

Node* SwiftParser::impl_function_type() {
  if (next_if('s') && !skip_substitutions(true)) return nullptr;
  if (next_if('I') && !skip_substitutions(false)) return nullptr;
  pop(Kind::kSignature);
  next_if('P');
  auto attributes = impl_attributes();
  std::vector<std::string> conventions;
  std::size_t parameter_count = 0;
  if (!attributes.has_value() || !impl_values(conventions, parameter_count) || !next_if('_')) {
    return nullptr;
  }
  Node* const type = tree_.make(Kind::kImplFunctionType, {}, *attributes);
  if (type == nullptr) return nullptr;
  type->index = parameter_count;
  for (std::size_t i = conventions.size(); i > 0; --i) {
    Node* const value = tree_.make(Kind::kImplValue, {pop_type()}, conventions[i - 1]);
    if (value == nullptr) return nullptr;
    type->children.push_back(value);
  }
  std::ranges::reverse(type->children);
  return type;
}

}  // namespace sigla::swift
