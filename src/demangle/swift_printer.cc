// SPDX-License-Identifier: Apache-2.0
#include "demangle/swift_printer.h"

#include <string_view>

namespace sigla::swift {
namespace {

constexpr int kDepthMax = 200;
constexpr std::size_t kStepCountMax = 100'000;  // a tree can print long and say nothing

class Printer {
 public:
  explicit Printer(std::size_t size_max) : size_max_(size_max) {}

  std::optional<std::string> print(const std::vector<Node*>& symbol);

 private:
  // Prints a context or a type. A context that cannot stand in front of a dot (with `as_prefix`) is
  // returned unprinted, to be put behind: "closure #1 in f()".
  const Node* print(const Node* node, bool as_prefix = false);
  const Node* print_declaration(const Node& node, bool as_prefix);
  const Node* print_bound_generic(const Node& node, bool as_prefix);
  void print_own_name(const Node& node);
  void print_name(const Node* name);
  void print_type(const Node& node);
  void print_signature(const Node& signature);
  void print_callable(const Node* type, const Node* labels, bool has_space);
  void print_parameters(const Node* parameters, const Node* labels);
  void print_function_type(const Node& node);
  void print_impl_function_type(const Node& node);
  void print_protocols(const Node& node);
  void print_list(const std::vector<Node*>& nodes,
                  std::size_t first,
                  std::size_t end,
                  std::string_view separator);
  void print_enclosed(const Node* type);
  void add(std::string_view text) {
    if (out_.size() + text.size() > size_max_) {
      is_ok_ = false;
    } else {
      out_ += text;
    }
  }

