// SPDX-License-Identifier: Apache-2.0
#include "demangle/swift_parser.h"

#include <algorithm>

#include "demangle/punycode.h"
#include "demangle/swift_known_types.h"

namespace sigla::swift {
namespace {

constexpr std::size_t kStackSizeMax = 1 << 14;
constexpr std::size_t kTextSizeMax = 1 << 16;
constexpr std::uint64_t kRepeatMax = 2'048;
constexpr std::uint64_t kNumberMax = 1 << 30;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }

}  // namespace

// --- characters, numbers, the stack ---

char SwiftParser::next() {
  const char c = peek();
  if (!rest_.empty()) rest_.remove_prefix(1);
  return c;
}

bool SwiftParser::next_if(char c) {
  if (rest_.empty() || rest_.front() != c) return false;
  rest_.remove_prefix(1);
  return true;
}

bool SwiftParser::next_if(std::string_view text) {
  if (!rest_.starts_with(text)) return false;
  rest_.remove_prefix(text.size());
  return true;
}

std::optional<std::uint64_t> SwiftParser::natural() {
  if (!is_digit(peek())) return std::nullopt;
  std::uint64_t value = 0;
  while (is_digit(peek())) {
    value = value * 10 + static_cast<std::uint64_t>(next() - '0');
    if (value > kNumberMax) return std::nullopt;
  }
  return value;
}

std::optional<std::uint64_t> SwiftParser::index() {
  if (next_if('_')) return 0;
  const auto number = natural();
  if (!number.has_value() || !next_if('_')) return std::nullopt;
  return *number + 1;
}

Node* SwiftParser::remember(Node* node) {
  if (node != nullptr) substitutions_.push_back(node);
  return node;
}

Node* SwiftParser::pop_module() {
  if (Node* const name = pop(Kind::kIdentifier)) {
    return tree_.make(Kind::kModule, {}, name->text);
  }
  return pop(Kind::kModule);
}

Node* SwiftParser::pop_context() {
  if (Node* const module = pop_module()) return module;
  if (!stack_.empty() && stack_.back()->kind == Kind::kBoundGeneric) {
    return pop(Kind::kBoundGeneric);
  }
  return pop_if(is_context);
}

Node* SwiftParser::pop_nominal() { return pop_if(is_nominal); }

Node* SwiftParser::pop_protocol() {
  if (Node* const known = pop_if(is_nominal)) {
    return known->kind == Kind::kProtocol || known->kind == Kind::kOtherNominal ? known : nullptr;
  }
  Node* const name = pop_name();
  return name == nullptr ? nullptr : tree_.make(Kind::kProtocol, {pop_context(), name});
}

std::optional<std::vector<Node*>> SwiftParser::pop_type_list() {
  std::vector<Node*> types;
  if (pop(Kind::kEmptyList) != nullptr) return types;
  bool is_first = false;
  while (!is_first) {
    is_first = pop(Kind::kFirstElement) != nullptr;
    Node* const type = pop_type();
    if (type == nullptr) return std::nullopt;
    types.push_back(type);
  }
  std::ranges::reverse(types);
  return types;
}

// --- the symbol ---

std::optional<std::vector<Node*>> SwiftParser::parse() {
  while (!rest_.empty()) {
    if (peek() == '.') break;  // what LLVM has put behind the name
    Node* const node = is_digit(peek()) ? identifier() : op(next());
    if (node == nullptr || stack_.size() >= kStackSizeMax) return std::nullopt;
    push(node);
  }
  std::vector<Node*> attributes;
  while (Node* const node = pop(Kind::kAttribute)) attributes.push_back(node);
  std::ranges::reverse(attributes);
  if (stack_.size() != 1) return std::nullopt;
  const Kind kind = stack_[0]->kind;
  const bool is_symbol = is_entity(kind) || is_type(kind) || kind == Kind::kPhrase;
  // A name alone is no symbol, unless something was made of it.
  const bool is_known_by_name = is_declaration_name(kind) && !attributes.empty();
  if (!is_symbol && !is_known_by_name) return std::nullopt;
  attributes.push_back(stack_[0]);
  return attributes;
}

