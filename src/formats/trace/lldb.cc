// SPDX-License-Identifier: Apache-2.0
// lldb's `bt` where it knows no symbols, and its `image list`:
//
//   * thread #1, name = 'app', stop reason = signal SIGSEGV
//     * frame #0: 0x0000555555555151 app`___lldb_unnamed_symbol5 + 4
//       frame #1: 0x00007ffff7df1d90 libc.so.6`abort + 178
//       frame #2: 0x0000000000401151 app
//       frame #3: 0x0000555555555180 app`main at app.c:12:3
//   [  0] 2B3F9D2E-6C3B-1A5E-0000-112233445566-778899AA 0x0000555555554000 /tmp/app
//
// Every address but the first of a thread is a return address.
#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "formats/trace/kind.h"

namespace sigla::trace {
namespace {

// "[  0] UUID 0xBASE /path": the UUID has the whole of an ELF build id.
bool read_image(std::string_view line, Builder& builder) {
  Scan scan(line);
  if (!scan.take("[")) return false;
  scan.blanks();
  if (!scan.decimal() || !scan.take("]") || !scan.blanks()) return false;
  std::string id(scan.word());
  std::erase(id, '-');
  if (!is_hex(id) || !scan.blanks()) return false;
  const auto base = scan.prefixed_hex();
  if (!base || !scan.blanks()) return false;
  std::string_view path = trim(scan.rest());
  if (const std::size_t more = path.rfind(" (0x"); more != std::string_view::npos) {
    path = path.substr(0, more);
  }
  if (path.empty()) return false;
  const bool is_known = id.find_first_not_of('0') != std::string::npos;
  Module& module = builder.trace().modules[builder.module(path, is_known ? id : "")];
  module.base_of = BaseOf::kImage;
  module.base = *base;
  return true;
}

bool read_thread(std::string_view line, Builder& builder) {
  Scan scan(line);
  scan.take("* ");
  scan.blanks();
  if (!scan.take("thread #") || !scan.decimal()) return false;
  Thread thread;
  thread.name = trim(line.substr(line.find("thread #")));
  builder.begin_thread(std::move(thread));
  return true;
}

bool read(Lines& lines, Builder& builder) {
  const std::string_view line = trim(lines.line());
  if (line.starts_with('[')) return read_image(line, builder);
  const std::size_t at = line.find("frame #");
  if (at == std::string_view::npos || at > 4) return read_thread(line, builder);
  Scan scan(line.substr(at));
  const auto number = scan.take("frame #") ? scan.decimal() : std::nullopt;
  if (!number || !scan.take(": ")) return false;
  const auto address = scan.prefixed_hex();
  if (!address) return false;
  scan.blanks();
  const std::string_view rest = scan.rest();
  const std::size_t tick = rest.find('`');
  Frame frame;
  frame.addressing = Addressing::kAbsolute;
  frame.address = *address;
  frame.is_return_address = *number != 0;
  const std::string_view module = trim(rest.substr(0, tick));
  if (!module.empty()) frame.module = builder.module(module);
  frame.place =
      lines.span(tick == std::string_view::npos ? rest.substr(rest.size()) : rest.substr(tick + 1));
  if (tick != std::string_view::npos) {
    const std::string_view call = rest.substr(tick + 1);
    const std::string_view name = call.substr(0, std::min(call.find(" + "), call.find(" at ")));
    if (!name.starts_with("___lldb_unnamed_symbol")) frame.function = name;
  }
  builder.add(lines, std::move(frame), number);
  return true;
}

std::string write(const Frame& frame, const Call& call) {
  const std::string where = location(call);
  const std::string offset =
      call.is_inlined || call.offset == 0 ? "" : fmt::format(" + {}", call.offset);
  return fmt::format("{}{}{}{}",
                     frame.place.size == 0 ? "`" : "",
                     marked(call),
                     where.empty() ? offset : " at ",
                     where);
}

}  // namespace

extern const Kind kLldb;
const Kind kLldb = {"lldb", read, write};

}  // namespace sigla::trace
