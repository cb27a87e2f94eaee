// SPDX-License-Identifier: Apache-2.0
// The tree a Swift name stands for. Nodes live in a SwiftTree and point at one another; a node may
// have several parents, as a back reference in the name has, so that a small tree can print long.
#pragma once

#include <cstdint>
#include <deque>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace sigla::swift {

enum class Kind : std::uint8_t {
  // Marks that the operator behind them takes off the stack.
  kEmptyList,
  kFirstElement,
  kVariadic,
  kThrows,            // also with a type
  kFunctionModifier,  // text: "@Sendable ", "" for what is not shown; perhaps a global actor's type
  kRequirement,       // text: "pack", "value" or nothing
  kSignature,         // children: requirements; counts
  kConformanceRef,
  kConformance,             // of a generic argument
  kRetroactiveConformance,  //
  kAssociatedName,
  kLabels,
  kAttribute,  // text: printed in front of the whole symbol

  // Names of declarations.
  kIdentifier,
  kOperator,     // text with its fixity
  kLocalName,    // child: the name; index
  kPrivateName,  // child: the name, but for a constructor or subscript
  kRelatedName,  // child: the name; text: the letter

  // Where a declaration stands; child 0 is its own context.
  kModule,
  kExtension,  // module, type, perhaps signature
  kAnonymousContext,
  kFunction,      // context, name, type, labels
  kVariable,      // context, name
  kSubscript,     // context, type, labels
  kAccessor,      // variable or subscript; text
  kConstructor,   // context, type, labels; text
  kDestructor,    // context; text
  kClosure,       // context; text, index
  kOwnedCode,     // context; text: "default argument 0", said to be "of" its context
  kMacro,         // context, name, type, labels
  kExpansion,     // context; text; name
  kStatic,        // the declaration
  kOpaqueResult,  // of that declaration

  // Types.
  kClass,
  kStruct,
  kEnum,
  kProtocol,
  kTypeAlias,
  kOtherNominal,
  kBoundGeneric,  // type, arguments
  kBuiltin,
  kTuple,         // children: kTupleElement
  kTupleElement,  // type; text: the label; index 1: variadic
  kFunctionType,  // parameters, result, perhaps a global actor; text: attributes
  kImplFunctionType,
  kImplValue,      // type; text: the convention
  kMetatype,       // type; text
  kProtocolList,   // protocols; text: " & AnyObject"
  kConstrained,    // existential with requirements
  kGenericParam,   // index, depth
  kMember,         // base, associated name
  kGenericType,    // signature, type
  kPrefixedType,   // type; text in front
  kSuffixedType,   // type; text behind
  kPackExpansion,  // pattern
  kPack,           // types; text
  kOpaqueType,     // declaration; index
  kBox,            // types
  kInteger,        // a generic argument that is a number
  kErrorType,

  // A sentence: text, then the children. Only at the top.
  kPhrase,
};

struct Node {
  Kind kind = Kind::kEmptyList;
  std::string text;
  std::uint64_t index = 0;
  std::uint64_t depth = 0;
  std::vector<Node*> children;
  std::vector<std::uint64_t> counts;  // of a signature: parameters at each depth

  Node* child(std::size_t i) const { return i < children.size() ? children[i] : nullptr; }
};

bool is_declaration_name(Kind kind);
bool is_nominal(Kind kind);
bool is_type(Kind kind);
// What can contain a declaration, types included.
bool is_context(Kind kind);
// What can be named in a symbol, types included.
bool is_entity(Kind kind);

class SwiftTree {
 public:
  // Null when one of `children` is, or when there are too many nodes.
  Node* make(Kind kind, std::initializer_list<Node*> children = {}, std::string_view text = {});

 private:
  static constexpr std::size_t kNodeCountMax = 1 << 16;
  std::deque<Node> nodes_;
};

}  // namespace sigla::swift
