// SPDX-License-Identifier: Apache-2.0
// A module and an offset in it, however a program wrote them down:
//
//   app.dll+0x1a2b          libcef.dll!+0x1a2b          C:\b\app.exe + 0x1a2b
//   C  [libapp.so+0x1a2b]  draw+0x1d                    HotSpot's hs_err files
//   0x00007ff65c7f1a2b app.dll!draw+0x1d                a function that is exported
//
// One such pair in a line, the module's name ending like a program's or being a path. The first
// frame of a run is exact, the others are return addresses, as every stack walker gives them.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/text.h"
#include "formats/trace/kind.h"

namespace sigla::trace {
namespace {

constexpr std::string_view kBefore = " \t([<\"'|=,";  // what a module's name begins behind

// Where the name that ends at `end` begins. Paths may have blanks in them, after a drive or a '/'.
std::size_t name_begin(std::string_view line, std::size_t end) {
  const std::string_view head = line.substr(0, end);
  if (const std::size_t drive = head.rfind(":\\"); drive != std::string_view::npos && drive > 0) {
    if (head.find_first_of("\t([<\"'|", drive) == std::string_view::npos) return drive - 1;
  }
  const std::size_t before = head.find_last_of(kBefore);
  return before == std::string_view::npos ? 0 : before + 1;
}

struct Pair {
  std::string_view text;  // "app.dll!draw+0x1d"
  std::string_view module;
  std::string_view function;  // empty: the offset is from the module's base
  std::uint64_t offset = 0;
};

std::optional<Pair> read_pair(std::string_view line, std::size_t plus) {
  std::size_t number = plus + 1;
  while (number < line.size() && line[number] == ' ') ++number;
  Scan scan(line.substr(number));
  const auto offset = scan.prefixed_hex();
  // An address in no module, counted from one, is none of its.
  constexpr std::uint64_t kModuleSizeMax = 1ULL << 40;
  if (!offset || *offset >= kModuleSizeMax) return std::nullopt;
  constexpr std::string_view kBehind = " \t)]>\"',;:|";
  if (!scan.at_end() && kBehind.find(scan.rest().front()) == std::string_view::npos) {
    return std::nullopt;
  }
  std::size_t end = plus;
  while (end > 0 && line[end - 1] == ' ') --end;
  const std::size_t begin = name_begin(line, end);
  std::string_view name = line.substr(begin, end - begin);
  Pair pair;
  pair.text = line.substr(begin, line.size() - scan.rest().size() - begin);
  pair.offset = *offset;
  if (const std::size_t mark = name.rfind('!'); mark != std::string_view::npos) {
    pair.function = name.substr(mark + 1);
    name = name.substr(0, mark);
  }
  if (!looks_like_module(name)) return std::nullopt;
  pair.module = name;
  return pair;
}

bool read(Lines& lines, Builder& builder) {
  const std::string_view line = lines.line();
  std::optional<Pair> pair;
  constexpr int kTried = 8;
  std::size_t at = line.find('+');
  for (int i = 0; i < kTried && at != std::string_view::npos && !pair; ++i) {
    pair = read_pair(line, at);
    at = line.find('+', at + 1);
  }
  if (!pair) return false;
  Frame frame;
  frame.module = builder.module(pair->module, find_build_id(line));
  frame.addressing = pair->function.empty() ? Addressing::kRelative : Addressing::kInFunction;
  frame.address = pair->offset;
  frame.function = pair->function;
  frame.place = lines.span(pair->text);
  frame.module_text = pair->module;
  frame.is_return_address = builder.depth() != 0;
  builder.add(lines, std::move(frame));
  return true;
}

std::string write(const Frame& frame, const Call& call) {
  const std::string where = location(call);
  const std::string offset = call.is_inlined ? "" : fmt::format("+0x{:x}", call.offset);
  return fmt::format(
      "{}!{}{}{}{}", frame.module_text, marked(call), offset, where.empty() ? "" : " at ", where);
}

}  // namespace

extern const Kind kModuleOffset;
const Kind kModuleOffset = {"module_offset", read, write};

}  // namespace sigla::trace
