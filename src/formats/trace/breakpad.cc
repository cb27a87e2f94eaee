// SPDX-License-Identifier: Apache-2.0
// What Breakpad's minidump_stackwalk -m printed without symbols:
//
//   OS|Linux|6.1.0
//   CPU|amd64|family 6|2
//   Crash|SIGSEGV /SEGV_MAPERR|0x10|0
//   Module|app||app|CF31B31B4E4C1B8C0000000000000000|0x55d4f0000000|0x55d4f0010fff|1
//
//   0|0|app||||0x1a2b        thread|frame|module|function|file|line|offset
//
// The last field is from the module's base where there is no function, and in the process where
// there is no module. minidump_stackwalk prints return addresses for all frames but the first.
#include <fmt/format.h>

#include <array>

#include "base/text.h"
#include "formats/trace/kind.h"

namespace sigla::trace {
namespace {

std::uint64_t hex_of(std::string_view text) {
  Scan scan(text);
  return scan.prefixed_hex().value_or(0);
}

bool read_head(const std::vector<std::string_view>& fields, Builder& builder) {
  Trace& trace = builder.trace();
  if (fields[0] == "OS" && fields.size() == 3) {
    trace.os = fields[1];
    return true;
  }
  if (fields[0] == "CPU" && fields.size() >= 3) {
    builder.set_arch(fields[1] == "amd64" ? Arch::kX86_64 : parse_arch(fields[1]));
    return true;
  }
  if (fields[0] == "Crash" && fields.size() >= 4) {
    trace.reason = fields[1];
    trace.crash_address = hex_of(fields[2]);
    return true;
  }
  if (fields[0] != "Module" || fields.size() < 8) return false;
  Module& module = trace.modules[builder.module(fields[1])];
  module.version = fields[2];
  module.debug_file = fields[3];
  module.debug_id = fields[4];
  module.base_of = BaseOf::kImage;
  module.base = hex_of(fields[5]);
  const std::uint64_t last = hex_of(fields[6]);
  module.size = last < module.base ? 0 : last - module.base + 1;
  return true;
}

bool read(Lines& lines, Builder& builder) {
  const std::string_view line = lines.line();
  if (line.find('|') == std::string_view::npos || line.size() > 65'536) return false;
  const std::vector<std::string_view> fields = split(line, '|');
  const auto thread = parse_decimal(fields[0]);
  if (!thread) return read_head(fields, builder);
  if (fields.size() != 7) return false;
  const auto number = parse_decimal(fields[1]);
  Scan scan(fields[6]);
  const auto offset = scan.prefixed_hex();
  if (!number || !offset || !scan.at_end()) return false;
  if (*number == 0) {
    Thread begun;
    begun.id = static_cast<std::uint32_t>(*thread & UINT32_MAX);
    builder.begin_thread(std::move(begun));
  }
  Frame frame;
  frame.function = fields[3];
  frame.file = fields[4];
  frame.source_line = static_cast<std::uint32_t>(parse_decimal(fields[5]).value_or(0) & UINT32_MAX);
  frame.is_return_address = *number != 0;
  // From the function to the end of the line.
  frame.place = lines.span(line);
  const std::size_t skipped = static_cast<std::size_t>(fields[3].data() - line.data());
  frame.place.offset += skipped;
  frame.place.size -= skipped;
  if (!fields[2].empty()) frame.module = builder.module(fields[2]);
  if (fields[3].empty()) {
    frame.addressing = fields[2].empty() ? Addressing::kAbsolute : Addressing::kRelative;
    frame.address = *offset;
  }
  builder.add(lines, std::move(frame), number);
  return true;
}

std::string write(const Frame&, const Call& call) {
  std::string line;
  if (!call.file.empty()) line = fmt::format("{}", call.line);
  return fmt::format("{}|{}|{}|0x{:x}",
                     call.function,
                     call.file,
                     line,
                     call.file.empty() ? call.offset : call.line_offset);
}

}  // namespace

extern const Kind kBreakpadMachine;
const Kind kBreakpadMachine = {"breakpad_machine", read, write};

}  // namespace sigla::trace
