// SPDX-License-Identifier: Apache-2.0
// AddressSanitizer and its kin (MSan, TSan, UBSan, LSan), LLVM's and Chromium's own stack dumps:
//
//       #1 0x55ee5b0 (/tmp/app+0xdd5b0) (BuildId: 2e5e8a1c...)
//       #2 0x55ee5b0 in main (/tmp/app+0xdd5b0) (BuildId: 2e5e8a1c...)   known by a symbol only
//       #3 0x55ee5b0 in main /src/app.c:12:3                             nothing to add
//   #4 0x7f0b31ab2d5f (/opt/app/libcef.so+0x5c64d5e)                     Chromium: no indentation
//       #0 <null> <null> (app+0xe6824) (BuildId: 2e5e8a1c...)            ThreadSanitizer's own form
//
// The sanitizers' stack printer (sanitizer_stacktrace_libcdep.cpp) moves every address into the
// call before it prints it, and indents by four; the others print return addresses. The offset is
// from the module's load bias, so it is the address that its ELF file has.
#include <fmt/format.h>

#include "base/text.h"
#include "formats/trace/kind.h"

namespace sigla::trace {
namespace {

constexpr std::string_view kIndentation = "    #";

// "(/tmp/app+0xdd5b0)" at the end of `text`, with what follows it.
bool read_module(std::string_view text, Builder& builder, Frame& frame) {
  const std::string_view build_id = find_build_id(text);
  if (const std::size_t at = text.find(" (BuildId: "); at != std::string_view::npos) {
    text = text.substr(0, at);
  }
  text = trim(text);
  const std::size_t open = text.rfind('(');
  if (open == std::string_view::npos || !text.ends_with(')')) return false;
  const std::string_view inside = text.substr(open + 1, text.size() - open - 2);
  const std::size_t plus = inside.rfind("+0x");
  if (plus == std::string_view::npos || plus == 0) return false;
  Scan offset(inside.substr(plus + 1));
  const auto address = offset.prefixed_hex();
  if (!address || !offset.at_end()) return false;
  frame.module = builder.module(inside.substr(0, plus), build_id);
  frame.addressing = Addressing::kLinked;
  frame.address = *address;
  return true;
}

// "/src/app.c:12:3" or "/src/app.c:12".
void read_location(std::string_view text, Frame& frame) {
  std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return;
  auto number = parse_decimal(text.substr(colon + 1));
  std::string_view file = text.substr(0, colon);
  const std::size_t before = file.rfind(':');
  if (before != std::string_view::npos) {
    if (const auto line = parse_decimal(file.substr(before + 1))) {
      number = line;
      file = file.substr(0, before);
    }
  }
  if (!number || *number > UINT32_MAX) return;
  frame.file = file;
  frame.source_line = static_cast<std::uint32_t>(*number);
}

bool read_reason(std::string_view line, Builder& builder) {
  for (const std::string_view head : {"ERROR: ", "WARNING: "}) {
    const std::size_t at = line.find(head);
    if (at == std::string_view::npos || line.find("Sanitizer: ", at) == std::string_view::npos) {
      continue;
    }
    if (builder.trace().reason.empty()) builder.trace().reason = line.substr(at + head.size());
    return true;
  }
  return false;
}

bool read(Lines& lines, Builder& builder) {
  const std::string_view line = lines.line();
  if (read_reason(line, builder)) return false;  // it also names the stack that follows
  // Repeats the first frame; it is none of its own.
  if (line.starts_with("SUMMARY: ") && line.find("Sanitizer: ") != std::string_view::npos) {
    return true;
  }
  const std::size_t hash = line.find('#');
  if (hash == std::string_view::npos) return false;
  Scan scan(line.substr(hash + 1));
  const auto number = scan.decimal();
  if (!number || !scan.blanks()) return false;
  const auto absolute = scan.prefixed_hex();
  if (!absolute || !scan.blanks()) return false;
  Frame frame;
  frame.absolute = *absolute;
  const std::size_t start = hash < 4 ? 0 : hash - 4;
  frame.is_return_address = !line.substr(start).starts_with(kIndentation);
  frame.place = lines.span(scan.rest());
  if (!scan.take("in ")) {
    if (!read_module(scan.rest(), builder, frame)) return false;
    builder.add(lines, std::move(frame), number);
    return true;
  }
  const std::string_view rest = scan.rest();
  if (frame.is_return_address) return false;  // gdb's
  if (read_module(rest, builder, frame)) {
    frame.function = trim(rest.substr(0, rest.find(" (")));
  } else {
    const std::size_t last = rest.rfind(' ');
    if (last == std::string_view::npos) return false;
    frame.function = rest.substr(0, last);
    read_location(rest.substr(last + 1), frame);
  }
  builder.add(lines, std::move(frame), number);
  return true;
}

std::string write(const Frame&, const Call& call) {
  const std::string where = location(call);
  return fmt::format("in {}{}{}", marked(call), where.empty() ? "" : " ", where);
}

// "    #1 race(int) /src/app.c:9:62 (app+0xe6824) (BuildId: 2e5e8a1c...)", "<null>" for what is not
// known. The offset is of the address in the call, too (tsan_rtl_report.cpp).
bool read_of_threads(Lines& lines, Builder& builder) {
  const std::string_view line = lines.line();
  Scan scan(line);
  if (!scan.take(kIndentation)) return false;
  const auto number = scan.decimal();
  if (!number || !scan.blanks()) return false;
  Frame frame;
  if (!read_module(scan.rest(), builder, frame)) return false;
  const std::string_view known = scan.rest().substr(0, scan.rest().rfind("+0x"));
  const std::string_view names = trim(known.substr(0, known.rfind(" (")));
  const std::size_t last = names.rfind(' ');
  if (last == std::string_view::npos) return false;
  frame.place = lines.span(names);
  constexpr std::string_view kUnknown = "<null>";
  if (names.substr(0, last) != kUnknown) frame.function = names.substr(0, last);
  if (names.substr(last + 1) != kUnknown) {
    read_location(names.substr(last + 1), frame);
    frame.addressing = Addressing::kNone;
  }
  builder.add(lines, std::move(frame), number);
  return true;
}

std::string write_of_threads(const Frame&, const Call& call) {
  const std::string where = location(call);
  return fmt::format("{} {}", marked(call), where.empty() ? "<null>" : where);
}

}  // namespace

extern const Kind kSanitizer;
const Kind kSanitizer = {"sanitizer", read, write};
extern const Kind kThreadSanitizer;
const Kind kThreadSanitizer = {"thread_sanitizer", read_of_threads, write_of_threads};

}  // namespace sigla::trace
