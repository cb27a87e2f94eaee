// SPDX-License-Identifier: Apache-2.0
#include "formats/perfmap/methods.h"

#include <fmt/format.h>

#include "base/text.h"

namespace sigla::perfmap {
namespace {

constexpr std::uint32_t kHeaderRva = 0xffff'ff00;  // and above: no code has them

bool read_method(std::string_view line, Method& method) {
  const std::size_t first = line.find(' ');
  if (first == std::string_view::npos) return false;
  const std::size_t second = line.find(' ', first + 1);
  if (second == std::string_view::npos) return false;
  const auto rva = parse_hex(line.substr(0, first));
  const auto size = parse_hex(line.substr(first + 1, second - first - 1));
  if (!rva || *rva > UINT32_MAX || !size || *size > UINT32_MAX) return false;
  method.rva = static_cast<std::uint32_t>(*rva);
  method.size = static_cast<std::uint32_t>(*size);
  method.name = trim(line.substr(second + 1));
  return !method.name.empty();
}

}  // namespace

void read_methods(Bytes file,
                  const std::function<void(const Method&)>& visit,
                  Diagnostics& diagnostics) {
  std::string_view text = as_text(file);
  for (std::uint64_t number = 1; !text.empty(); ++number) {
    const std::size_t end = text.find('\n');
    const std::string_view line = trim(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (line.empty()) continue;
    Method method;
    if (!read_method(line, method)) {
      diagnostics.report("malformed line of a perf map", fmt::format("line {}", number));
    } else if (method.rva < kHeaderRva) {
      visit(method);
    }
  }
}

}  // namespace sigla::perfmap
