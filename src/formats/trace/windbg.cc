// SPDX-License-Identifier: Apache-2.0
// WinDbg's `k` (x86 and x64, numbered or not) and its list of modules, `lm`:
//
//    # Child-SP          RetAddr               Call Site
//   00 00000010`2f2ff6a8 00007ff6`5c7f1a2b     app!draw+0x1d
//   01 00000010`2f2ff6b0 00007ffd`1b2c7034     app+0x1a2b
//   02 00000010`2f2ff6e0 00000000`00000000     ntdll!RtlUserThreadStart+0x21 [a.c @ 12]
//   start             end                 module name
//   00007ff6`5c7f0000 00007ff6`5c7fb000   app        (pdb symbols)   C:\s\app.pdb\3249D...1\app.pdb
//
// A call site is where its own frame executes: exact for the first, a return address for others.
#include <fmt/format.h>

#include "base/text.h"
#include "formats/trace/kind.h"

namespace sigla::trace {
namespace {

bool is_address(std::string_view word) {
  Scan scan(word);
  return (word.size() == 8 || word.size() == 16 || word.size() == 17) && scan.hex() &&
         scan.at_end();
}

// "C:\s\app.pdb\3249D99D0C4049318610F4E4FB0B69361\app.pdb"
void read_pdb(std::string_view path, Module& module) {
  const std::string_view file = base_name(path);
  if (!ends_with_ignoring_case(file, ".pdb")) return;
  module.debug_file = file;
  const std::string_view above = path.substr(0, path.size() - file.size());
  if (above.size() < 2) return;
  const std::string_view id = base_name(above.substr(0, above.size() - 1));
  if (id.size() > 32 && is_hex(id)) module.debug_id = id;
}

bool read_module(Scan scan, std::uint64_t start, Builder& builder) {
  const std::string_view word = scan.word();
  Scan end_scan(word);
  const auto end = end_scan.hex();
  if (!is_address(word) || !end || *end <= start || !scan.blanks()) return false;
  const std::string_view name = scan.word();
  scan.blanks();
  const bool is_list_line = !name.empty() && scan.take("(");
  if (!is_list_line) return false;
  Module& module = builder.trace().modules[builder.module(name)];
  module.base_of = BaseOf::kImage;
  module.base = start;
  module.size = *end - start;
  builder.trace().os = "Windows NT";
  const std::string_view rest = scan.rest();
  const std::size_t path = rest.find_first_not_of(" \t", rest.find(')') + 1);
  if (path != std::string_view::npos) read_pdb(trim(rest.substr(path)), module);
  return true;
}

// "app!draw+0x1d [a.c @ 12]" or "app+0x1a2b".
bool read_site(const Lines& lines, std::string_view site, Builder& builder, Frame& frame) {
  if (const std::size_t at = site.rfind(" [");
      at != std::string_view::npos && site.ends_with(']')) {
    const std::string_view where = site.substr(at + 2, site.size() - at - 3);
    const std::size_t sign = where.rfind(" @ ");
    if (sign == std::string_view::npos) return false;
    frame.file = where.substr(0, sign);
    frame.source_line =
        static_cast<std::uint32_t>(parse_decimal(where.substr(sign + 3)).value_or(0) & UINT32_MAX);
    site = site.substr(0, at);
  }
  frame.place = lines.span(site);
  const std::size_t plus = site.rfind("+0x");
  const std::size_t mark = site.find('!');
  Scan offset(plus == std::string_view::npos ? std::string_view() : site.substr(plus + 1));
  const auto value = offset.prefixed_hex();
  if (value && !offset.at_end()) return false;
  if (mark == std::string_view::npos && !value) return false;
  const std::string_view module = site.substr(0, mark == std::string_view::npos ? plus : mark);
  if (module.empty() || module.find(' ') != std::string_view::npos) return false;
  frame.module = builder.module(module);
  frame.module_text = module;
  frame.address = value.value_or(0);
  if (mark == std::string_view::npos) {
    frame.addressing = Addressing::kRelative;
    return true;
  }
  frame.function = site.substr(mark + 1, plus == std::string_view::npos ? plus : plus - mark - 1);
  frame.addressing = frame.file.empty() ? Addressing::kInFunction : Addressing::kNone;
  return true;
}

bool read(Lines& lines, Builder& builder) {
  Scan scan(lines.line());
  scan.blanks();
  Scan numbered = scan;
  std::optional<std::uint64_t> number;
  if (const std::string_view word = numbered.word(); word.size() <= 3 && is_hex(word)) {
    number = parse_hex(word);
    numbered.blanks();
    scan = numbered;
  }
  Scan first = scan;
  const auto start = first.hex();
  if (!start || !is_address(scan.word()) || !scan.blanks()) return false;
  if (!number && read_module(scan, *start, builder)) return true;
  if (!is_address(scan.word()) || !scan.blanks()) return false;
  // x86 shows three arguments before the call site.
  for (int i = 0; i < 3; ++i) {
    Scan argument = scan;
    if (!is_address(argument.word()) || !argument.blanks()) break;
    scan = argument;
  }
  if (scan.take(": ")) return false;  // kv's arguments: another order
  Frame frame;
  if (!read_site(lines, trim(scan.rest()), builder, frame)) return false;
  if (builder.trace().os.empty()) builder.trace().os = "Windows NT";
  const bool is_first = number ? *number == 0 : builder.depth() == 0;
  frame.is_return_address = !is_first;
  builder.add(lines, std::move(frame), number);
  return true;
}

std::string write(const Frame& frame, const Call& call) {
  std::string where;
  if (!call.file.empty()) where = fmt::format(" [{} @ {}]", call.file, call.line);
  const std::string offset =
      call.is_inlined || call.offset == 0 ? "" : fmt::format("+0x{:x}", call.offset);
  return fmt::format("{}!{}{}{}", frame.module_text, marked(call), offset, where);
}

}  // namespace

extern const Kind kWindbg;
const Kind kWindbg = {"windbg", read, write};

}  // namespace sigla::trace
