// SPDX-License-Identifier: Apache-2.0
// Rust's backtraces (std::backtrace and panics with RUST_BACKTRACE=full):
//
//   thread 'main' panicked at src/main.rs:4:5:
//   stack backtrace:
//      0:     0x55d0c2a4f3c1 - std::backtrace_rs::backtrace::...::h2d6e
//                                at /rustc/.../library/std/src/...:66:5
//      7:     0x55d0c2a2d4a9 - <unknown>
//
// The addresses are return addresses (Frame::ip()), and the text has no list of modules: frames are
// found when a list of mappings stands in the same text.
#include <fmt/format.h>

#include "base/text.h"
#include "formats/trace/kind.h"

namespace sigla::trace {
namespace {

// "     at /src/main.rs:12:3"
bool read_place(std::string_view line, Frame& frame) {
  Scan scan(line);
  if (!scan.blanks() || !scan.take("at ")) return false;
  std::string_view where = trim(scan.rest());
  std::uint64_t number = 0;
  for (int i = 0; i < 2; ++i) {  // column, then line
    const std::size_t colon = where.rfind(':');
    const auto value =
        colon == std::string_view::npos ? std::nullopt : parse_decimal(where.substr(colon + 1));
    if (!value) break;
    number = *value;
    where = where.substr(0, colon);
  }
  if (where.empty() || number > UINT32_MAX) return false;
  frame.file = where;
  frame.source_line = static_cast<std::uint32_t>(number);
  return true;
}

bool read(Lines& lines, Builder& builder) {
  const std::string_view line = lines.line();
  if (line.starts_with("thread '") && line.find("' panicked at ") != std::string_view::npos &&
      builder.trace().reason.empty()) {
    builder.trace().reason = trim(line);
    return false;
  }
  Scan scan(line);
  scan.blanks();
  const auto number = scan.decimal();
  if (!number || !scan.take(":") || !scan.blanks()) return false;
  Frame frame;
  if (const auto address = scan.prefixed_hex()) {
    if (!scan.take(" - ")) return false;
    frame.addressing = Addressing::kAbsolute;
    frame.address = *address;
    frame.is_return_address = true;
    const std::string_view name = trim(scan.rest());
    if (name != "<unknown>") frame.function = name;
  } else {
    // The short form has names only, and a place where there are lines.
    frame.function = trim(scan.rest());
    if (!read_place(lines.next_line(), frame)) return false;
  }
  if (scan.at_end()) return false;
  frame.place = lines.span(scan.rest());
  const bool has_place = read_place(lines.next_line(), frame);
  if (has_place) frame.addressing = Addressing::kNone;  // nothing to add to that
  builder.add(lines, std::move(frame), number);
  if (has_place) lines.advance();
  return true;
}

std::string write(const Frame&, const Call& call) {
  const std::string where = location(call);
  return fmt::format("{}{}{}", marked(call), where.empty() ? "" : " at ", where);
}

}  // namespace

extern const Kind kRust;
const Kind kRust = {"rust", read, write};

}  // namespace sigla::trace