Node* SwiftParser::op(char c) {
  switch (c) {
    case 'A':
      return substitution();
    case 'B':
      return builtin();
    case 'C':
      return nominal(Kind::kClass);
    case 'D':
      return phrase("", pop_type());
    case 'E':
      return extension();
    case 'F':
      return function();
    case 'G':
      return bound_generic();
    case 'H':
      return conformance_op();
    case 'I':
      return impl_function_type();
    case 'K':
      return tree_.make(Kind::kThrows);
    case 'L':
      return local_name();
    case 'M':
      return metadata();
    case 'N':
      return phrase("type metadata for ", pop_type());
    case 'O':
      return nominal(Kind::kEnum);
    case 'P':
      return nominal(Kind::kProtocol);
    case 'Q':
      return archetype();
    case 'R':
      return requirement();
    case 'S':
      return standard_substitution();
    case 'T':
      return thunk_or_specialization();
    case 'V':
      return nominal(Kind::kStruct);
    case 'W':
      return witness();
    case 'X':
      return special_type();
    case 'Y':
      return type_annotation();
    case 'Z':
      return tree_.make(Kind::kStatic, {pop_entity()});
    case 'a':
      return nominal(Kind::kTypeAlias);
    case 'c':
      return function_type("");
    case 'd':
      return tree_.make(Kind::kVariadic);
    case 'f':
      return function_entity();
    case 'g':
      return retroactive_conformance();
    case 'h':
      return wrapped("__shared ");
    case 'i':
      return subscript();
    case 'l':
      return generic_signature(false);
    case 'm':
      return tree_.make(Kind::kMetatype, {pop_type()});
    case 'n':
      return wrapped("__owned ");
    case 'o':
      return operator_name();
    case 'p':
      return protocol_list("");
    case 'q': {
      const auto param = generic_param();
      return param.has_value() ? make_param(*param) : nullptr;
    }
    case 'r':
      return generic_signature(true);
    case 's':
      return tree_.make(Kind::kModule, {}, "Swift");
    case 't':
      return tuple();
    case 'u':
      return generic_type();
    case 'v':
      return variable();
    case 'w':
      return value_witness();
    case 'x':
      return make_param({});
    case 'y':
      return tree_.make(Kind::kEmptyList);
    case 'z':
      return wrapped("inout ");
    case '_':
      return tree_.make(Kind::kFirstElement);
    case '$':
      return integer();
    default:
      return nullptr;
  }
}

// --- names ---

void SwiftParser::take_words(std::string_view part) {
  std::size_t start = std::string_view::npos;
  for (std::size_t i = 0; i <= part.size(); ++i) {
    const char c = i < part.size() ? part[i] : '_';
    const char before = i == 0 ? '\0' : part[i - 1];
    const bool ends = c == '_' || (i > 0 && is_upper(c) && !is_upper(before));
    if (start != std::string_view::npos && ends) {
      if (i - start >= 2 && word_count_ < words_.size()) {
        words_[word_count_++] = part.substr(start, i - start);
      }
      start = std::string_view::npos;
    }
    if (start == std::string_view::npos && c != '_' && !is_digit(c)) start = i;
  }
}

Node* SwiftParser::identifier() {
  bool has_words = false;
  bool is_punycode = false;
  if (next_if('0')) {
    is_punycode = next_if('0');
    has_words = !is_punycode;
  }
  std::string text;
  do {
    while (has_words && (is_lower(peek()) || is_upper(peek()))) {
      const char c = next();
      const auto word = static_cast<std::size_t>(is_lower(c) ? c - 'a' : c - 'A');
      has_words = is_lower(c);
      if (word >= word_count_) return nullptr;
      text += words_[word];
      if (text.size() > kTextSizeMax) return nullptr;
    }
    if (next_if('0')) break;
    const auto size = natural();
    if (!size.has_value() || *size == 0) return nullptr;
    if (is_punycode) next_if('_');
    if (*size > rest_.size()) return nullptr;
    const std::string_view part = rest_.substr(0, *size);
    rest_.remove_prefix(*size);
    if (is_punycode) {
      auto decoded = decode_punycode(part, PunycodeDigits::kSwift);
      if (!decoded.has_value()) return nullptr;
      text += *decoded;
    } else {
      text += part;
      take_words(part);
    }
  } while (has_words);
  text_size_ += text.size();
  if (text.empty() || text_size_ > kTextSizeMax) return nullptr;
  return remember(tree_.make(Kind::kIdentifier, {}, text));
}

