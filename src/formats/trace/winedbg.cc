// SPDX-License-Identifier: Apache-2.0
// winedbg, which Wine starts when a program crashes (its programs/winedbg/stack.c and info.c; the
// lines are those of Wine 8.0):
//
//   Unhandled exception: page fault on read access to 0x0000000000000000 in 64-bit code (0x...).
//   Backtrace:
//   =>0 0x0000014000153e in app (+0x153e) (0x0000000011fd30)
//     1 0x00000140001581 draw+0x21(n=4) [Z:\src\app.c:12] in app (0x0000000011fd30)
//     2 0x0000007b627e49 BaseThreadInitThunk+0x9 in kernel32 (0000000000000000)
//   Modules:
//   PE	0000000140000000-000000014000f000	Deferred        app
//
// Of a module the name stands there without ".exe" and ".dll". The first address is exact, the
// others are return addresses.
#include <fmt/format.h>

#include "base/text.h"
#include "formats/trace/kind.h"

namespace sigla::trace {
namespace {

// "PE\t0000000140000000-000000014000f000\tPDB             app"
bool read_module(std::string_view line, Builder& builder) {
  Scan scan(line);
  if (!scan.take("PE\t") && !scan.take("ELF\t")) return false;
  scan.blanks();
  const auto low = scan.hex();
  if (!low || !scan.take("-")) return false;
  scan.blanks();  // older versions fill up with blanks
  const auto high = scan.hex();
  if (!high || *high <= *low || !scan.blanks()) return false;
  const std::string_view rest = trim(scan.rest());
  const std::size_t blank = rest.find_last_of(" \t");
  if (blank == std::string_view::npos) return false;
  Module& module = builder.trace().modules[builder.module(rest.substr(blank + 1))];
  module.base_of = BaseOf::kImage;
  module.base = *low;
  module.size = *high - *low;
  return true;
}

// No frame; it may name the stack that follows.
void read_reason(std::string_view line, Builder& builder) {
  constexpr std::string_view kHead = "Unhandled exception: ";
  if (!line.starts_with(kHead) || line.find("-bit code") == std::string_view::npos) return;
  if (!builder.trace().reason.empty()) return;
  builder.trace().reason = line.substr(kHead.size());
  constexpr std::string_view kAccess = " access to ";
  if (const std::size_t at = line.find(kAccess); at != std::string_view::npos) {
    Scan address(line.substr(at + kAccess.size()));
    builder.trace().crash_address = address.prefixed_hex().value_or(0);
  }
}

// What stands before " in MODULE": "draw+0x21(n=4) [Z:\src\app.c:12]", or nothing.
void read_function(std::string_view text, Frame& frame) {
  if (text.ends_with(']')) {
    const std::size_t open = text.rfind(" [");
    const std::size_t colon = text.rfind(':');
    if (open != std::string_view::npos && colon != std::string_view::npos && colon > open) {
      frame.file = text.substr(open + 2, colon - open - 2);
      const auto line = parse_decimal(text.substr(colon + 1, text.size() - colon - 2)).value_or(0);
      frame.source_line = line <= UINT32_MAX ? static_cast<std::uint32_t>(line) : 0;
      text = text.substr(0, open);
    }
  }
  frame.function = text.substr(0, text.find_first_of("+("));
}

// "in app (+0x153e) (0x0000000011fd30)" at the end of the line, and what stands before it.
bool read_site(const Lines& lines, std::string_view site, Builder& builder, Frame& frame) {
  const std::size_t frame_pointer = site.rfind(" (");
  if (frame_pointer == std::string_view::npos || !site.ends_with(')')) return false;
  site = site.substr(0, frame_pointer);
  std::string_view offset;
  if (const std::size_t at = site.rfind(" (+0x"); at != std::string_view::npos) {
    offset = site.substr(at + 3);
  }
  const std::string_view named =
      site.substr(0, site.size() - (offset.empty() ? 0 : offset.size() + 3));
  const std::size_t in = named.starts_with("in ") ? 0 : named.rfind(" in ");
  if (in == std::string_view::npos) return false;
  const std::string_view module = named.substr(in + (in == 0 ? 3 : 4));
  if (module.empty() || module.find(' ') != std::string_view::npos) return false;
  frame.module = builder.module(module);
  frame.module_text = module;
  frame.place = lines.span(site);
  if (in != 0) read_function(named.substr(0, in), frame);
  if (!frame.file.empty()) frame.addressing = Addressing::kNone;
  Scan number(offset);
  if (const auto relative = number.prefixed_hex()) {
    frame.addressing = Addressing::kRelative;
    frame.address = *relative;
  }
  return true;
}

bool read(Lines& lines, Builder& builder) {
  const std::string_view line = lines.line();
  read_reason(line, builder);
  if (read_module(line, builder)) return true;
  Scan scan(line);
  if (!scan.take("=>") && !scan.take("  ")) return false;
  const auto number = scan.decimal();
  if (!number || !scan.blanks()) return false;
  const auto address = scan.prefixed_hex();
  if (!address || !scan.blanks()) return false;
  Frame frame;
  frame.addressing = Addressing::kAbsolute;
  frame.address = *address;
  frame.absolute = *address;
  if (!read_site(lines, trim(scan.rest()), builder, frame)) return false;
  if (builder.trace().os.empty()) builder.trace().os = "Windows NT";
  frame.is_return_address = *number != 0;
  builder.add(lines, std::move(frame), number);
  return true;
}

std::string write(const Frame& frame, const Call& call) {
  std::string where;
  if (!call.file.empty()) where = fmt::format(" [{}:{}]", call.file, call.line);
  const std::string offset =
      call.is_inlined || call.offset == 0 ? "" : fmt::format("+0x{:x}", call.offset);
  return fmt::format("{}{}{} in {}", marked(call), offset, where, frame.module_text);
}

}  // namespace

extern const Kind kWinedbg;
const Kind kWinedbg = {"winedbg", read, write};

}  // namespace sigla::trace
