// SPDX-License-Identifier: Apache-2.0
// gdb's `bt` where it knows no symbols, and its lists of what is loaded:
//
//   Thread 2 (Thread 0x7ffff7a006c0 (LWP 4391)):
//   #0  0x0000555555555151 in ?? ()
//   #1  <signal handler called>
//   #2  0x00007ffff7d8d5d0 in abort () from /lib/x86_64-linux-gnu/libc.so.6
//
//   From                To                  Syms Read   Shared Object Library
//   0x00007ffff7fc5000  0x00007ffff7fee315  Yes (*)     /lib64/ld-linux-x86-64.so.2
//
// `From` in `info sharedlibrary` is where the library's section .text lies, not its base.
// Every address but the first of a stack, and the one that a signal interrupted, is a return
// address.
#include <fmt/format.h>

#include "base/text.h"
#include "formats/trace/kind.h"

namespace sigla::trace {
namespace {

constexpr std::string_view kSignal = "<signal handler called>";

bool read_thread(std::string_view line, Builder& builder) {
  Scan scan(line);
  if (!scan.take("Thread ") || !scan.decimal() || !scan.take(" (")) return false;
  const std::string_view inside = scan.rest();
  Thread thread;
  thread.name = trim(line.substr(0, line.rfind(':')));
  if (const std::size_t at = inside.find("LWP "); at != std::string_view::npos) {
    Scan id(inside.substr(at + 4));
    thread.id = static_cast<std::uint32_t>(id.decimal().value_or(0));
  }
  if (!line.ends_with(':')) return false;
  builder.begin_thread(std::move(thread));
  return true;
}

bool read_library(std::string_view line, Builder& builder) {
  Scan scan(line);
  const auto from = scan.prefixed_hex();
  if (!from || !scan.blanks()) return false;
  const auto to = scan.prefixed_hex();
  if (!to || *to <= *from || !scan.blanks()) return false;
  if (!scan.take("Yes") && !scan.take("No")) return false;
  scan.blanks();
  if (scan.take("(*)")) scan.blanks();
  const std::string_view path = trim(scan.rest());
  if (path.empty()) return false;
  Module& module = builder.trace().modules[builder.module(path)];
  if (module.base_of != BaseOf::kNothing) return true;
  module.base_of = BaseOf::kText;
  module.base = *from;
  module.size = *to - *from;
  return true;
}

// "in ?? () from /lib/x.so" and "in main (argc=1) at a.c:3"; `rest` begins behind "in ".
void read_function(const Lines& lines, std::string_view rest, Builder& builder, Frame& frame) {
  const std::size_t from = rest.rfind(" from /");
  if (from != std::string_view::npos) frame.module = builder.module(trim(rest.substr(from + 6)));
  const std::string_view call = trim(rest.substr(0, from));
  if (const std::size_t at = call.rfind(") at "); at != std::string_view::npos) {
    const std::string_view where = call.substr(at + 5);
    const std::size_t colon = where.rfind(':');
    frame.file = where.substr(0, colon);
    if (colon != std::string_view::npos) {
      const auto line = parse_decimal(where.substr(colon + 1)).value_or(0);
      frame.source_line = line <= UINT32_MAX ? static_cast<std::uint32_t>(line) : 0;
    }
  }
  frame.place = lines.span(call);
  const std::string_view name = call.substr(0, call.rfind(" ("));
  if (name != "??") frame.function = name;
}

bool read(Lines& lines, Builder& builder) {
  const std::string_view line = trim(lines.line());
  if (line.starts_with("0x")) return read_library(line, builder);
  if (line.starts_with("Thread ")) return read_thread(line, builder);
  Scan scan(line);
  if (!scan.take("#")) return false;
  const auto number = scan.decimal();
  if (!number || !scan.blanks()) return false;
  Frame frame;
  if (scan.rest() == kSignal) {
    frame.function = kSignal;
    frame.place = lines.span(scan.rest());
    builder.add(lines, std::move(frame), number);
    return true;
  }
  const auto address = scan.prefixed_hex();
  if (!address || !scan.blanks() || !scan.take("in ")) return false;
  if (scan.rest().rfind(" (") == std::string_view::npos) return false;
  read_function(lines, scan.rest(), builder, frame);
  frame.addressing = Addressing::kAbsolute;
  frame.address = *address;
  const Frame* before = builder.last_frame();
  const bool is_interrupted = before != nullptr && before->function == kSignal;
  frame.is_return_address = *number != 0 && !is_interrupted;
  builder.add(lines, std::move(frame), number);
  return true;
}

std::string write(const Frame&, const Call& call) {
  const std::string where = location(call);
  const bool has_parameters = call.function.find('(') != std::string_view::npos;
  return fmt::format("{}{}{}{}{}",
                     call.function,
                     has_parameters ? "" : " ()",
                     call.is_inlined ? " (inlined)" : "",
                     where.empty() ? "" : " at ",
                     where);
}

}  // namespace

extern const Kind kGdb;
const Kind kGdb = {"gdb", read, write};

}  // namespace sigla::trace