Node* SwiftParser::operator_name() {
  Node* const name = pop(Kind::kIdentifier);
  if (name == nullptr) return nullptr;
  const auto characters = operator_characters(name->text);
  if (!characters.has_value()) return nullptr;
  const std::string& text = *characters;
  switch (next()) {
    case 'p':
      return tree_.make(Kind::kOperator, {}, text + " prefix");
    case 'P':
      return tree_.make(Kind::kOperator, {}, text + " postfix");
    case 'i':
      return tree_.make(Kind::kOperator, {}, text + " infix");
    default:
      return nullptr;
  }
}

Node* SwiftParser::local_name() {
  if (next_if('L')) {
    Node* const file = pop(Kind::kIdentifier);
    return file == nullptr ? nullptr : tree_.make(Kind::kPrivateName, {pop_name()});
  }
  if (next_if('l')) {
    return pop(Kind::kIdentifier) == nullptr ? nullptr : tree_.make(Kind::kPrivateName);
  }
  if ((peek() >= 'a' && peek() <= 'j') || (peek() >= 'A' && peek() <= 'J')) {
    const char letter = next();
    return tree_.make(Kind::kRelatedName, {pop_name()}, {&letter, 1});
  }
  const auto number = index();
  Node* const name = number.has_value() ? tree_.make(Kind::kLocalName, {pop_name()}) : nullptr;
  if (name != nullptr) name->index = *number + 1;
  return name;
}

// --- substitutions ---

Node* SwiftParser::substitution() {
  std::uint64_t repeat = 1;
  for (;;) {
    if (next_if('_')) {  // "A_" without a number
      return substitutions_.size() > 26 ? substitutions_[26] : nullptr;
    }
    bool has_number = false;
    if (is_digit(peek())) {
      const auto number = natural();
      if (!number.has_value()) return nullptr;
      repeat = *number;
      has_number = true;
    }
    if (has_number && next_if('_')) {
      const std::uint64_t at = repeat + 27;
      return at < substitutions_.size() ? substitutions_[at] : nullptr;
    }
    const char c = next();
    if ((!is_lower(c) && !is_upper(c)) || repeat == 0 || repeat > kRepeatMax) return nullptr;
    const auto at = static_cast<std::size_t>(is_lower(c) ? c - 'a' : c - 'A');
    if (at >= substitutions_.size()) return nullptr;
    if (stack_.size() + repeat >= kStackSizeMax) return nullptr;
    for (std::uint64_t i = 1; i < repeat; ++i) push(substitutions_[at]);
    if (is_upper(c)) return substitutions_[at];
    push(substitutions_[at]);
    repeat = 1;
  }
}

Node* SwiftParser::known_type(char c) {
  const bool is_concurrency = c == 'c' && !rest_.empty();
  const KnownType* const known =
      is_concurrency ? find_concurrency_type(next()) : find_known_type(c);
  if (known == nullptr) return nullptr;
  Node* const module = tree_.make(Kind::kModule, {}, "Swift");
  return tree_.make(known->kind, {module, tree_.make(Kind::kIdentifier, {}, known->name)});
}

Node* SwiftParser::standard_substitution() {
  if (next_if('o')) return tree_.make(Kind::kModule, {}, "__C");
  if (next_if('C')) return tree_.make(Kind::kModule, {}, "__C_Synthesized");
  if (next_if('g')) {
    Node* const type = pop_type();
    return remember(tree_.make(Kind::kBoundGeneric, {known_type('q'), type}));
  }
  std::uint64_t repeat = 1;
  if (is_digit(peek())) {
    const auto number = natural();
    if (!number.has_value() || *number == 0 || *number > kRepeatMax) return nullptr;
    repeat = *number;
  }
  if (stack_.size() + repeat >= kStackSizeMax) return nullptr;
  Node* const type = known_type(next());
  if (type == nullptr) return nullptr;
  for (std::uint64_t i = 1; i < repeat; ++i) push(type);
  return type;
}

// --- declarations ---

