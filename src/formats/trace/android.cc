// SPDX-License-Identifier: Apache-2.0
// Android tombstones and the same lines in logcat (behind whatever prefix):
//
//   ABI: 'arm64'
//   pid: 4370, tid: 4391, name: Worker  >>> com.example.app <<<
//   signal 11 (SIGSEGV), code 1 (SEGV_MAPERR), fault addr 0x10
//       #00 pc 0000000000001234  /data/app/base.apk!libapp.so (offset 0x4000) (draw+12)
//       (BuildId:..)
//
// libunwindstack prints each pc as the ELF file numbers it, moved into the call already
// (Unwinder::Unwind subtracts the pc adjustment before it fills in rel_pc).
#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "formats/trace/kind.h"

namespace sigla::trace {
namespace {

Arch arch_of(std::string_view abi) {
  if (abi == "arm64" || abi == "arm64-v8a") return Arch::kArm64;
  if (abi == "arm" || abi.starts_with("armeabi")) return Arch::kArm;
  if (abi == "riscv64") return Arch::kRiscv64;
  return parse_arch(abi);
}

bool read_head(std::string_view line, Builder& builder) {
  if (const std::size_t at = line.find("ABI: '"); at != std::string_view::npos) {
    const std::string_view abi = line.substr(at + 6);
    builder.set_arch(arch_of(abi.substr(0, abi.find('\''))));
    builder.trace().os = "Android";
    return true;
  }
  if (const std::size_t at = line.find("pid: "); at != std::string_view::npos) {
    Scan scan(line.substr(at));
    if (!scan.until(", tid: ") || !scan.take(", tid: ")) return false;
    Thread thread;
    thread.id = static_cast<std::uint32_t>(scan.decimal().value_or(0));
    if (scan.take(", name: ")) thread.name = trim(scan.rest().substr(0, scan.rest().find(">>>")));
    builder.begin_thread(std::move(thread));
    return true;
  }
  const std::size_t at = line.find("signal ");
  if (at == std::string_view::npos) return false;
  const std::size_t fault = line.find("fault addr ", at);
  if (fault == std::string_view::npos) return false;
  Scan scan(line.substr(fault + 11));
  builder.trace().reason = trim(line.substr(at, fault - at));
  while (builder.trace().reason.ends_with(',')) builder.trace().reason.pop_back();
  builder.trace().crash_address = scan.hex().value_or(0);
  return true;
}

// " (offset 0x4000) (draw(int, (a) (b))+12) (BuildId: ab12)": the one in the middle. Names have
// brackets too, so the others are taken off both ends.
// Without one, where it would stand.
std::string_view read_function(std::string_view groups, Frame& frame) {
  if (const std::size_t at = groups.rfind(" (BuildId: "); at != std::string_view::npos) {
    groups = groups.substr(0, at);
  }
  const std::string_view end = groups.substr(groups.size());
  groups = trim(groups);
  if (groups.starts_with("(offset ")) {
    groups = trim(groups.substr(std::min(groups.find(')') + 1, groups.size())));
  }
  if (groups.size() < 3 || !groups.starts_with('(') || !groups.ends_with(')')) return end;
  const std::string_view inside = groups.substr(1, groups.size() - 2);
  const std::size_t plus = inside.rfind('+');
  const bool has_offset =
      plus != std::string_view::npos && parse_decimal(inside.substr(plus + 1)).has_value();
  frame.function = inside.substr(0, has_offset ? plus : inside.size());
  return groups;
}

bool read(Lines& lines, Builder& builder) {
  const std::string_view line = lines.line();
  const std::size_t hash = line.find('#');
  if (hash == std::string_view::npos) return read_head(line, builder);
  Scan scan(line.substr(hash + 1));
  const auto number = scan.decimal();
  if (!number || !scan.blanks() || !scan.take("pc ")) return false;
  const auto address = scan.hex();
  if (!address || !scan.blanks()) return false;
  const std::string_view rest = trim(scan.rest());
  const std::string_view path = rest.substr(0, rest.find(" ("));
  if (path.empty()) return false;
  Frame frame;
  frame.addressing = Addressing::kLinked;
  frame.address = *address;
  frame.place = lines.span(read_function(rest.substr(path.size()), frame));
  if (!path.starts_with('<')) {
    // "base.apk!libapp.so": a library that is not unpacked.
    const std::size_t inner = path.rfind('!');
    frame.module = builder.module(inner == std::string_view::npos ? path : path.substr(inner + 1),
                                  find_build_id(rest));
  }
  if (builder.trace().os.empty()) builder.trace().os = "Android";
  builder.add(lines, std::move(frame), number);
  return true;
}

std::string write(const Frame& frame, const Call& call) {
  const std::string where = location(call);
  return fmt::format("{}({}{}{}{})",
                     frame.place.size == 0 ? " " : "",
                     marked(call),
                     call.is_inlined ? "" : fmt::format("+{}", call.offset),
                     where.empty() ? "" : " at ",
                     where);
}

}  // namespace

extern const Kind kAndroid;
const Kind kAndroid = {"android", read, write};

}  // namespace sigla::trace
