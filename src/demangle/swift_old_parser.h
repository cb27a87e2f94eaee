// SPDX-License-Identifier: Apache-2.0
// The mangling of Swift 1 to 3 ("_TF4main3fooFT_T_") to the tree of swift_node.h. Compilers still
// give classes such names for the Objective-C runtime: "_TtC4main3Foo". Unlike the later mangling
// it is written in front of what it applies to: a function is "F", context, name, type.
//
// Grammar: docs/ABI/OldMangling.rst of the Swift compiler, which calls it the pre-stable ABI; the
// members carry its productions. Lowered function types ("XF") are not read.
//
// Nests to a limit; the work is linear in the name's length.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "demangle/swift_node.h"

namespace sigla::swift {

class SwiftOldParser {
 public:
  // `mangled` is what follows "_T". The nodes are in `tree`.
  SwiftOldParser(std::string_view mangled, SwiftTree& tree) : rest_(mangled), tree_(tree) {}

  // As SwiftParser::parse().
  std::optional<std::vector<Node*>> parse();

 private:
  char peek() const { return rest_.empty() ? '\0' : rest_.front(); }
  bool next_if(char c);
  bool next_if(std::string_view text);
  std::optional<std::uint64_t> natural();
  std::optional<std::uint64_t> index();
  // What `production` reads; null past the limit of nesting.
  template <typename Production>
  Node* nested(Production production) {
    if (depth_ >= kDepthMax) return nullptr;
    ++depth_;
    Node* const node = production();
    --depth_;
    return node;
  }

  Node* global();
  Node* metadata();
  Node* witness_table();
  Node* thunk();
  bool attributes(std::vector<Node*>& found);
  bool specialization();
  bool signature_parameter();

  Node* remember(Node* node);
  Node* identifier();
  Node* decl_name();
  Node* module();
  Node* substitution();
  Node* known_type(char letter);
  Node* declaration(Kind kind);
  Node* protocol_name();
  Node* protocol_in(Node* context);
  Node* nominal_type();
  Node* bound_generic_type();
  Node* bound_generic_args(Node* nominal);
  Node* context();
  Node* conformance();  // the type that conforms; the protocol goes

  Node* entity();
  Node* entity_in(char kind, Node* context);
  Node* accessor(Node* context, std::string_view text);
  Node* callable(Node* context, std::string_view text);
  Node* indexed(Kind kind, Node* context, std::string_view text);

  Node* type();
  Node* type_of(char c);
  Node* special_type();
  Node* builtin_type();
  Node* function_type(std::string_view attributes);
  Node* tuple(bool is_variadic);
  Node* protocol_list();
  Node* prefixed(std::string_view text);
  Node* metatype(bool is_existential);
  Node* generic_param();
  Node* dependent_type();
  Node* member_of(Node* base);
  Node* member_chain();
  Node* constrained_type();
  Node* generic_signature();
  bool requirement();

  static constexpr int kDepthMax = 100;

  std::string_view rest_;
  SwiftTree& tree_;
  std::vector<Node*> substitutions_;
  int depth_ = 0;
};

}  // namespace sigla::swift