Node* SwiftParser::nominal(Kind kind) {
  Node* const name = pop_name();
  return name == nullptr ? nullptr : remember(tree_.make(kind, {pop_context(), name}));
}

Node* SwiftParser::extension() {
  Node* const signature = pop(Kind::kSignature);
  Node* const module = pop_module();
  Node* const type = pop_nominal();
  Node* const extension = tree_.make(Kind::kExtension, {module, type});
  if (extension != nullptr && signature != nullptr) extension->children.push_back(signature);
  return extension;
}

// Labels were pushed before the type, one for each parameter; "_" is one without a name.
Node* SwiftParser::labels(const Node* type) {
  Node* const labels = tree_.make(Kind::kLabels);
  if (labels == nullptr || is_swift4_) return labels;
  if (pop(Kind::kEmptyList) != nullptr) return labels;
  if (type->kind == Kind::kGenericType) type = type->child(1);
  if (type == nullptr || type->kind != Kind::kFunctionType) return labels;
  const Node* const parameters = type->child(0);
  const std::size_t count =
      parameters->kind == Kind::kTuple ? parameters->children.size() : std::size_t{1};
  for (std::size_t i = 0; i < count; ++i) {
    Node* label = pop(Kind::kFirstElement);
    if (label == nullptr) label = pop(Kind::kIdentifier);
    if (label == nullptr) return nullptr;
    labels->children.push_back(label);
  }
  std::ranges::reverse(labels->children);
  return labels;
}

Node* SwiftParser::function() {
  Node* const signature = pop(Kind::kSignature);
  Node* type = function_type("");
  if (type == nullptr) return nullptr;
  Node* const label_list = labels(type);
  if (signature != nullptr) type = tree_.make(Kind::kGenericType, {signature, type});
  Node* const name = pop_name();
  return name == nullptr ? nullptr
                         : tree_.make(Kind::kFunction, {pop_context(), name, type, label_list});
}

Node* SwiftParser::variable() {
  Node* const type = pop_type();
  if (type == nullptr || labels(type) == nullptr) return nullptr;
  Node* const name = pop_name();
  if (name == nullptr) return nullptr;
  return accessor(tree_.make(Kind::kVariable, {pop_context(), name}));
}

Node* SwiftParser::subscript() {
  pop(Kind::kPrivateName);
  Node* const type = pop_type();
  if (type == nullptr) return nullptr;
  Node* const label_list = labels(type);
  return accessor(tree_.make(Kind::kSubscript, {pop_context(), type, label_list}));
}

Node* SwiftParser::accessor(Node* storage) {
  const auto named = [&](std::string_view text) {
    return tree_.make(Kind::kAccessor, {storage}, text);
  };
  switch (next()) {
    case 'G':
      return named("getter");
    case 'M':
      return named("modify");
    case 'W':
      return named("didset");
    case 'b':
      return named("borrow");
    case 'g':
      return named("getter");
    case 'i':
      return named("init");
    case 'm':
      return named("materializeForSet");
    case 'p':
      return storage;
    case 'r':
      return named("read");
    case 's':
      return named("setter");
    case 'w':
      return named("willset");
    case 'x':
      return named("modify2");
    case 'y':
      return named("read2");
    case 'z':
      return named("mutate");
    case 'a':
      switch (next()) {
        case 'O':
          return named("owningMutableAddressor");
        case 'o':
          return named("nativeOwningMutableAddressor");
        case 'p':
          return named("nativePinningMutableAddressor");
        case 'u':
          return named("unsafeMutableAddressor");
        default:
          return nullptr;
      }
    case 'l':
      switch (next()) {
        case 'O':
          return named("owningAddressor");
        case 'o':
          return named("nativeOwningAddressor");
        case 'p':
          return named("nativePinningAddressor");
        case 'u':
          return named("unsafeAddressor");
        default:
          return nullptr;
      }
    default:
      return nullptr;
  }
}

Node* SwiftParser::constructor(std::string_view name) {
  pop(Kind::kPrivateName);
  Node* const type = pop_type();
  if (type == nullptr) return nullptr;
  Node* const label_list = labels(type);
  Node* const context = pop_context();
  // Only a class's instance is allocated apart from being initialised.
  if (context != nullptr && context->kind != Kind::kClass) name = "init";
  return tree_.make(Kind::kConstructor, {context, type, label_list}, name);
}

