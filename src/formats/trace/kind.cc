// SPDX-License-Identifier: Apache-2.0
#include "formats/trace/kind.h"

#include <fmt/format.h>

namespace sigla::trace {

std::string location(const Call& call) {
  if (call.file.empty()) return {};
  if (call.column != 0) return fmt::format("{}:{}:{}", call.file, call.line, call.column);
  return fmt::format("{}:{}", call.file, call.line);
}

std::string marked(const Call& call) {
  return fmt::format("{}{}", call.function, call.is_inlined ? " (inlined)" : "");
}

}  // namespace sigla::trace
