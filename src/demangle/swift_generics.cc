// SPDX-License-Identifier: Apache-2.0
// Generic types, their parameters, requirements and conformances; see swift_parser.h.
#include <algorithm>

#include "demangle/swift_parser.h"

namespace sigla::swift {
namespace {

// Nesting of generic types within one another's contexts, which is followed recursively.
constexpr std::size_t kArgumentListsMax = 64;

}  // namespace

std::optional<std::vector<std::vector<Node*>>> SwiftParser::pop_argument_lists() {
  std::vector<std::vector<Node*>> lists;
  for (;;) {
    std::vector<Node*> list;
    while (Node* const type = pop_type()) list.push_back(type);
    std::ranges::reverse(list);
    lists.push_back(std::move(list));
    if (pop(Kind::kEmptyList) != nullptr) return lists;
    if (pop(Kind::kFirstElement) == nullptr || lists.size() > kArgumentListsMax) {
      return std::nullopt;
    }
  }
}

// Gives `nominal` and its contexts their arguments, the innermost list first.
Node* SwiftParser::bind(Node* nominal,
                        const std::vector<std::vector<Node*>>& lists,
                        std::size_t level) {
  if (nominal == nullptr || level >= lists.size()) return nominal;
  const bool takes_arguments = is_nominal(nominal->kind) || nominal->kind == Kind::kFunction ||
                               nominal->kind == Kind::kConstructor;
  const std::size_t next_level = takes_arguments ? level + 1 : level;
  Node* bound = nominal;
  if (next_level < lists.size() && is_context(nominal->kind) && nominal->child(0) != nullptr) {
    bound = tree_.make(nominal->kind, {}, nominal->text);
    if (bound == nullptr) return nullptr;
    bound->index = nominal->index;
    bound->children = nominal->children;
    const std::size_t parent = nominal->kind == Kind::kExtension ? 1 : 0;
    bound->children[parent] = bind(nominal->child(parent), lists, next_level);
    if (bound->children[parent] == nullptr) return nullptr;
  }
  if (!is_nominal(nominal->kind) || lists[level].empty()) return bound;
  Node* const generic = tree_.make(Kind::kBoundGeneric, {bound});
  if (generic != nullptr) {
    generic->children.insert(generic->children.end(), lists[level].begin(), lists[level].end());
  }
  return generic;
}

Node* SwiftParser::bound_generic() {
  while (pop(Kind::kRetroactiveConformance) != nullptr) {
  }
  const auto lists = pop_argument_lists();
  if (!lists.has_value()) return nullptr;
  Node* const nominal = pop_nominal();
  return nominal == nullptr ? nullptr : remember(bind(nominal, *lists, 0));
}

std::optional<SwiftParser::GenericParam> SwiftParser::generic_param() {
  GenericParam param;
  if (next_if('d')) {
    const auto depth = index();
    const auto number = depth.has_value() ? index() : std::nullopt;
    if (!number.has_value()) return std::nullopt;
    param.depth = *depth + 1;
    param.index = *number;
    return param;
  }
  if (next_if('z')) return param;
  if (next_if('s')) {
    param.is_self = true;
    return param;
  }
  const auto number = index();
  if (!number.has_value()) return std::nullopt;
  param.index = *number + 1;
  return param;
}

Node* SwiftParser::make_param(GenericParam param) {
  Node* const node =
      tree_.make(Kind::kGenericParam, {}, param.is_self ? std::string_view("Self") : "");
  if (node == nullptr) return nullptr;
  node->depth = param.depth;
  node->index = param.index;
  return node;
}

Node* SwiftParser::pop_associated_name() {
  if (is_type(stack_.empty() ? Kind::kEmptyList : stack_.back()->kind) &&
      pop_protocol() == nullptr) {
    return nullptr;
  }
  const Node* const name = pop(Kind::kIdentifier);
  return name == nullptr ? nullptr : tree_.make(Kind::kAssociatedName, {}, name->text);
}

// The member of a generic parameter, or of the type on the stack.
Node* SwiftParser::member(std::optional<GenericParam> base) {
  Node* const name = pop_associated_name();
  if (name == nullptr) return nullptr;
  return tree_.make(Kind::kMember, {base.has_value() ? make_param(*base) : pop_type(), name});
}

std::vector<Node*> SwiftParser::pop_associated_names() {
  std::vector<Node*> names;
  bool is_first = false;
  while (!is_first) {
    is_first = pop(Kind::kFirstElement) != nullptr;
    Node* const name = pop_associated_name();
    if (name == nullptr) return {};
    names.push_back(name);
  }
  return names;
}

Node* SwiftParser::member_chain(std::optional<GenericParam> base) {
  std::vector<Node*> names = pop_associated_names();
  if (names.empty()) return nullptr;
  return member_of(base.has_value() ? make_param(*base) : pop_type(), std::move(names));
}

Node* SwiftParser::member_of(Node* base, std::vector<Node*> reversed_names) {
  for (; !reversed_names.empty(); reversed_names.pop_back()) {
    base = tree_.make(Kind::kMember, {base, reversed_names.back()});
  }
  return base;
}

Node* SwiftParser::archetype() {
  const auto of_param = [&](bool is_chain) -> Node* {
    const auto param = generic_param();
    if (!param.has_value()) return nullptr;
    return remember(is_chain ? member_chain(param) : member(param));
  };
  const auto opaque = [&](std::optional<std::uint64_t> number) {
    return number.has_value() ? tree_.make(Kind::kPrefixedType, {}, "some") : nullptr;
  };
  switch (next()) {
    case 'O':
      return tree_.make(Kind::kOpaqueResult, {pop_entity()});
    case 'P':
      return pack("Pack{");
    case 'R':
      return opaque(index());
    case 'S': {
      const char directness = next();
      if (directness != 'd' && directness != 'i') return nullptr;
      return pack(directness == 'd' ? "@direct Pack{" : "@indirect Pack{");
    }
    case 'U':
      return opaque(index());
    case 'X':
      return remember(member_chain(std::nullopt));
    case 'Y':
      return of_param(true);
    case 'Z':
      return remember(member_chain(GenericParam()));
    case 'a':
      return remember(member(std::nullopt));
    case 'e':
      return index().has_value() ? wrapped("each ") : nullptr;
    case 'o': {
      const auto number = index();
      while (pop(Kind::kRetroactiveConformance) != nullptr) {
      }
      if (!number.has_value() || !pop_argument_lists().has_value()) return nullptr;
      Node* const type = tree_.make(Kind::kOpaqueType, {pop(Kind::kOpaqueResult)});
      if (type != nullptr) type->index = *number;
      return remember(type);
    }
    case 'p': {
      Node* const count = pop_type();
      Node* const pattern = pop_type();
      return count == nullptr ? nullptr : tree_.make(Kind::kPackExpansion, {pattern});
    }
    case 'r':
    case 'u':
      return opaque(0);
    case 'x':
      return remember(member(std::nullopt));
    case 'y':
      return of_param(false);
    case 'z':
      return remember(member(GenericParam()));
    default:
      return nullptr;
  }
}

Node* SwiftParser::generic_signature(bool has_counts) {
  constexpr std::uint64_t kCountMax = 256;
  Node* const signature = tree_.make(Kind::kSignature);
  if (signature == nullptr) return nullptr;
  if (!has_counts) signature->counts.push_back(1);
  while (has_counts && !next_if('l')) {
    std::uint64_t count = 0;
    if (!next_if('z')) {
      const auto number = index();
      if (!number.has_value()) return nullptr;
      count = *number + 1;
    }
    if (count > kCountMax || signature->counts.size() > kCountMax) return nullptr;
    signature->counts.push_back(count);
  }
  while (Node* const requirement = pop(Kind::kRequirement)) {
    signature->children.push_back(requirement);
  }
  return signature;
}

// Takes what the requirement of that letter is about off the stack; GENERIC-PARAM-INDEX follows it.
bool SwiftParser::requirement_subject(char letter) {
  constexpr std::string_view kOfMembers = "cptmj";
  constexpr std::string_view kOfChains = "CPTMJ";
  constexpr std::string_view kOfSubstitutions = "BQSLI";
  if (kOfSubstitutions.find(letter) != std::string_view::npos) return pop_type() != nullptr;
  const auto param = generic_param();
  if (!param.has_value()) return false;
  if (kOfMembers.find(letter) != std::string_view::npos) {
    return remember(member(param)) != nullptr;
  }
  if (kOfChains.find(letter) != std::string_view::npos) {
    return remember(member_chain(param)) != nullptr;
  }
  return true;
}

// LAYOUT-CONSTRAINT
bool SwiftParser::layout_constraint() {
  switch (next()) {
    case 'B':
    case 'C':
    case 'D':
    case 'N':
    case 'R':
    case 'S':
    case 'T':
    case 'U':
      return true;
    case 'e':
    case 'm':
      return index().has_value();
    case 'E':
    case 'M':
      return index().has_value() && index().has_value();
    default:
      return false;
  }
}

Node* SwiftParser::requirement_marker(std::string_view text) {
  const auto param = generic_param();
  Node* const node = param.has_value() ? tree_.make(Kind::kRequirement, {}, text) : nullptr;
  if (node == nullptr) return nullptr;
  node->depth = param->depth;
  node->index = param->index;
  return node;
}

// Requirements are read so that what they are about leaves the stack; only the marks of packs and
// values are shown.
Node* SwiftParser::requirement() {
  if (next_if('v')) return requirement_marker("pack");
  if (next_if('V')) return pop_type() == nullptr ? nullptr : requirement_marker("value");
  if (next_if('h')) return pop_type() == nullptr ? nullptr : requirement_marker("");
  constexpr std::string_view kLetters = "BCIJLMPQSTbcijlmpst";
  const bool has_letter = !rest_.empty() && kLetters.find(peek()) != std::string_view::npos;
  const char letter = has_letter ? next() : '\0';  // none: a parameter's protocol
  bool is_complete = false;
  switch (letter) {
    case 'I':
    case 'J':
    case 'i':
    case 'j':
      is_complete = index().has_value() && requirement_subject(letter);
      break;
    case 'L':
    case 'M':
    case 'l':
    case 'm':
      is_complete = requirement_subject(letter) && layout_constraint();
      break;
    case 'P':
    case 'Q':
    case 'p':
    case '\0':
      is_complete = requirement_subject(letter) && pop_protocol() != nullptr;
      break;
    default:
      is_complete = requirement_subject(letter) && pop_type() != nullptr;
  }
  return is_complete ? tree_.make(Kind::kRequirement) : nullptr;
}

Node* SwiftParser::generic_type() {
  Node* const signature = pop(Kind::kSignature);
  return tree_.make(Kind::kGenericType, {signature, pop_type()});
}

Node* SwiftParser::integer() {
  const bool is_negative = next_if('n');
  const auto number = index();
  if (!number.has_value()) return nullptr;
  return tree_.make(Kind::kInteger, {}, (is_negative ? "-" : "") + std::to_string(*number));
}

// --- conformances ---

// Conditional requirements: conformances separated by '_', or an empty list.
bool SwiftParser::pop_requirement_conformances() {
  if (pop(Kind::kEmptyList) != nullptr) return true;
  bool is_first = false;
  while (!is_first) {
    is_first = pop(Kind::kFirstElement) != nullptr;
    if (pop(Kind::kConformance) == nullptr) return false;
  }
  return true;
}

Node* SwiftParser::conformance_op() {
  const auto conformance = [&](bool is_complete) {
    return is_complete ? tree_.make(Kind::kConformance) : nullptr;
  };
  switch (next()) {
    case 'A': {
      const bool is_complete = index().has_value() && pop_protocol() != nullptr &&
                               pop_type() != nullptr && pop(Kind::kConformance) != nullptr;
      return conformance(is_complete);
    }
    case 'C': {
      if (!pop_requirement_conformances()) return nullptr;
      if (pop(Kind::kConformanceRef) == nullptr &&
          (pop_module() == nullptr || pop_protocol() == nullptr)) {
        return nullptr;
      }
      return conformance(pop_type() != nullptr);
    }
    case 'D':
      return conformance(index().has_value() && pop_protocol() && pop_type());
    case 'I':
      return conformance(index().has_value() && pop_protocol() && pop(Kind::kConformance));
    case 'O':
      return conformance(pop_type() != nullptr && pop(Kind::kConformance) != nullptr);
    case 'P':
    case 'p':
      return pop_protocol() == nullptr ? nullptr : tree_.make(Kind::kConformanceRef);
    case 'X':
      return conformance(pop_requirement_conformances());
    case 'F':
      return attribute("accessible function runtime record for ");
    case 'c': {
      Node* const type = pop_protocol_conformance();
      return phrase("protocol conformance descriptor runtime record for ", type);
    }
    case 'n':
      return phrase("nominal type descriptor runtime record for ", pop_nominal());
    case 'o':
      return phrase("opaque type descriptor runtime record for ", pop(Kind::kOpaqueResult));
    case 'r':
      return phrase("protocol descriptor runtime record for ", pop_protocol());
    default:
      return nullptr;
  }
}

Node* SwiftParser::retroactive_conformance() {
  if (!index().has_value() || pop(Kind::kConformance) == nullptr) return nullptr;
  return tree_.make(Kind::kRetroactiveConformance);
}

}  // namespace sigla::swift