Node* SwiftParser::owned_code(std::string_view text) {
  return tree_.make(Kind::kOwnedCode, {pop_context()}, text);
}

Node* SwiftParser::closure(std::string_view text) {
  const auto number = index();
  if (!number.has_value() || pop_type() == nullptr) return nullptr;
  Node* const closure = tree_.make(Kind::kClosure, {pop_context()}, text);
  if (closure != nullptr) closure->index = *number + 1;
  return closure;
}

Node* SwiftParser::macro() {
  Node* const signature = pop(Kind::kSignature);
  Node* type = pop_type();
  if (type == nullptr) return nullptr;
  Node* const label_list = labels(type);
  if (signature != nullptr) type = tree_.make(Kind::kGenericType, {signature, type});
  Node* const name = pop_name();
  return name == nullptr ? nullptr
                         : tree_.make(Kind::kMacro, {pop_context(), name, type, label_list});
}

Node* SwiftParser::macro_expansion() {
  const char kind = next();
  const auto number = index();
  if (!number.has_value()) return nullptr;
  if (kind == 'X') {  // stands in no declaration, but in a line and column of a file
    if (!index().has_value()) return nullptr;
    Node* const file = pop(Kind::kIdentifier);
    return tree_.make(Kind::kAnonymousContext, {pop_module(), file});
  }
  const bool is_attached = kind != 'f' && kind != 'u';
  Node* const macro_name = is_attached ? pop(Kind::kIdentifier) : nullptr;
  Node* const name = pop_name();
  if (name == nullptr || (is_attached && macro_name == nullptr)) return nullptr;
  pop(Kind::kPrivateName);
  const auto attached = [&](std::string_view what) {
    return std::string(what) + " macro @" + macro_name->text + " expansion #";
  };
  std::string text;
  switch (kind) {
    case 'f':
      text = "freestanding macro expansion #";
      break;
    case 'u':
      text = "unique name #";
      break;
    case 'a':
      text = attached("accessor");
      break;
    case 'r':
      text = attached("member attribute");
      break;
    case 'm':
      text = attached("member");
      break;
    case 'p':
      text = attached("peer");
      break;
    case 'c':
      text = attached("conformance");
      break;
    case 'e':
      text = attached("extension");
      break;
    case 'q':
      text = attached("preamble");
      break;
    case 'b':
      text = attached("body");
      break;
    default:
      return nullptr;
  }
  Node* const node = tree_.make(Kind::kExpansion, {pop_context(), name}, text);
  if (node != nullptr) node->index = *number + 1;
  return node;
}

Node* SwiftParser::function_entity() {
  const auto destructor = [&](std::string_view name) {
    return tree_.make(Kind::kDestructor, {pop_context()}, name);
  };
  switch (next()) {
    case 'A': {
      const auto number = index();
      if (!number.has_value()) return nullptr;
      return owned_code("default argument " + std::to_string(*number));
    }
    case 'C':
      return constructor("__allocating_init");
    case 'D':
      return destructor("__deallocating_deinit");
    case 'E':
      return destructor("__ivar_destroyer");
    case 'F':
      return owned_code("property wrapped field init accessor");
    case 'M':
      return macro_expansion();
    case 'P':
      return owned_code("property wrapper backing initializer");
    case 'U':
      return closure("closure #");
    case 'W':
      return owned_code("property wrapper init from projected value");
    case 'Z':
      return destructor("__isolated_deallocating_deinit");
    case 'a':
      return owned_code("runtime attribute generator");
    case 'c':
      return constructor("init");
    case 'd':
      return destructor("deinit");
    case 'e':
      return destructor("__ivar_initializer");
    case 'i':
      return owned_code("variable initialization expression");
    case 'm':
      return macro();
    case 'o':
    case 'p': {
      if (pop_type() == nullptr) return nullptr;
      Node* const name = pop_name();
      return name == nullptr ? nullptr : tree_.make(Kind::kVariable, {pop_context(), name});
    }
    case 'u':
      return closure("implicit closure #");
    default:
      return nullptr;
  }
}

}  // namespace sigla::swift
