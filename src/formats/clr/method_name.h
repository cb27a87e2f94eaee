// SPDX-License-Identifier: Apache-2.0
// A method's token as a name for people: what stack traces of .NET call it, and what the source
// does (source_name.h).
//
//   symbol    N.C`1.<RunAsync>d__3.MoveNext()
//   function  N.C`1.RunAsync[U](Int32 x, List`1 y)
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "formats/clr/program.h"

namespace sigla::clr {

struct MethodName {
  std::string type;    // "N.C`1+<RunAsync>d__3"
  std::string method;  // "MoveNext"
  std::vector<std::string_view> generic_parameters;
  struct Parameter {
    std::string type;  // full name
    std::string_view name;
  };
  std::vector<Parameter> parameters;

  std::string qualified() const;  // "N.C`1.<RunAsync>d__3.MoveNext"
  std::string text() const;       // with generic parameters and parameters
};

// Borrows the program's metadata. Requires: 1 <= method <= method_count(). A signature that cannot
// be read is an error.
Result<MethodName> read_method_name(const Program& program, std::uint32_t method);

struct FunctionName {
  std::string function;   // of the source
  std::string symbol;     // as it is in the metadata
  std::string qualified;  // the same without parameters: "N.C.F"
};
// `kickoff`: the method of the source when the PDB says it; 0: found by names and attributes.
// Never fails: what cannot be read is left out, and a method without a name is its token.
FunctionName function_name(const Program& program, std::uint32_t method, std::uint32_t kickoff = 0);

}  // namespace sigla::clr
