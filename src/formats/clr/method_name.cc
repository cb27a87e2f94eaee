// SPDX-License-Identifier: Apache-2.0
#include "formats/clr/method_name.h"

#include <algorithm>

#include "formats/clr/signature.h"
#include "formats/clr/source_name.h"

namespace sigla::clr {
namespace {

// Traces of .NET have dots there.
std::string dotted(std::string_view type) {
  std::string text(type);
  std::replace(text.begin(), text.end(), '+', '.');
  return text;
}

std::string arguments(const MethodName& name) {
  std::string text;
  for (std::size_t i = 0; i < name.generic_parameters.size(); ++i) {
    text.append(i == 0 ? "[" : ",").append(name.generic_parameters[i]);
  }
  if (!text.empty()) text += ']';
  text += '(';
  for (std::size_t i = 0; i < name.parameters.size(); ++i) {
    if (i != 0) text += ", ";
    text += short_type_name(name.parameters[i].type);
    if (!name.parameters[i].name.empty()) text.append(" ").append(name.parameters[i].name);
  }
  return text + ")";
}

}  // namespace

std::string MethodName::qualified() const {
  return type.empty() ? method : dotted(type) + "." + method;
}

std::string MethodName::text() const { return qualified() + arguments(*this); }

Result<MethodName> read_method_name(const Program& program, std::uint32_t method) {
  MethodName name;
  const std::uint32_t type = program.type_of(method);
  if (type != 0) {
    SIGLA_TRY_ASSIGN(name.type, program.type_name(type));
  }
  if (name.type == "<Module>") name.type.clear();  // functions outside of any type
  SIGLA_TRY_ASSIGN(name.method, program.method_name(method));
  const GenericContext context = generic_context(program, method);
  name.generic_parameters = context.method_parameters;
  SIGLA_TRY_ASSIGN(const Bytes blob, program.method_signature(method));
  SIGLA_TRY_ASSIGN(MethodSignature signature, read_method_signature(program, blob, context));
  const auto names = program.parameter_names(method, signature.parameters.size());
  for (std::size_t i = 0; i < names.size(); ++i) {
    name.parameters.push_back({std::move(signature.parameters[i]), names[i]});
  }
  return name;
}

FunctionName function_name(const Program& program, std::uint32_t method, std::uint32_t kickoff) {
  FunctionName result;
  const auto name = read_method_name(program, method);
  if (!name.has_value()) {
    result.symbol = fmt::format("0x{:08x}", ClrToken{ClrTable::kMethodDef, method}.value());
    if (const auto simple = program.method_name(method); simple.has_value() && !simple->empty()) {
      result.symbol = std::string(*simple);
    }
    result.function = result.qualified = result.symbol;
    return result;
  }
  result.symbol = name->text();
  result.qualified = name->qualified();
  const SourceMethod source = source_method(name->type, name->method);
  if (source.is_async && kickoff == 0) kickoff = program.kickoff_method(program.type_of(method));
  std::string parameters = arguments(*name);
  if (kickoff != 0 && kickoff <= program.method_count()) {
    const auto original = read_method_name(program, kickoff);
    if (original.has_value()) parameters = arguments(original.value());
  }
  result.function = source.is_generated()
                        ? dotted(source.type) + "." + source.qualified_method() + parameters
                        : result.symbol;
  return result;
}

}  // namespace sigla::clr
