// SPDX-License-Identifier: Apache-2.0
// Go's panics and goroutine dumps, which have names, files and lines already:
//
//   goroutine 1 [running]:
//   main.crash(...)
//           /src/main.go:12 +0x1d
//   created by main.main in goroutine 1
//           /src/main.go:20 +0x45
//
// They are read for the sake of whoever takes the stack as JSON. There is nothing to resolve: the
// offset is from the function's entry, and Go writes inlined calls out itself.
#include "base/text.h"
#include "formats/trace/kind.h"

namespace sigla::trace {
namespace {

// "\t/src/main.go:12 +0x1d": file, line and perhaps the offset; with GOTRACEBACK=system also
// " fp=0xc0000367e0 sp=0xc0000367d8 pc=0x4136c0".
bool read_place(std::string_view line, Frame& frame) {
  if (!line.starts_with('\t')) return false;
  line = trim(line.substr(0, line.find(" fp=0x")));
  std::string_view where = line;
  if (const std::size_t plus = line.rfind(" +0x"); plus != std::string_view::npos) {
    Scan offset(line.substr(plus + 2));
    frame.address = offset.prefixed_hex().value_or(0);
    where = line.substr(0, plus);
  }
  const std::size_t colon = where.rfind(':');
  if (colon == std::string_view::npos) return false;
  const auto number = parse_decimal(where.substr(colon + 1));
  if (!number || *number > UINT32_MAX) return false;
  frame.file = where.substr(0, colon);
  frame.source_line = static_cast<std::uint32_t>(*number);
  return true;
}

bool read(Lines& lines, Builder& builder) {
  const std::string_view line = lines.line();
  if (line.starts_with("goroutine ") && line.ends_with("]:")) {
    Thread thread;
    thread.name = line.substr(0, line.size() - 1);
    Scan id(line.substr(10));
    thread.id = static_cast<std::uint32_t>(id.decimal().value_or(0) & UINT32_MAX);
    builder.begin_thread(std::move(thread));
    return true;
  }
  if (line.starts_with("panic: ") && builder.trace().reason.empty()) {
    builder.trace().reason = line;
    return false;
  }
  if (line.empty() || line.starts_with('\t') || line.starts_with(' ')) return false;
  Frame frame;
  if (!read_place(lines.next_line(), frame)) return false;
  std::string_view name = line;
  if (name.starts_with("created by ")) {
    name.remove_prefix(11);
    name = name.substr(0, name.find(" in goroutine"));
  } else if (name.ends_with(')')) {
    name = name.substr(0, name.rfind('('));
  } else {
    return false;
  }
  if (name.empty() || frame.file.find(".go") == std::string::npos) {
    if (!frame.file.ends_with(".s")) return false;  // the runtime's assembler
  }
  frame.function = name;
  frame.is_return_address = builder.depth() != 0;
  frame.place = lines.span(line.substr(0, 0));
  builder.add(lines, std::move(frame));
  lines.advance();  // the place is part of it
  return true;
}

std::string write(const Frame&, const Call&) { return {}; }  // nothing is ever looked up

}  // namespace

extern const Kind kGo;
const Kind kGo = {"go", read, write};

}  // namespace sigla::trace
