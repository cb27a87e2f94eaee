// SPDX-License-Identifier: Apache-2.0
// Swift's stable mangling ("$s", "$S", "_T0", "$e") to a tree. The mangling is a program for a
// stack machine: identifiers and types are pushed, operators take what they need off the stack.
// "$s4Test3FooC": push "Test", push "Foo", make class Foo of module Test.
//
// Specification: docs/ABI/Mangling.rst of the Swift compiler. The members below carry the names of
// its productions. swift_parser.cc has names, declarations and substitutions; the other files are
// named in the class.
//
// Nothing here recurses as deep as a name says, and the work is linear in the name's length but for
// repeated substitutions, whose number is limited.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "demangle/swift_node.h"

namespace sigla::swift {

class SwiftParser {
 public:
  // `mangled` is what follows the prefix; `is_swift4` says that the prefix was "_T0", where labels
  // stand within the parameters' types. The nodes are in `tree`.
  SwiftParser(std::string_view mangled, bool is_swift4, SwiftTree& tree)
      : rest_(mangled), is_swift4_(is_swift4), tree_(tree) {}

  // The attributes of a symbol, first as written, and behind them the symbol itself. Nothing when
  // the name follows no production.
  std::optional<std::vector<Node*>> parse();

 private:
  struct GenericParam {
    std::uint64_t depth = 0;
    std::uint64_t index = 0;
    bool is_self = false;
  };

  // Characters and numbers.
  char peek() const { return rest_.empty() ? '\0' : rest_.front(); }
  char next();
  bool next_if(char c);
  bool next_if(std::string_view text);
  std::optional<std::uint64_t> natural();
  std::optional<std::uint64_t> index();

  // The stack.
  void push(Node* node) { stack_.push_back(node); }
  template <typename Test>
  Node* pop_if(Test test) {
    if (stack_.empty() || !test(stack_.back()->kind)) return nullptr;
    Node* const node = stack_.back();
    stack_.pop_back();
    return node;
  }
  Node* pop(Kind kind) {
    return pop_if([kind](Kind other) { return other == kind; });
  }
  Node* pop_type() { return pop_if(is_type); }
  Node* pop_name() { return pop_if(is_declaration_name); }
  Node* pop_entity() { return pop_if(is_entity); }
  Node* pop_module();
  Node* pop_context();
  Node* pop_protocol();
  Node* pop_nominal();
  // Types before the stack's top, down to and including an empty list or a first element.
  std::optional<std::vector<Node*>> pop_type_list();
  Node* remember(Node* node);  // as a target of substitutions

  Node* op(char c);

  // swift_parser.cc
  Node* identifier();
  void take_words(std::string_view part);
  Node* operator_name();
  Node* local_name();
  Node* substitution();
  Node* standard_substitution();
  Node* known_type(char c);
  Node* nominal(Kind kind);
  Node* extension();
  Node* function();
  Node* variable();
  Node* subscript();
  Node* accessor(Node* storage);
  Node* function_entity();
  Node* constructor(std::string_view name);
  Node* owned_code(std::string_view text);
  Node* closure(std::string_view text);
  Node* macro();
  Node* macro_expansion();
  Node* labels(const Node* type);

  // swift_types.cc
  Node* builtin();
  Node* function_type(std::string_view attributes);
  Node* function_parameters();
  Node* wrapped(std::string_view text);
  Node* tuple();
  Node* pack(std::string_view text);
  Node* protocol_list(std::string_view suffix);
  Node* special_type();
  Node* type_annotation();
  Node* constrained_existential();
  Node* metatype_representation(bool is_existential);
  Node* clang_function_type();
  Node* box(bool is_generic);

  // swift_generics.cc
  Node* bound_generic();
  std::optional<std::vector<std::vector<Node*>>> pop_argument_lists();
  Node* bind(Node* nominal, const std::vector<std::vector<Node*>>& lists, std::size_t level);
  std::optional<GenericParam> generic_param();
  Node* make_param(GenericParam param);
  Node* pop_associated_name();
  // A chain of them, the last one first; empty when it is broken.
  std::vector<Node*> pop_associated_names();
  Node* member(std::optional<GenericParam> base);
  Node* member_chain(std::optional<GenericParam> base);
  Node* member_of(Node* base, std::vector<Node*> reversed_names);
  Node* archetype();
  Node* generic_signature(bool has_counts);
  Node* requirement();
  Node* requirement_marker(std::string_view text);
  bool requirement_subject(char letter);
  bool layout_constraint();
  Node* generic_type();
  Node* integer();
  Node* conformance_op();
  Node* retroactive_conformance();
  bool pop_requirement_conformances();

  // swift_lowered_types.cc
  Node* impl_function_type();
  bool skip_substitutions(bool has_signature);
  std::optional<std::string> impl_attributes();
  bool impl_representation(std::string& text);
  bool impl_values(std::vector<std::string>& conventions, std::size_t& parameter_count);

  // swift_thunks.cc
  Node* thunk_or_specialization();
  Node* plain_attribute(char c);
  Node* specialization(std::string_view text);
  Node* partial_specialization();
  Node* signature_specialization();
  bool specialization_info();
  bool parameter_specialization(std::string& kinds);
  Node* reabstraction_thunk(bool has_self);
  Node* completion_handler();
  Node* key_path(std::string_view text);
  Node* key_path_comparison(std::string_view text);
  Node* autodiff();
  Node* requirement_descriptor(std::string_view text);
  Node* outlined_bridge();
  Node* outlined_variable();
  Node* thunk_w();

  // swift_metadata.cc
  Node* metadata();
  Node* context_descriptor();
  Node* witness();
  Node* outlined();
  Node* once(std::string_view text);
  Node* value_witness();
  Node* pop_protocol_conformance();
  bool index_subset();

  // "TEXT x" of what `child` is.
  Node* phrase(std::string_view text, Node* child) {
    return tree_.make(Kind::kPhrase, {child}, text);
  }
  Node* attribute(std::string_view text) { return tree_.make(Kind::kAttribute, {}, text); }

  std::string_view rest_;
  bool is_swift4_;
  SwiftTree& tree_;
  std::vector<Node*> stack_;
  std::vector<Node*> substitutions_;
  std::array<std::string_view, 26> words_;
  std::size_t word_count_ = 0;
  std::size_t text_size_ = 0;  // of all identifiers, which words make longer than the name
};

}  // namespace sigla::swift
