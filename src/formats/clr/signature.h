// SPDX-License-Identifier: Apache-2.0
// Signatures of methods and types (ECMA-335 II.23.2) as text. Types are named as .NET names them:
// "System.Int32", "N.Outer+Inner", "System.Collections.Generic.List`1[System.String]", "T[]",
// "System.Int32&", "System.Byte*".
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "formats/clr/program.h"

namespace sigla::clr {

// Where the names of generic parameters come from.
struct GenericContext {
  std::vector<std::string_view> type_parameters;
  std::vector<std::string_view> method_parameters;
};
GenericContext generic_context(const Program& program, std::uint32_t method);

struct MethodSignature {
  bool has_this = false;
  std::uint32_t generic_count = 0;
  std::string return_type;
  std::vector<std::string> parameters;
};

// kMalformed for a blob that is no signature, kLimitExceeded for types nested too deep.
Result<MethodSignature> read_method_signature(const Program& program,
                                              Bytes blob,
                                              const GenericContext& context);
Result<std::string> read_type_signature(const Program& program,
                                        Bytes blob,
                                        const GenericContext& context);

// "Int32" of an element type (II.23.1.16), in the namespace System; empty for those that are no
// type of their own.
std::string_view simple_type_name(std::uint8_t element_type);

// "N.List`1[]" of "N.List`1[System.Int32][]": the brackets of arrays stay.
std::string without_type_arguments(std::string_view name);
// The name that Type.Name has: of "N.Outer+List`1[N.X][]&" it is "List`1[]&".
std::string short_type_name(std::string_view full_name);

}  // namespace sigla::clr
