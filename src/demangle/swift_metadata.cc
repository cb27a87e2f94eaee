// SPDX-License-Identifier: Apache-2.0
// Metadata and witness tables, which the compiler makes for a declaration; see swift_parser.h.
#include "demangle/swift_known_types.h"
#include "demangle/swift_parser.h"

namespace sigla::swift {

// --- metadata ---

Node* SwiftParser::context_descriptor() {
  switch (next()) {
    case 'A': {
      std::vector<Node*> names = pop_associated_names();
      if (names.empty()) return nullptr;
      return phrase("generic parameter reference for associated type ",
                    member_of(pop_type(), std::move(names)));
    }
    case 'E':
      return phrase("extension descriptor ", pop_context());
    case 'M':
      return phrase("module descriptor ", pop_module());
    case 'X':
      return phrase("anonymous descriptor ", pop_context());
    case 'Y': {
      if (pop(Kind::kIdentifier) == nullptr) return nullptr;
      return phrase("anonymous descriptor ", pop_context());
    }
    default:
      return nullptr;
  }
}

Node* SwiftParser::metadata() {
  switch (next()) {
    case 'A':
      return phrase("reflection metadata associated type descriptor ", pop_protocol_conformance());
    case 'B':
      return phrase("reflection metadata builtin descriptor ", pop_type());
    case 'C':
      return phrase("reflection metadata superclass descriptor ", pop_nominal());
    case 'D':
      return phrase("demangling cache variable for type metadata for ", pop_type());
    case 'F':
      return phrase("reflection metadata field descriptor ", pop_type());
    case 'I':
      return phrase("type metadata instantiation cache for ", pop_type());
    case 'J':
      return attribute("noncanonical specialized generic type metadata cache for ");
    case 'K':
      return attribute("metadata instantiation cache for ");
    case 'L':
      return phrase("lazy cache variable for type metadata for ", pop_type());
    case 'M':
      return phrase("canonical specialized generic type metadata accessor for ", pop_type());
    case 'N':
      return attribute("noncanonical specialized generic type metadata for ");
    case 'P':
      return phrase("generic type metadata pattern for ", pop_type());
    case 'Q':
      return phrase("opaque type descriptor for ", pop(Kind::kOpaqueResult));
    case 'S':
      return phrase("protocol self-conformance descriptor for ", pop_protocol());
    case 'U':
      return phrase("ObjC metadata update function for ", pop_type());
    case 'V':
      return phrase("property descriptor for ", pop_entity());
    case 'X':
      return context_descriptor();
    case 'a':
      return phrase("type metadata accessor for ", pop_type());
    case 'b':
      return phrase("canonical specialized generic type metadata accessor for ", pop_type());
    case 'c':
      return phrase("protocol conformance descriptor for ", pop_protocol_conformance());
    case 'f':
      return phrase("full type metadata for ", pop_type());
    case 'g':
      return phrase("opaque type descriptor accessor for ", pop(Kind::kOpaqueResult));
    case 'h':
      return phrase("opaque type descriptor accessor impl for ", pop(Kind::kOpaqueResult));
    case 'i':
      return phrase("type metadata instantiation function for ", pop_type());
    case 'j':
      return phrase("opaque type descriptor accessor key for ", pop(Kind::kOpaqueResult));
    case 'k':
      return phrase("opaque type descriptor accessor var for ", pop(Kind::kOpaqueResult));
    case 'l':
      return phrase("type metadata singleton initialization cache for ", pop_type());
    case 'm':
      return phrase("metaclass for ", pop_type());
    case 'n':
      return phrase("nominal type descriptor for ", pop_type());
    case 'o':
      return phrase("class metadata base offset for ", pop_type());
    case 'p':
      return phrase("protocol descriptor for ", pop_protocol());
    case 'q':
      return attribute("uniquable runtime symbol for ");
    case 'r':
      return phrase("type metadata completion function for ", pop_type());
    case 's':
      return phrase("ObjC resilient class stub for ", pop_type());
    case 't':
      return phrase("full ObjC resilient class stub for ", pop_type());
    case 'u':
      return phrase("method lookup function for ", pop_type());
    case 'z':
      return attribute("canonical specialized generic type metadata caching token for ");
    default:
      return nullptr;
  }
}

// --- witnesses ---

// The type that conforms; the protocol goes.
Node* SwiftParser::pop_protocol_conformance() {
  pop(Kind::kSignature);
  if (pop_module() == nullptr || pop_protocol() == nullptr) return nullptr;
  if (Node* const type = pop_type()) return type;
  if (pop(Kind::kIdentifier) == nullptr) return nullptr;  // a property's behavior
  return pop_type();
}

Node* SwiftParser::outlined() {
  std::string_view text;
  switch (next()) {
    case 'B':
    case 'b':
      text = "outlined init with take of ";
      break;
    case 'C':
    case 'c':
      text = "outlined init with copy of ";
      break;
    case 'D':
    case 'd':
      text = "outlined assign with take of ";
      break;
    case 'F':
    case 'f':
      text = "outlined assign with copy of ";
      break;
    case 'H':
    case 'h':
      text = "outlined destroy of ";
      break;
    case 'e':
      text = "outlined consume of ";
      break;
    case 'g':
      text = "outlined enum get tag of ";
      break;
    case 'i':
      text = "outlined enum tag store of ";
      break;
    case 'j':
      text = "outlined enum project data of ";
      break;
    case 'r':
      text = "outlined retain of ";
      break;
    case 's':
      text = "outlined release of ";
      break;
    case 'y':
      text = "outlined copy of ";
      break;
    default:
      return nullptr;
  }
  if (next_if('_')) {
  } else if (peek() >= '0' && peek() <= '9' && !index().has_value()) {
    return nullptr;
  }
  pop(Kind::kSignature);
  Node* const type = pop_type();
  pop(Kind::kSignature);
  return phrase(text, type);
}

// Variables that one function initializes.
Node* SwiftParser::once(std::string_view text) {
  std::vector<Node*> names;
  while (pop(Kind::kFirstElement) != nullptr) {
    Node* const name = pop_name();
    if (name == nullptr) return nullptr;
    names.push_back(name);
  }
  Node* const context = pop_context();
  if (context == nullptr || names.empty()) return nullptr;
  Node* const sentence = tree_.make(Kind::kPhrase, {}, text);
  if (sentence == nullptr) return nullptr;
  for (std::size_t i = names.size(); i > 0; --i) {
    Node* const name = tree_.make(Kind::kVariable, {context, names[i - 1]});
    sentence->children.push_back(i == names.size() ? name : phrase(", ", name));
    if (sentence->children.back() == nullptr) return nullptr;
  }
  return sentence;
}

Node* SwiftParser::witness() {
  const auto lazy = [&](std::string_view text) -> Node* {
    Node* const conformance = phrase(" and conformance ", pop_protocol_conformance());
    Node* const sentence = phrase(text, pop_type());
    if (sentence == nullptr || conformance == nullptr) return nullptr;
    sentence->children.push_back(conformance);
    return sentence;
  };
  switch (next()) {
    case 'C':
      return phrase("enum case for ", pop_entity());
    case 'G':
      return phrase("generic protocol witness table for ", pop_protocol_conformance());
    case 'I':
      return phrase("instantiation function for generic protocol witness table for ",
                    pop_protocol_conformance());
    case 'J': {
      const char kind = next();
      if (std::string_view("fdrl").find(kind) == std::string_view::npos || kind == '\0') {
        return nullptr;
      }
      if (!index_subset() || !next_if('p') || !index_subset() || !next_if('r')) return nullptr;
      pop(Kind::kSignature);
      return attribute("differentiability witness for ");
    }
    case 'L':
      return lazy("lazy protocol witness table cache variable for type ");
    case 'O':
      return outlined();
    case 'P':
      return phrase("protocol witness table for ", pop_protocol_conformance());
    case 'S':
      return phrase("protocol self-conformance witness table for ", pop_protocol());
    case 'T': {
      if (pop_protocol() == nullptr) return nullptr;
      bool is_first = false;
      while (!is_first) {
        is_first = pop(Kind::kFirstElement) != nullptr;
        if (pop_associated_name() == nullptr) return nullptr;
      }
      return phrase("associated type witness table accessor for ", pop_protocol_conformance());
    }
    case 'V':
      return phrase("value witness table for ", pop_type());
    case 'Z':
      return once("one-time initialization function for ");
    case 'a':
      return phrase("protocol witness table accessor for ", pop_protocol_conformance());
    case 'b': {
      if (pop_protocol() == nullptr) return nullptr;
      return phrase("base witness table accessor for ", pop_protocol_conformance());
    }
    case 'l':
      return lazy("lazy protocol witness table accessor for type ");
    case 'p':
      return phrase("protocol witness table pattern for ", pop_protocol_conformance());
    case 'r':
      return phrase("resilient protocol witness table for ", pop_protocol_conformance());
    case 't': {
      if (pop_associated_name() == nullptr) return nullptr;
      return phrase("associated type metadata accessor for ", pop_protocol_conformance());
    }
    case 'v': {
      const char kind = next();
      if (kind != 'd' && kind != 'i') return nullptr;
      return phrase(kind == 'd' ? "direct field offset for " : "indirect field offset for ",
                    pop_entity());
    }
    case 'z':
      return once("one-time initialization token for ");
    default:
      return nullptr;
  }
}

Node* SwiftParser::value_witness() {
  const std::string_view name = value_witness_name(rest_.substr(0, 2));
  if (name.empty()) return nullptr;
  rest_.remove_prefix(2);
  return phrase(std::string(name) + " for ", pop_type());
}

}  // namespace sigla::swift
