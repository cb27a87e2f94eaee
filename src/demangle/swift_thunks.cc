// SPDX-License-Identifier: Apache-2.0
// Thunks and specializations, which the compiler makes of a declaration; see swift_parser.h.
#include "demangle/swift_parser.h"

namespace sigla::swift {

// --- specializations ---

// SPEC-INFO
bool SwiftParser::specialization_info() {
  next_if('m');  // metatypes among the parameters were removed
  next_if('q');
  next_if('a');
  next_if('r');
  const char pass = next();
  return pass >= '0' && pass <= '9';
}

Node* SwiftParser::specialization(std::string_view text) {
  if (!specialization_info() || !pop_type_list().has_value()) return nullptr;
  return attribute(text);
}

Node* SwiftParser::partial_specialization() {
  if (!specialization_info() || pop_type() == nullptr) return nullptr;
  return attribute("specialized ");
}

// One ARG-SPEC-KIND. Those that have something on the stack go to `kinds`: 'c' closure, 'f' an
// identifier, 'k' key path, 'S' structure.
bool SwiftParser::parameter_specialization(std::string& kinds) {
  switch (next()) {
    case 'C':
      return natural().has_value();
    case 'E':
    case 'c':
      kinds += 'c';
      return true;
    case 'd':
      next_if('G');
      next_if('O');
      next_if('X');
      return true;
    case 'e':
      next_if('D');
      next_if('G');
      next_if('O');
      next_if('X');
      return true;
    case 'g':
    case 'o':
      next_if('X');
      return true;
    case 'i':
    case 'n':
    case 'r':
    case 's':
    case 'x':
      return true;
    case 'p':
      while (next_if('S')) kinds += 'S';
      switch (next()) {
        case 'd':
        case 'i':
          return natural().has_value();
        case 'f':
        case 'g':
          kinds += 'f';
          return true;
        case 'k':
          kinds += 'k';
          return true;
        case 's': {
          const char encoding = next();
          kinds += 'f';
          return encoding == 'b' || encoding == 'c' || encoding == 'w';
        }
        default:
          return false;
      }
    default:
      return false;
  }
}

Node* SwiftParser::signature_specialization() {
  std::string kinds;
  if (!specialization_info()) return nullptr;
  while (!next_if('_')) {
    if (!parameter_specialization(kinds)) return nullptr;
  }
  if (!parameter_specialization(kinds)) return nullptr;
  for (; !kinds.empty(); kinds.pop_back()) {
    switch (kinds.back()) {
      case 'c':
        while (pop_type() != nullptr) {
        }
        if (pop(Kind::kIdentifier) == nullptr) return nullptr;
        break;
      case 'k':
        if (pop_type() == nullptr || pop_type() == nullptr) return nullptr;
        if (pop(Kind::kIdentifier) == nullptr) return nullptr;
        break;
      case 'S':
        if (pop_type() == nullptr) return nullptr;
        break;
      default:
        if (pop(Kind::kIdentifier) == nullptr) return nullptr;
    }
  }
  return attribute("specialized ");
}

// --- thunks ---

Node* SwiftParser::reabstraction_thunk(bool has_self) {
  pop(Kind::kSignature);
  if (has_self && pop_type() == nullptr) return nullptr;
  Node* const to = pop_type();
  Node* const from = pop_type();
  return to == nullptr ? nullptr : phrase("thunk for ", from);
}

Node* SwiftParser::completion_handler() {
  pop(Kind::kSignature);
  if (peek() == '_' || (peek() >= '0' && peek() <= '9')) index();
  Node* const type = pop_type();
  Node* const block = pop_type();
  if (block == nullptr) return nullptr;
  return phrase("@objc completion handler block implementation for ", type);
}

Node* SwiftParser::key_path(std::string_view text) {
  if (next_if("mu")) text = "key path unapplied method ";
  if (next_if("MA")) text = "key path applied method ";
  next_if('q');
  while (pop_type() != nullptr) {
  }
  pop(Kind::kSignature);
  while (pop_type() != nullptr) {
  }
  return phrase(text, pop_entity());
}

Node* SwiftParser::key_path_comparison(std::string_view text) {
  next_if('q');
  pop(Kind::kSignature);
  Node* first = nullptr;
  while (Node* const type = pop_type()) first = type;
  return phrase(text, first);
}

bool SwiftParser::index_subset() {
  bool any = false;
  while (next_if('S') || next_if('U')) any = true;
  return any;
}

Node* SwiftParser::autodiff() {
  const bool is_vtable = next_if('V');
  const bool is_self_reordering = !is_vtable && next_if('O');
  const bool is_subset = !is_vtable && !is_self_reordering && next_if('S');
  std::string_view kind;
  switch (next()) {
    case 'd':
      kind = "differential";
      break;
    case 'f':
      kind = "forward-mode derivative";
      break;
    case 'p':
      kind = "pullback";
      break;
    case 'r':
      kind = "reverse-mode derivative";
      break;
    default:
      return nullptr;
  }
  if (is_self_reordering) {
    pop(Kind::kSignature);
    if (pop_type() == nullptr) return nullptr;
    return phrase("autodiff self-reordering reabstraction thunk for " + std::string(kind) + " ",
                  pop_type());
  }
  const bool has_subsets = index_subset() && next_if('p') && index_subset() && next_if('r');
  if (!has_subsets || (is_subset && (!index_subset() || !next_if('P')))) return nullptr;
  pop(Kind::kSignature);
  if (is_subset) {
    if (Node* const type = pop_type()) {
      if (stack_.empty() || !is_entity(stack_.back()->kind)) {
        return phrase("autodiff subset parameters thunk for " + std::string(kind) + " ", type);
      }
    }
    return attribute("autodiff subset parameters thunk for " + std::string(kind) + " ");
  }
  return attribute((is_vtable ? "vtable thunk for " : "") + std::string(kind) + " of ");
}

// "associated conformance descriptor for P.A: Q"
Node* SwiftParser::requirement_descriptor(std::string_view text) {
  Node* const requirement = pop_protocol();
  if (requirement == nullptr) return nullptr;
  std::vector<Node*> names;
  Node* subject = nullptr;
  if (stack_.size() >= 2 && is_type(stack_.back()->kind) &&
      is_type(stack_[stack_.size() - 2]->kind)) {
    subject = pop_type();
  } else {
    bool is_first = false;
    while (!is_first) {
      is_first = pop(Kind::kFirstElement) != nullptr;
      Node* const name = pop_associated_name();
      if (name == nullptr) return nullptr;
      names.push_back(name);
      // A single name is written without the mark.
      if (!stack_.empty() && is_type(stack_.back()->kind)) break;
    }
  }
  Node* const type = pop_type();
  if (type == nullptr) return nullptr;
  if (subject == nullptr) return phrase(text, member_of(type, std::move(names)));
  Node* const sentence = phrase(text, type);
  if (sentence != nullptr) sentence->children.push_back(phrase(".", subject));
  return sentence != nullptr && sentence->children.back() != nullptr ? sentence : nullptr;
}

Node* SwiftParser::outlined_variable() {
  const auto number = index();
  const bool is_constant = next_if('r');
  if (!number.has_value()) return nullptr;
  return attribute((is_constant ? "outlined read-only object #" : "outlined variable #") +
                   std::to_string(*number) + " of ");
}

// bridge-spec
Node* SwiftParser::outlined_bridge() {
  const char kind = next();
  if (kind != 'a' && kind != 'm' && kind != 'p') return nullptr;
  std::string text(1, kind);
  while (peek() == 'b' || peek() == 'g' || peek() == 'n') text += next();
  if (!next_if('_')) return nullptr;
  return attribute("outlined bridged method (" + text + ") of ");
}

Node* SwiftParser::thunk_w() {
  switch (next()) {
    case 'B':
    case 'b':
      return attribute("");  // back deployment: its fallback and its thunk
    case 'S':
      return attribute("#_hasSymbol query for ");
    case 'c':
      return attribute("coro function pointer to ");
    case 'd':
      return attribute("default override of ");
    default:
      return nullptr;
  }
}

// Operators that say something of the whole symbol and take nothing off the stack.
Node* SwiftParser::plain_attribute(char c) {
  switch (c) {
    case 'A':
      return attribute("partial apply for ");
    case 'D':
      return attribute("dynamic ");
    case 'E':
      return attribute("");  // the distributed thunk
    case 'F':
      return attribute("distributed accessor for ");
    case 'I':
    case 'X':
    case 'x':
      return attribute("");  // of a function that can be replaced
    case 'O':
      return attribute("@nonobjc ");
    case 'Q':
    case 'Y':
      return index().has_value() ? attribute("") : nullptr;  // an async function's part
    case 'a':
      return attribute("partial apply for ");
    case 'd':
      return attribute("super ");
    case 'j':
      return attribute("dispatch thunk of ");
    case 'm':
      return attribute("");  // functions merged into one
    case 'o':
      return attribute("@objc ");
    case 'q':
      return attribute("method descriptor for ");
    case 'u':
      return attribute("async function pointer to ");
    default:
      return nullptr;
  }
}

Node* SwiftParser::thunk_or_specialization() {
  const char c = next();
  switch (c) {
    case 'B':
    case 'G':
    case 'g':
    case 's':
      return specialization("specialized ");
    case 'C':
      return phrase("coroutine continuation prototype for ", pop_type());
    case 'H':
      return key_path_comparison("key path equality operator for ");
    case 'J':
      return autodiff();
    case 'K':
      return key_path("key path getter for ");
    case 'L':
      return phrase("protocol requirements base descriptor for ", pop_protocol());
    case 'M':
    case 'l': {
      Node* const protocol = pop_protocol();
      Node* const name = pop(Kind::kIdentifier);
      return phrase(c == 'l' ? "associated type descriptor for "
                             : "default associated type metadata accessor for ",
                    tree_.make(Kind::kMember, {protocol, name}));
    }
    case 'N':
      return requirement_descriptor("default associated conformance accessor for ");
    case 'P':
    case 'p':
      return partial_specialization();
    case 'R':
    case 'r':
      return reabstraction_thunk(false);
    case 'S':
      return phrase("protocol self-conformance witness for ", pop_entity());
    case 'U':
      return pop_type() == nullptr ? nullptr : attribute("");
    case 'V': {
      Node* const base = pop_entity();
      Node* const derived = pop_entity();
      return base == nullptr ? nullptr : phrase("vtable thunk for ", derived);
    }
    case 'W': {
      Node* const entity = pop_entity();
      Node* const type = entity == nullptr ? nullptr : pop_protocol_conformance();
      Node* const sentence = phrase("protocol witness for ", entity);
      Node* const conformance = phrase(" in conformance ", type);
      if (sentence == nullptr || conformance == nullptr) return nullptr;
      sentence->children.push_back(conformance);
      return tree_.make(Kind::kPhrase, {sentence});
    }
    case 'Z':
    case 'z':
      return completion_handler();
    case 'b': {
      Node* const requirement = pop_protocol();
      Node* const protocol = pop_protocol();
      if (requirement == nullptr) return nullptr;
      return phrase("base conformance descriptor for ", protocol);
    }
    case 'c':
      return attribute("curry thunk of ");
    case 'e':
      return outlined_bridge();
    case 'f':
      return signature_specialization();
    case 'h':
      return key_path_comparison("key path hash operator for ");
    case 'i':
      return specialization("");
    case 'k':
      return key_path("key path setter for ");
    case 'n':
      return requirement_descriptor("associated conformance descriptor for ");
    case 't': {
      do {
        natural();
      } while (next_if('t'));
      const char kind = next();
      return kind == 'g' || kind == 'G' || kind == 'B' ? specialization("specialized ") : nullptr;
    }
    case 'v':
      return outlined_variable();
    case 'w':
      return thunk_w();
    case 'y':
      return reabstraction_thunk(true);
    default:
      return plain_attribute(c);
  }
}

}  // namespace sigla::swift
