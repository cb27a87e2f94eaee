// SPDX-License-Identifier: Apache-2.0
// Lists of mappings, which tell what lies at the absolute addresses of a trace:
//
//   55d4f0000000-55d4f0001000 r--p 00000000 08:01 1234    /usr/bin/app      /proc/PID/maps
//   0x555555554000 0x555555555000 0x1000 0x0 r--p /usr/bin/app       gdb's `info proc mappings`
#include "base/text.h"
#include "formats/trace/kind.h"

namespace sigla::trace {
namespace {

bool is_permissions(std::string_view word) {
  return word.size() == 4 && word.find_first_not_of("rwxps-") == std::string_view::npos;
}

bool read_kernels(Scan scan, Builder& builder) {
  const auto low = scan.hex();
  if (!low || !scan.take("-")) return false;
  const auto high = scan.hex();
  if (!high || !scan.blanks() || !is_permissions(scan.word()) || !scan.blanks()) return false;
  const auto offset = scan.hex();
  if (!offset || !scan.blanks()) return false;
  static_cast<void>(scan.word());  // device
  if (!scan.blanks() || !scan.decimal()) return false;
  if (!scan.blanks()) return true;
  const std::string_view path = trim(scan.rest());
  if (path.starts_with('/')) builder.map(path, *low, *high, *offset);
  return true;
}

bool read_debuggers(Scan scan, Builder& builder) {
  std::uint64_t numbers[4] = {};
  for (std::uint64_t& number : numbers) {
    scan.blanks();
    const auto value = scan.prefixed_hex();
    if (!value) return false;
    number = *value;
  }
  if (!scan.blanks()) return true;
  if (Scan permissions = scan; is_permissions(permissions.word())) {  // since gdb 12
    scan = permissions;
    scan.blanks();
  }
  const std::string_view path = trim(scan.rest());
  const bool is_mapping = numbers[1] > numbers[0] && numbers[2] == numbers[1] - numbers[0];
  if (!is_mapping) return false;
  if (path.starts_with('/')) builder.map(path, numbers[0], numbers[1], numbers[3]);
  return true;
}

bool read(Lines& lines, Builder& builder) {
  Scan scan(lines.line());
  scan.blanks();
  return scan.rest().starts_with("0x") ? read_debuggers(scan, builder)
                                       : read_kernels(scan, builder);
}

std::string write(const Frame&, const Call&) { return {}; }  // there are no frames in it

}  // namespace

extern const Kind kProcMaps;
const Kind kProcMaps = {"mappings", read, write};

}  // namespace sigla::trace
