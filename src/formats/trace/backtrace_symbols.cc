// SPDX-License-Identifier: Apache-2.0
// What glibc's backtrace_symbols(3) and backtrace_symbols_fd(3) print:
//
//   ./app(draw+0x1d) [0x55f3c1b2e1a9]
//   /lib/libx.so(+0x1234) [0x7f0000001234]     from the load bias, as the ELF file numbers it
//   ./app() [0x401156]                         a program at its linked address
//   ./app[0x401156]                            the same from backtrace_symbols_fd, which has no
//   blank
//
// Every address is a return address, the first one included: that of the call to backtrace().
#include <fmt/format.h>

#include "base/text.h"
#include "formats/trace/kind.h"

namespace sigla::trace {
namespace {

// "draw+0x1d", "+0x1234" or nothing.
bool read_inside(std::string_view inside, Frame& frame) {
  if (inside.empty()) {
    frame.addressing = Addressing::kLinked;
    frame.address = frame.absolute;
    return true;
  }
  const std::size_t plus = inside.rfind("+0x");
  if (plus == std::string_view::npos) return false;
  Scan offset(inside.substr(plus + 1));
  const auto address = offset.prefixed_hex();
  if (!address || !offset.at_end()) return false;
  frame.addressing = plus == 0 ? Addressing::kLinked : Addressing::kInFunction;
  frame.address = *address;
  frame.function = inside.substr(0, plus);
  return true;
}

bool read(Lines& lines, Builder& builder) {
  const std::string_view line = trim(lines.line());
  const std::size_t bracket = line.rfind("[0x");
  if (bracket == std::string_view::npos || bracket == 0 || !line.ends_with(']')) return false;
  Scan scan(line.substr(bracket + 1));
  const auto absolute = scan.prefixed_hex();
  if (!absolute || scan.rest() != "]") return false;
  const std::string_view head = trim(line.substr(0, bracket));
  const std::size_t open = head.find('(');
  const bool is_bare = open == std::string_view::npos;
  if (!is_bare && (open == 0 || !head.ends_with(')'))) return false;
  // Whatever was logged before it stays before it.
  std::string_view name = head.substr(0, open);
  if (const std::size_t blank = name.rfind(' '); blank != std::string_view::npos) {
    name.remove_prefix(blank + 1);
  }
  if (name.empty() || (is_bare && name.find('/') == std::string_view::npos)) return false;
  const std::string_view inside =
      is_bare ? head.substr(head.size()) : head.substr(open + 1, head.size() - open - 2);
  Frame frame;
  frame.absolute = *absolute;
  frame.is_return_address = true;
  frame.place = lines.span(inside);
  if (!read_inside(inside, frame)) return false;
  if (is_bare) frame.module_text = name;
  frame.module = builder.module(name);
  builder.add(lines, std::move(frame));
  return true;
}

std::string write(const Frame& frame, const Call& call) {
  const std::string where = location(call);
  const std::string text = fmt::format("{}{}{}{}",
                                       marked(call),
                                       call.is_inlined ? "" : fmt::format("+0x{:x}", call.offset),
                                       where.empty() ? "" : " at ",
                                       where);
  return frame.module_text.empty() ? text : fmt::format("({})", text);
}

}  // namespace

extern const Kind kBacktraceSymbols;
const Kind kBacktraceSymbols = {"backtrace_symbols", read, write};

}  // namespace sigla::trace
