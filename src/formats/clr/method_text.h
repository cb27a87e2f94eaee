// SPDX-License-Identifier: Apache-2.0
// Methods as stack traces name them, and the rows of MethodDef they stand for:
//
//   .NET    N.C`1.In.F[U](U[] a, Dictionary`2 d)
//   Mono    N.C`1+In[T].F[U] (U[] a, System.Collections.Generic.Dictionary`2[TKey,TValue] d)
//   Unity   N.C/In:F (int,N.X)
//
// .NET has the types of parameters without their namespaces, Mono with them; the arguments of
// generic types are those of the definition or of the call, so that they say nothing.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "formats/clr/program.h"

namespace sigla::clr {

struct MethodText {
  std::string type;    // "N.C`1.In": without generic arguments, nested types behind dots
  std::string method;  // "F", ".ctor"
  bool has_parameters = false;
  std::vector<std::string> parameters;  // types, likewise; "Int32" or "System.Int32"
};
MethodText parse_method_text(std::string_view text);

// The row of each method; 0 for one that the program does not have, or has several of that no
// parameter tells apart. One pass over the types, however many there are.
std::vector<std::uint32_t> find_methods(const Program& program,
                                        const std::vector<MethodText>& wanted);

}  // namespace sigla::clr
