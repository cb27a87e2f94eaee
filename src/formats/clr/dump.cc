// SPDX-License-Identifier: Apache-2.0
#include "formats/clr/dump.h"

#include <fmt/format.h>

#include "base/text.h"
#include "formats/clr/method_name.h"

namespace sigla::clr {

std::string dump(const Program& program) {
  std::string text;
  const auto mvid = program.mvid();
  text += fmt::format("module {} mvid {} assembly {} {}\n",
                      program.module_name().value_or("?"),
                      mvid.has_value() ? hex_lower(mvid.value()) : "?",
                      program.assembly_name().value_or("?"),
                      program.assembly_version());
  for (std::uint32_t type = 1; type <= program.type_count(); ++type) {
    const auto name = program.type_name(type);
    text += fmt::format("type {} {}\n", type, name.has_value() ? *name : name.error().message());
  }
  for (std::uint32_t method = 1; method <= program.method_count(); ++method) {
    const FunctionName name = function_name(program, method);
    text += fmt::format("method {} {}", method, name.symbol);
    text += name.function == name.symbol ? "\n" : fmt::format(" = {}\n", name.function);
  }
  return text;
}

}  // namespace sigla::clr
