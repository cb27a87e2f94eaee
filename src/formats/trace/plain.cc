// SPDX-License-Identifier: Apache-2.0
// Nothing but addresses, alone or behind the name of their module:
//
//   libapp.so 0x1a2b
//   /usr/bin/app 55d4f0001a2b
//   0x7f0000001a2b                 where a list of mappings stands in the same text
//   #3 0x7f0000001a2b
//
// An address of a module is one in its file, unless a list says that the module is mapped there.
// All of them are taken as they are: nobody says whether they are return addresses.
#include <fmt/format.h>

#include "base/text.h"
#include "formats/trace/kind.h"

namespace sigla::trace {
namespace {

bool read_alone(Lines& lines, std::string_view line, Builder& builder) {
  Scan scan(line);
  std::optional<std::uint64_t> number;
  if (scan.take("#")) {
    number = scan.decimal();
    if (!number || !scan.blanks()) return false;
  }
  const bool is_bracketed = scan.take("[");
  const auto address = scan.prefixed_hex();
  if (!address || (is_bracketed && !scan.take("]")) || !scan.at_end()) return false;
  Frame frame;
  frame.addressing = Addressing::kAbsolute;
  frame.address = *address;
  frame.place = lines.span(scan.rest());
  builder.add(lines, std::move(frame), number);
  return true;
}

bool read(Lines& lines, Builder& builder) {
  const std::string_view line = trim(lines.line());
  if (line.empty()) return false;
  if (read_alone(lines, line, builder)) return true;
  const std::size_t blank = line.find_last_of(" \t");
  if (blank == std::string_view::npos) return false;
  const std::string_view name = trim(line.substr(0, blank));
  Scan scan(line.substr(blank + 1));
  const bool is_path = name.starts_with('/');
  const auto address = is_path ? scan.hex() : scan.prefixed_hex();
  if (!address || !scan.at_end() || !looks_like_module(name)) return false;
  if (!is_path && name.find(' ') != std::string_view::npos) return false;
  Frame frame;
  frame.module = builder.module(name);
  frame.addressing = Addressing::kLinked;
  frame.address = *address;
  frame.absolute = *address;
  frame.place = lines.span(scan.rest());
  builder.add(lines, std::move(frame));
  return true;
}

std::string write(const Frame&, const Call& call) {
  const std::string where = location(call);
  return fmt::format(" {}{}{}", marked(call), where.empty() ? "" : " at ", where);
}

}  // namespace

extern const Kind kPlain;
const Kind kPlain = {"plain", read, write};

}  // namespace sigla::trace