  std::string out_;
  std::size_t size_max_;
  std::size_t step_count_ = 0;
  int depth_ = 0;
  bool is_ok_ = true;
};

std::string param_name(std::uint64_t depth, std::uint64_t index) {
  std::string name;
  do {
    name += static_cast<char>('A' + index % 26);
    index /= 26;
  } while (index > 0);
  if (depth > 0) name += std::to_string(depth);
  return name;
}

// The name when `node` is a type of Swift's own module.
std::string_view standard_name(const Node* node) {
  const bool is_standard = node != nullptr && is_nominal(node->kind) &&
                           node->child(0)->kind == Kind::kModule && node->child(0)->text == "Swift";
  return is_standard ? std::string_view(node->child(1)->text) : std::string_view();
}

bool is_name_of_words(const Node& node) {
  switch (node.kind) {
    case Kind::kClosure:
    case Kind::kOwnedCode:
    case Kind::kExpansion:
      return true;
    case Kind::kAccessor:
      return is_name_of_words(*node.child(0));
    case Kind::kConstructor:
    case Kind::kDestructor:
    case Kind::kSubscript:
      return false;
    default:
      return node.child(1) != nullptr && node.child(1)->kind == Kind::kLocalName;
  }
}

bool can_be_prefix(const Node& node) {
  const bool is_plain = is_nominal(node.kind) || node.kind == Kind::kDestructor;
  return is_plain && !is_name_of_words(node);
}

// Has several words, so that a sign behind it would be taken for the last one's.
bool needs_parentheses(const Node& type) {
  switch (type.kind) {
    case Kind::kFunctionType:
    case Kind::kImplFunctionType:
    case Kind::kGenericType:
    case Kind::kConstrained:
    case Kind::kPrefixedType:
      return !type.children.empty();
    case Kind::kProtocolList:
      return type.children.size() > 1;
    default:
      return false;
  }
}

std::optional<std::string> Printer::print(const std::vector<Node*>& symbol) {
  bool is_specialized = false;
  for (std::size_t i = symbol.size() - 1; i > 0; --i) {
    const std::string& text = symbol[i - 1]->text;
    const bool is_specialization = text == "specialized ";
    if (is_specialization && is_specialized) continue;
    is_specialized = is_specialized || is_specialization;
    add(text);
  }
  const Node* const entity = symbol.back();
  if (is_declaration_name(entity->kind)) {
    print_name(entity);
  } else {
    print(entity);
  }
  if (!is_ok_ || out_.empty()) return std::nullopt;
  return std::move(out_);
}

const Node* Printer::print(const Node* node, bool as_prefix) {
  if (node == nullptr || !is_ok_) return nullptr;
  if (depth_ >= kDepthMax || ++step_count_ > kStepCountMax) {
    is_ok_ = false;
    return nullptr;
  }
  ++depth_;
  const Node* postfix = nullptr;
  switch (node->kind) {
    case Kind::kModule:
    case Kind::kAnonymousContext:
      break;
    case Kind::kExtension:
      postfix = print(node->child(1), as_prefix);
      if (postfix == nullptr && node->child(2) != nullptr) print_signature(*node->child(2));
      break;
    case Kind::kBoundGeneric:
      postfix = print_bound_generic(*node, as_prefix);
      break;
    case Kind::kStatic:
      if (as_prefix) {
        postfix = node;
      } else {
        add("static ");
        print(node->child(0));
      }
      break;
    default:
      if (is_entity(node->kind) && node->kind != Kind::kOpaqueResult) {
        postfix = print_declaration(*node, as_prefix);
      } else {
        print_type(*node);
      }
  }
  --depth_;
  return postfix;
}

// --- declarations ---

void Printer::print_name(const Node* name) {
  if (name == nullptr) return;
  switch (name->kind) {
    case Kind::kLocalName:
      print_name(name->child(0));
      add(" #" + std::to_string(name->index));
      break;
    case Kind::kPrivateName:
      print_name(name->child(0));
      break;
    case Kind::kRelatedName:
      add("related decl '" + name->text + "' for ");
      print_name(name->child(0));
      break;
    default:
      add(name->text);
  }
}

void Printer::print_own_name(const Node& node) {
  switch (node.kind) {
    case Kind::kSubscript:
      add("subscript");
      break;
    case Kind::kConstructor:
    case Kind::kDestructor:
    case Kind::kOwnedCode:
      add(node.text);
      break;
    case Kind::kClosure:
      add(node.text + std::to_string(node.index));
      break;
    case Kind::kExpansion:
      add(node.text + std::to_string(node.index) + " of ");
      print_name(node.child(1));
      break;
    default:
      print_name(node.child(1));
  }
}

const Node* Printer::print_declaration(const Node& node, bool as_prefix) {
  if (as_prefix && !can_be_prefix(node)) return &node;
  const Node& named = node.kind == Kind::kAccessor ? *node.child(0) : node;
  const bool has_words = is_name_of_words(node);
  const Node* context = named.child(0);
  if (context->kind == Kind::kModule || context->kind == Kind::kAnonymousContext) context = nullptr;
  const Node* postfix = nullptr;
  if (has_words) {
    postfix = context;
  } else if (context != nullptr) {
    const std::size_t before = out_.size();
    postfix = print(context, true);
    if (out_.size() != before) add(".");
  }
  print_own_name(named);
  if (node.kind == Kind::kAccessor) {
    add("." + node.text);
  } else if (node.kind == Kind::kFunction || node.kind == Kind::kMacro) {
    print_callable(node.child(2), node.child(3), has_words);
  } else if (node.kind == Kind::kConstructor || node.kind == Kind::kSubscript) {
    print_callable(node.child(1), node.child(2), false);
  }
  if (postfix != nullptr) {
    add(node.kind == Kind::kOwnedCode ? " of " : " in ");
    print(postfix);
  }
  return nullptr;
}

void Printer::print_callable(const Node* type, const Node* labels, bool has_space) {
  if (type->kind == Kind::kGenericType) {
    print_signature(*type->child(0));
    type = type->child(1);
  }
  if (type == nullptr || type->kind != Kind::kFunctionType) return;
  if (has_space) add(" ");
  print_parameters(type->child(0), labels);
}

void Printer::print_parameters(const Node* parameters, const Node* labels) {
  const auto label = [&](std::size_t i, const Node* element) {
    const Node* const own = labels == nullptr ? nullptr : labels->child(i);
    if (own != nullptr && own->kind == Kind::kIdentifier) {
      add(own->text + ": ");
    } else if (element != nullptr && !element->text.empty()) {
      add(element->text + ": ");
    }
  };
  add("(");
  if (parameters->kind == Kind::kTuple) {
    for (std::size_t i = 0; i < parameters->children.size() && is_ok_; ++i) {
      const Node* const element = parameters->child(i);
      if (i > 0) add(", ");
      label(i, element);
      print(element->child(0));
      if (element->index != 0) add("...");
    }
  } else {
    label(0, nullptr);
    print(parameters);
  }
  add(")");
}

// "<A, B>", and "<A><A1>" when an outer declaration's parameters are there as well.
void Printer::print_signature(const Node& signature) {
  const auto marker = [&](std::uint64_t depth, std::uint64_t index) -> std::string_view {
    for (const Node* const requirement : signature.children) {
      if (requirement->text.empty() || requirement->depth != depth) continue;
      if (requirement->index == index) return requirement->text == "pack" ? "each " : "let ";
    }
    return "";
  };
  add("<");
  for (std::size_t depth = 0; depth < signature.counts.size() && is_ok_; ++depth) {
    if (depth > 0) add("><");
    for (std::uint64_t i = 0; i < signature.counts[depth] && is_ok_; ++i) {
      step_count_ += signature.children.size();
      if (step_count_ > kStepCountMax) is_ok_ = false;
      if (i > 0) add(", ");
      add(marker(depth, i));
      add(param_name(depth, i));
    }
  }
  add(">");
}

// --- types ---

void Printer::print_list(const std::vector<Node*>& nodes,
                         std::size_t first,
                         std::size_t end,
                         std::string_view separator) {
  for (std::size_t i = first; i < end && is_ok_; ++i) {
    if (i > first) add(separator);
    print(nodes[i]);
  }
}

void Printer::print_enclosed(const Node* type) {
  const bool has_parentheses = needs_parentheses(*type);
  if (has_parentheses) add("(");
  print(type);
  if (has_parentheses) add(")");
}

const Node* Printer::print_bound_generic(const Node& node, bool as_prefix) {
  const std::string_view name = standard_name(node.child(0));
  const std::size_t count = node.children.size() - 1;
  if (name == "Optional" && count == 1) {
    print_enclosed(node.child(1));
    add("?");
  } else if (name == "Array" && count == 1) {
    add("[");
    print(node.child(1));
    add("]");
  } else if (name == "Dictionary" && count == 2) {
    add("[");
    print_list(node.children, 1, 3, " : ");
    add("]");
  } else {
    if (const Node* const postfix = print(node.child(0), as_prefix)) return postfix;
    add("<");
    print_list(node.children, 1, node.children.size(), ", ");
    add(">");
  }
  return nullptr;
}

void Printer::print_function_type(const Node& node) {
  if (node.child(2) != nullptr) {
    add("@");
    print(node.child(2));
    add(" ");
  }
  add(node.text);
  print_parameters(node.child(0), nullptr);
}

void Printer::print_impl_function_type(const Node& node) {
  add(node.text);
  add("(");
  print_list(node.children, 0, node.index, ", ");
  add(") -> (");
  print_list(node.children, node.index, node.children.size(), ", ");
  add(")");
}

void Printer::print_protocols(const Node& node) {
  if (node.children.empty()) {
    add(node.text.empty() ? "Any" : node.text);
    return;
  }
  print_list(node.children, 0, node.children.size(), " & ");
  if (!node.text.empty()) add(" & " + node.text);
}

void Printer::print_type(const Node& node) {
  switch (node.kind) {
    case Kind::kBuiltin:
    case Kind::kInteger:
      add(node.text);
      break;
    case Kind::kTuple:
      print_parameters(&node, nullptr);
      break;
    case Kind::kFunctionType:
      print_function_type(node);
      break;
    case Kind::kImplFunctionType:
      print_impl_function_type(node);
      break;
    case Kind::kImplValue:
    case Kind::kPrefixedType:
      add(node.text);
      if (node.kind == Kind::kImplValue) add(" ");
      print(node.child(0));
      break;
    case Kind::kSuffixedType:
      print(node.child(0));
      add(node.text);
      break;
    case Kind::kMetatype: {
      const bool is_of_protocol = node.index == 0 && node.child(0)->kind == Kind::kProtocolList;
      add(node.text);
      print_enclosed(node.child(0));
      add(is_of_protocol ? ".Protocol" : ".Type");
      break;
    }
    case Kind::kProtocolList:
      print_protocols(node);
      break;
    case Kind::kConstrained:
      add("any ");
      print(node.child(0));
      break;
    case Kind::kGenericParam:
      add(node.text.empty() ? param_name(node.depth, node.index) : node.text);
      break;
    case Kind::kMember:
      print(node.child(0));
      add("." + node.child(1)->text);
      break;
    case Kind::kGenericType:
      print_signature(*node.child(0));
      add(" ");
      print(node.child(1));
      break;
    case Kind::kPackExpansion:
      add("repeat ");
      print(node.child(0));
      break;
    case Kind::kPack:
      add(node.text);
      print_list(node.children, 0, node.children.size(), ", ");
      add("}");
      break;
    case Kind::kOpaqueType:
      print(node.child(0));
      add("." + std::to_string(node.index));
      break;
    case Kind::kOpaqueResult:
      add("<<opaque return type of ");
      print(node.child(0));
      add(">>");
      break;
    case Kind::kBox:
      add("{ var ");
      print_list(node.children, 0, node.children.size(), ", ");
      add(" }");
      break;
    case Kind::kErrorType:
      add("<ERROR TYPE>");
      break;
    case Kind::kPhrase:
      add(node.text);
      print_list(node.children, 0, node.children.size(), "");
      break;
    default:
      is_ok_ = false;
  }
}

}  // namespace

std::optional<std::string> print_symbol(const std::vector<Node*>& symbol, std::size_t size_max) {
  return Printer(size_max).print(symbol);
}

}  // namespace sigla::swift
