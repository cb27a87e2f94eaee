// SPDX-License-Identifier: Apache-2.0
#include "demangle/swift_old_parser.h"

#include <algorithm>
#include <string>

#include "demangle/punycode.h"
#include "demangle/swift_known_types.h"

namespace sigla::swift {
namespace {

constexpr std::uint64_t kNumberMax = 1 << 30;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

}  // namespace

bool SwiftOldParser::next_if(char c) {
  if (rest_.empty() || rest_.front() != c) return false;
  rest_.remove_prefix(1);
  return true;
}

bool SwiftOldParser::next_if(std::string_view text) {
  if (!rest_.starts_with(text)) return false;
  rest_.remove_prefix(text.size());
  return true;
}

std::optional<std::uint64_t> SwiftOldParser::natural() {
  if (!is_digit(peek())) return std::nullopt;
  std::uint64_t value = 0;
  while (is_digit(peek())) {
    value = value * 10 + static_cast<std::uint64_t>(peek() - '0');
    rest_.remove_prefix(1);
    if (value > kNumberMax) return std::nullopt;
  }
  return value;
}

std::optional<std::uint64_t> SwiftOldParser::index() {
  if (next_if('_')) return 0;
  const auto number = natural();
  if (!number.has_value() || !next_if('_')) return std::nullopt;
  return *number + 1;
}

// --- the symbol ---

std::optional<std::vector<Node*>> SwiftOldParser::parse() {
  std::vector<Node*> symbol;
  if (!attributes(symbol)) return std::nullopt;
  Node* const node = global();
  // '.': what LLVM has put behind the name
  if (node == nullptr || (!rest_.empty() && peek() != '.')) return std::nullopt;
  symbol.push_back(node);
  return symbol;
}

bool SwiftOldParser::attributes(std::vector<Node*>& found) {
  const auto add = [&](std::string_view text) {
    Node* const attribute = tree_.make(Kind::kAttribute, {}, text);
    if (attribute != nullptr) found.push_back(attribute);
    return attribute != nullptr;
  };
  if (next_if("TS")) {
    do {
      if (!specialization()) return false;
      substitutions_.clear();
    } while (next_if("_TTS"));
    return next_if("_T") && add("specialized ");
  }
  if (next_if("To")) return add("@objc ");
  if (next_if("TO")) return add("@nonobjc ");
  if (next_if("TD")) return add("dynamic ");
  if (next_if("Td")) return add("super ");
  if (next_if("TV")) return add("override ");
  if (next_if("PAo") || next_if("PA")) return next_if("__T") && add("partial apply for ");
  return true;
}

// What it was specialised for is read and left out.
bool SwiftOldParser::specialization() {
  const bool is_of_signature = next_if('f');
  if (!is_of_signature && !next_if('g') && !next_if('r')) return false;
  next_if('q');
  if (!is_digit(peek())) return false;
  rest_.remove_prefix(1);  // the compiler's pass
  while (!next_if('_')) {
    if (is_of_signature) {
      if (!signature_parameter()) return false;
      continue;
    }
    if (type() == nullptr) return false;
    while (!next_if('_')) {
      if (conformance() == nullptr) return false;
    }
  }
  return true;
}

bool SwiftOldParser::signature_parameter() {
  const auto skip_to_underscore = [&] {
    rest_.remove_prefix(std::min(rest_.find('_'), rest_.size()));
    return next_if('_');
  };
  for (const char plain : {'n', 'i', 'k', 'r'}) {
    if (next_if(std::string{plain, '_'})) return true;
  }
  if (next_if("cpfr") || next_if("cpg")) return identifier() != nullptr && next_if('_');
  if (next_if("cpi") || next_if("cpfl")) return skip_to_underscore();
  if (next_if("cpse0v") || next_if("cpse1v")) return identifier() != nullptr && next_if('_');
  if (next_if("cl")) {
    if (identifier() == nullptr) return false;
    while (!next_if('_')) {
      if (type() == nullptr) return false;
    }
    return true;
  }
  const std::size_t size = rest_.size();
  for (const char option : {'d', 'g', 'o', 's'}) next_if(option);
  return rest_.size() < size && next_if('_');
}

Node* SwiftOldParser::global() {
  if (next_if('M')) return metadata();
  if (next_if('t')) return type();
  if (next_if('W')) return witness_table();
  if (next_if('T')) return thunk();
  if (next_if('w')) {
    const std::string_view name = value_witness_name(rest_.substr(0, 2));
    if (name.empty()) return nullptr;
    rest_.remove_prefix(2);
    return tree_.make(Kind::kPhrase, {type()}, std::string(name) + " for ");
  }
  return entity();
}

Node* SwiftOldParser::metadata() {
  if (next_if('p')) return tree_.make(Kind::kPhrase, {protocol_name()}, "protocol descriptor for ");
  std::string_view text = "type metadata for ";
  if (next_if('P')) text = "generic type metadata pattern for ";
  if (next_if('a')) text = "type metadata accessor for ";
  if (next_if('L')) text = "lazy cache variable for type metadata for ";
  if (next_if('m')) text = "metaclass for ";
  if (next_if('n')) text = "nominal type descriptor for ";
  if (next_if('f')) text = "full type metadata for ";
  return tree_.make(Kind::kPhrase, {type()}, text);
}

Node* SwiftOldParser::witness_table() {
  const auto of_conformance = [&](std::string_view text) {
    return tree_.make(Kind::kPhrase, {conformance()}, text);
  };
  const auto lazy = [&](std::string_view text) {
    return type() == nullptr ? nullptr : of_conformance(text);
  };
  if (next_if('V')) return tree_.make(Kind::kPhrase, {type()}, "value witness table for ");
  if (next_if("vd")) return tree_.make(Kind::kPhrase, {entity()}, "direct field offset for ");
  if (next_if("vi")) return tree_.make(Kind::kPhrase, {entity()}, "indirect field offset for ");
  if (next_if('P')) return of_conformance("protocol witness table for ");
  if (next_if('G')) return of_conformance("generic protocol witness table for ");
  if (next_if('I')) {
    return of_conformance("instantiation function for generic protocol witness table for ");
  }
  if (next_if('a')) return of_conformance("protocol witness table accessor for ");
  if (next_if('l')) return lazy("lazy protocol witness table accessor for type ");
  if (next_if('L')) return lazy("lazy protocol witness table cache variable for type ");
  return nullptr;
}

Node* SwiftOldParser::thunk() {
  if (!next_if('W')) return nullptr;
  Node* const conforming = conformance();
  Node* const phrase = tree_.make(Kind::kPhrase, {entity()}, "protocol witness for ");
  Node* const where = tree_.make(Kind::kPhrase, {conforming}, " in conformance ");
  return tree_.make(Kind::kPhrase, {phrase, where});
}

// --- names ---

Node* SwiftOldParser::remember(Node* node) {
  if (node != nullptr) substitutions_.push_back(node);
  return node;
}

Node* SwiftOldParser::identifier() {
  const bool is_punycode = next_if('X');
  std::string_view fixity;
  if (next_if('o')) {
    if (next_if('p')) fixity = " prefix";
    if (fixity.empty() && next_if('P')) fixity = " postfix";
    if (fixity.empty() && next_if('i')) fixity = " infix";
    if (fixity.empty()) return nullptr;
  }
  const auto size = natural();
  if (!size.has_value() || *size == 0 || *size > rest_.size()) return nullptr;
  std::string text(rest_.substr(0, *size));
  rest_.remove_prefix(*size);
  if (is_punycode) {
    auto decoded = decode_punycode(text, PunycodeDigits::kSwift);
    if (!decoded.has_value()) return nullptr;
    text = *std::move(decoded);
  }
  if (fixity.empty()) return tree_.make(Kind::kIdentifier, {}, text);
  const auto characters = operator_characters(text);
  if (!characters.has_value()) return nullptr;
  return tree_.make(Kind::kOperator, {}, *characters + std::string(fixity));
}

Node* SwiftOldParser::decl_name() {
  if (next_if('L')) {
    const auto number = index();
    Node* const local = tree_.make(Kind::kLocalName, {identifier()});
    if (!number.has_value() || local == nullptr) return nullptr;
    local->index = *number + 1;
    return local;
  }
  if (next_if('P')) {
    if (identifier() == nullptr) return nullptr;  // of the file
    return tree_.make(Kind::kPrivateName, {identifier()});
  }
  return identifier();
}

Node* SwiftOldParser::module() {
  if (next_if('s')) return tree_.make(Kind::kModule, {}, "Swift");
  if (next_if('S')) {
    Node* const known = substitution();
    return known != nullptr && known->kind == Kind::kModule ? known : nullptr;
  }
  Node* const name = identifier();
  if (name == nullptr || name->kind != Kind::kIdentifier) return nullptr;
  return remember(tree_.make(Kind::kModule, {}, name->text));
}

Node* SwiftOldParser::known_type(char letter) {
  Node* const module = tree_.make(Kind::kModule, {}, "Swift");
  const auto named = [&](Kind kind, std::string_view name) {
    return tree_.make(kind, {module, tree_.make(Kind::kIdentifier, {}, name)});
  };
  if (letter == 'c') return named(Kind::kStruct, "UnicodeScalar");
  if (letter == 'Q') return named(Kind::kEnum, "ImplicitlyUnwrappedOptional");
  constexpr std::string_view kLetters = "abdfiPpqRrSuVv";
  if (kLetters.find(letter) == std::string_view::npos) return nullptr;
  const KnownType* const known = find_known_type(letter);
  return known == nullptr ? nullptr : named(known->kind, known->name);
}

Node* SwiftOldParser::substitution() {
  if (next_if('o')) return tree_.make(Kind::kModule, {}, "__C");
  if (next_if('C')) return tree_.make(Kind::kModule, {}, "__C_Synthesized");
  if (Node* const known = rest_.empty() ? nullptr : known_type(peek())) {
    rest_.remove_prefix(1);
    return known;
  }
  const auto number = index();
  if (!number.has_value() || *number >= substitutions_.size()) return nullptr;
  return substitutions_[*number];
}

Node* SwiftOldParser::declaration(Kind kind) {
  return nested([&]() -> Node* {
    Node* const outer = context();
    return outer == nullptr ? nullptr : remember(tree_.make(kind, {outer, decl_name()}));
  });
}

Node* SwiftOldParser::protocol_in(Node* outer) {
  return remember(tree_.make(Kind::kProtocol, {outer, decl_name()}));
}

Node* SwiftOldParser::protocol_name() {
  if (next_if('S')) {
    Node* const known = substitution();
    if (known == nullptr || known->kind == Kind::kProtocol) return known;
    return known->kind == Kind::kModule ? protocol_in(known) : nullptr;
  }
  if (next_if('s')) return protocol_in(tree_.make(Kind::kModule, {}, "Swift"));
  return declaration(Kind::kProtocol);
}

Node* SwiftOldParser::nominal_type() {
  if (next_if('S')) return substitution();
  if (next_if('V')) return declaration(Kind::kStruct);
  if (next_if('O')) return declaration(Kind::kEnum);
  if (next_if('C')) return declaration(Kind::kClass);
  if (next_if('P')) return declaration(Kind::kProtocol);
  return nullptr;
}

Node* SwiftOldParser::bound_generic_type() {
  Node* const nominal = nominal_type();
  return nominal == nullptr ? nullptr : bound_generic_args(nominal);
}

// Arguments of the outermost type come first.
Node* SwiftOldParser::bound_generic_args(Node* nominal) {
  return nested([&]() -> Node* {
    if (!is_nominal(nominal->kind)) return nullptr;
    Node* type = nominal;
    if (is_nominal(nominal->child(0)->kind)) {
      Node* const outer = bound_generic_args(nominal->child(0));
      type = tree_.make(nominal->kind, {outer, nominal->child(1)});
    }
    std::vector<Node*> arguments;
    while (!next_if('_')) {
      Node* const argument = this->type();
      if (argument == nullptr) return nullptr;
      arguments.push_back(argument);
    }
    if (arguments.empty() || type == nullptr) return type;
    Node* const bound = tree_.make(Kind::kBoundGeneric, {type});
    if (bound != nullptr) {
      bound->children.insert(bound->children.end(), arguments.begin(), arguments.end());
    }
    return bound;
  });
}

Node* SwiftOldParser::context() {
  return nested([&]() -> Node* {
    if (next_if('E')) {
      Node* const where = module();
      return where == nullptr ? nullptr : tree_.make(Kind::kExtension, {where, context()});
    }
    if (next_if('e')) {
      Node* const where = module();
      Node* const signature = where == nullptr ? nullptr : generic_signature();
      if (signature == nullptr) return nullptr;
      Node* const extended = context();
      return tree_.make(Kind::kExtension, {where, extended, signature});
    }
    if (next_if('S')) return substitution();
    if (peek() == 's') return module();
    if (next_if('G')) return bound_generic_type();
    constexpr std::string_view kEntities = "FIvPZCVO";
    return kEntities.find(peek()) != std::string_view::npos ? entity() : module();
  });
}

Node* SwiftOldParser::conformance() {
  Node* const conforming = type();
  const bool is_complete =
      conforming != nullptr && protocol_name() != nullptr && context() != nullptr;
  return is_complete ? conforming : nullptr;
}

// --- entities ---

Node* SwiftOldParser::entity() {
  return nested([&]() -> Node* {
    if (next_if('Z')) return tree_.make(Kind::kStatic, {entity()});
    const char kind = peek();
    if (kind != 'F' && kind != 'v' && kind != 'I' && kind != 'i') return nominal_type();
    rest_.remove_prefix(1);
    Node* const outer = context();
    const bool can_contain =
        outer != nullptr && (is_context(outer->kind) || outer->kind == Kind::kBoundGeneric);
    return can_contain ? entity_in(kind, outer) : nullptr;
  });
}

Node* SwiftOldParser::entity_in(char kind, Node* outer) {
  const auto destructor = [&](std::string_view text) {
    return tree_.make(Kind::kDestructor, {outer}, text);
  };
  if (kind == 'I') {
    if (next_if('i')) {
      return tree_.make(Kind::kOwnedCode, {outer}, "variable initialization expression");
    }
    const auto number = next_if('A') ? index() : std::nullopt;
    if (!number.has_value()) return nullptr;
    return tree_.make(Kind::kOwnedCode, {outer}, "default argument " + std::to_string(*number));
  }
  if (next_if('D')) return destructor("__deallocating_deinit");
  if (next_if('d')) return destructor("deinit");
  if (next_if('e')) return destructor("__ivar_initializer");
  if (next_if('E')) return destructor("__ivar_destroyer");
  // Only a class's instance is allocated apart from being initialised.
  if (next_if('C'))
    return callable(outer, outer->kind == Kind::kClass ? "__allocating_init" : "init");
  if (next_if('c')) return callable(outer, "init");
  if (next_if('U')) return indexed(Kind::kClosure, outer, "closure #");
  if (next_if('u')) return indexed(Kind::kClosure, outer, "implicit closure #");
  struct Accessor {
    std::string_view letters;
    std::string_view text;
  };
  constexpr Accessor kAccessors[] = {{"aO", "owningMutableAddressor"},
                                     {"ao", "nativeOwningMutableAddressor"},
                                     {"ap", "nativePinningMutableAddressor"},
                                     {"au", "unsafeMutableAddressor"},
                                     {"lO", "owningAddressor"},
                                     {"lo", "nativeOwningAddressor"},
                                     {"lp", "nativePinningAddressor"},
                                     {"lu", "unsafeAddressor"},
                                     {"g", "getter"},
                                     {"G", "getter"},
                                     {"s", "setter"},
                                     {"m", "materializeForSet"},
                                     {"w", "willset"},
                                     {"W", "didset"},
                                     {"r", "read"},
                                     {"M", "modify"}};
  for (const Accessor& known : kAccessors) {
    if (next_if(known.letters)) return accessor(outer, known.text);
  }
  Node* const name = decl_name();
  Node* const of_type = name == nullptr ? nullptr : type();
  if (of_type == nullptr) return nullptr;
  if (kind == 'v') return tree_.make(Kind::kVariable, {outer, name});
  Node* const labels = tree_.make(Kind::kLabels);
  if (kind == 'i') return tree_.make(Kind::kSubscript, {outer, of_type, labels});
  return tree_.make(Kind::kFunction, {outer, name, of_type, labels});
}

Node* SwiftOldParser::accessor(Node* outer, std::string_view text) {
  Node* const name = decl_name();
  Node* const of_type = name == nullptr ? nullptr : type();
  if (of_type == nullptr) return nullptr;
  const Node* const plain = name->kind == Kind::kPrivateName ? name->child(0) : name;
  Node* const storage =
      plain->text == "subscript"
          ? tree_.make(Kind::kSubscript, {outer, of_type, tree_.make(Kind::kLabels)})
          : tree_.make(Kind::kVariable, {outer, name});
  return tree_.make(Kind::kAccessor, {storage}, text);
}

Node* SwiftOldParser::callable(Node* outer, std::string_view text) {
  return tree_.make(Kind::kConstructor, {outer, type(), tree_.make(Kind::kLabels)}, text);
}

Node* SwiftOldParser::indexed(Kind kind, Node* outer, std::string_view text) {
  const auto number = index();
  if (!number.has_value() || type() == nullptr) return nullptr;
  Node* const node = tree_.make(kind, {outer}, text);
  if (node != nullptr) node->index = *number + 1;
  return node;
}

}  // namespace sigla::swift
