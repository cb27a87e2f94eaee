// SPDX-License-Identifier: Apache-2.0
// The Linux kernel's oopses, warnings and BUGs, behind whatever prefix a log gives them:
//
//   BUG: kernel NULL pointer dereference, address: 0000000000000010
//   CPU: 0 PID: 412 Comm: insmod Tainted: G  OE  6.1.0-13-amd64 #1
//   RIP: 0010:crash_write+0x1a/0x30 [crasher]
//   Call Trace:
//    <TASK>
//    ? __die_body+0x1a/0x60
//    vfs_write+0xb9/0x3e0
//    [<ffffffff8120a3b9>] SyS_write+0x49/0xb0        older ones
//   pc : crash_write+0x1c/0x40 [crasher 2a3b...]     ARM64; with CONFIG_STACKTRACE_BUILD_ID
//
// Addresses move from boot to boot, so frames are found by their function's name. What the
// registers say (RIP, pc, lr) is exact; entries of a call trace are return addresses (%pB).
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/text.h"
#include "formats/trace/kind.h"

namespace sigla::trace {
namespace {

constexpr std::size_t kLabelSizeMax = 200;
constexpr std::string_view kVmlinux = "vmlinux";
constexpr std::array<std::string_view, 6> kExact = {
    "RIP: ", "RIP  ", "pc : ", "EIP: ", "epc : ", "PC is at "};

bool is_name_char(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '.' || c == '$';
}

struct Symbol {
  std::string_view text;  // "vfs_write+0xb9/0x3e0"
  std::string_view name;
  std::uint64_t offset = 0;
  std::uint64_t size = 0;
};

// "NAME+0xOFFSET/0xSIZE" around a plus.
std::optional<Symbol> read_symbol(std::string_view line, std::size_t plus) {
  Scan scan(line.substr(plus + 1));
  const auto offset = scan.prefixed_hex();
  if (!offset || !scan.take("/")) return std::nullopt;
  const auto size = scan.prefixed_hex();
  if (!size) return std::nullopt;
  std::size_t begin = plus;
  while (begin > 0 && is_name_char(line[begin - 1])) --begin;
  if (begin == plus) return std::nullopt;
  const std::size_t end = line.size() - scan.rest().size();
  return Symbol{line.substr(begin, end - begin), line.substr(begin, plus - begin), *offset, *size};
}

std::optional<Symbol> find_symbol(std::string_view line) {
  for (std::size_t at = line.find("+0x"); at != std::string_view::npos;
       at = line.find("+0x", at + 1)) {
    if (const auto symbol = read_symbol(line, at)) return symbol;
  }
  return std::nullopt;
}

void read_head(std::string_view line, Builder& builder) {
  for (const std::string_view word : {"BUG: ",
                                      "Oops: ",
                                      "kernel BUG at ",
                                      "WARNING: ",
                                      "general protection fault",
                                      "Unable to handle kernel "}) {
    const std::size_t at = line.find(word);
    if (at == std::string_view::npos) continue;
    if (builder.trace().reason.empty() && builder.trace().frames.empty()) {
      builder.trace().reason = trim(line.substr(at));
    }
    return;
  }
}

std::string_view label_of(std::string_view head) {
  for (const std::string_view word : kExact) {
    if (head.find(word) != std::string_view::npos) return word;
  }
  return {};
}

bool read(Lines& lines, Builder& builder) {
  const std::string_view line = lines.line();
  const auto symbol = find_symbol(line);
  if (!symbol) return false;
  const std::string_view head =
      line.substr(0, lines.span(symbol->text).offset - lines.span(line).offset);
  Frame frame;
  frame.place = lines.span(symbol->text);
  frame.addressing = Addressing::kInFunction;
  frame.function = symbol->name;
  frame.address = symbol->offset;
  frame.function_size = symbol->size;
  const bool is_exact = !label_of(head).empty();
  frame.is_return_address = !is_exact;
  // Behind it stands the module in brackets, of newer kernels with its build id.
  Scan after(line.substr(head.size() + symbol->text.size()));
  after.blanks();
  std::string_view name = kVmlinux;
  std::string_view build_id;
  if (after.take("[")) {
    const std::string_view inside = after.rest().substr(0, after.rest().find(']'));
    Scan words(inside);
    name = words.word();
    words.blanks();
    const std::string_view id = words.word();
    if (is_hex(id) && id.size() >= 32) build_id = id;
    if (is_hex(name) && name.size() >= 32) {  // "[BUILDID]": the kernel's own
      build_id = name;
      name = kVmlinux;
    }
  }
  if (builder.trace().os.empty()) builder.trace().os = "Linux";
  frame.module =
      builder.module(name == kVmlinux ? std::string(name) : std::string(name) + ".ko", build_id);
  // The registers come first and begin the stack that the call trace goes on with; a second set of
  // them (those of user space follow the trace) begins another.
  if (is_exact) {
    Thread thread;
    thread.name = to_utf8(trim(line).substr(0, kLabelSizeMax));
    builder.begin_thread(std::move(thread));
  }
  builder.add(lines, std::move(frame));
  return true;
}

bool read_line(Lines& lines, Builder& builder) {
  read_head(lines.line(), builder);
  return read(lines, builder);
}

std::string write(const Frame& frame, const Call& call) {
  const std::string where = location(call);
  const std::string place = where.empty() ? "" : fmt::format(" ({})", where);
  if (call.is_inlined) return fmt::format("{} (inlined){}", call.function, place);
  return fmt::format(
      "{}+0x{:x}/0x{:x}{}", frame.function, frame.address, frame.function_size, place);
}

}  // namespace

extern const Kind kKernel;
const Kind kKernel = {"linux_kernel", read_line, write};

}  // namespace sigla::trace
