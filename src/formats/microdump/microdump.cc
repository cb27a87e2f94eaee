// SPDX-License-Identifier: Apache-2.0
#include "formats/microdump/microdump.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"

namespace sigla::microdump {
namespace {

constexpr std::string_view kTag = "google-breakpad";
constexpr std::string_view kBegin = "-----BEGIN BREAKPAD MICRODUMP-----";
constexpr std::string_view kEnd = "-----END BREAKPAD MICRODUMP-----";
constexpr std::string_view kUnknown = "UNKNOWN";
constexpr std::uint64_t kStackSizeMax = 8ULL << 20U;  // Breakpad writes 8 KB

std::string known(std::string_view text) {
  text = trim(text);
  if (text.starts_with(kUnknown)) return {};
  return to_utf8(text);
}

// What a process of Breakpad's wrote, without logcat's words before it; nothing for other lines.
std::optional<std::string_view> message_of(std::string_view line) {
  const std::size_t tag = line.find(kTag);
  if (tag == std::string_view::npos) return std::nullopt;
  const std::size_t colon = line.find(": ", tag);
  if (colon == std::string_view::npos) return std::nullopt;
  std::string_view message = line.substr(colon + 2);
  if (message.ends_with('\r')) message.remove_suffix(1);
  return message;
}

class Parser {
 public:
  Parser(const Limits& limits, Diagnostics& diagnostics)
      : limits_(limits), diagnostics_(diagnostics) {}

  // One record behind its letter; `line` is for messages.
  Status record(char letter, std::string_view rest, std::size_t line) {
    bool is_read = true;
    switch (letter) {
      case 'V':
        dump_.product = known(rest);
        break;
      case 'P':
        dump_.process_type = known(rest);
        break;
      case 'O':
        system(rest);
        break;
      case 'R':
        is_read = reason(rest);
        break;
      case 'G':
        gpu(rest);
        break;
      case 'S': {
        SIGLA_TRY_ASSIGN(is_read, stack(rest));
        break;
      }
      case 'C':
        is_read = context(rest);
        break;
      case 'M': {
        SIGLA_TRY_ASSIGN(is_read, module(rest));
        break;
      }
      default:
        break;  // H: free ranges of the address space, and whatever is new
    }
    if (!is_read) {
      diagnostics_.report("malformed microdump record", fmt::format("{} at line {}", letter, line));
    }
    return {};
  }

  Result<Microdump> take() {
    if (dump_.arch.empty()) return malformed("microdump: no record of the system (O)");
    if (dump_.context.empty()) return malformed("microdump: no registers (C)");
    if (dump_.stack.size() > 1) {
      diagnostics_.report(
          "incomplete microdump",
          fmt::format("the stack is in {} pieces: the log lost lines", dump_.stack.size()));
    }
    return std::move(dump_);
  }

 private:
  void system(std::string_view rest) {
    const std::string_view system = take_word(rest, " ");
    dump_.system = system.size() == 1 ? system.front() : '\0';
    dump_.arch = to_utf8(take_word(rest, " "));
    const auto count = parse_hex(take_word(rest, " "));
    dump_.cpu_count = count && *count <= UINT32_MAX ? static_cast<std::uint32_t>(*count) : 0;
    dump_.hardware = to_utf8(take_word(rest, " "));
    dump_.os_version = to_utf8(trim(rest));
  }

  bool reason(std::string_view rest) {
    const auto signal = parse_hex(take_word(rest, " "));
    const std::string_view name = take_word(rest, " ");
    const auto address = parse_hex(take_word(rest, " "));
    if (!signal || *signal > UINT32_MAX || name.empty() || !address) return false;
    dump_.has_reason = true;
    dump_.signal = static_cast<std::uint32_t>(*signal);
    dump_.signal_name = to_utf8(name);
    dump_.crash_address = *address;
    return true;
  }

  void gpu(std::string_view rest) {
    if (trim(rest) == kUnknown) return;
    const auto parts = split(rest, '|');
    dump_.gl_version = to_utf8(trim(parts[0]));
    if (parts.size() > 1) dump_.gl_vendor = to_utf8(trim(parts[1]));
    if (parts.size() > 2) dump_.gl_renderer = to_utf8(trim(parts[2]));
  }

  Result<bool> stack(std::string_view rest) {
    const std::string_view first = take_word(rest, " ");
    if (first == "0") return true;  // where it lies and how long it is: the pieces say it, too
    const auto base = parse_hex(first);
    auto bytes = parse_hex_bytes(trim(rest));
    if (!base || !bytes) return false;
    stack_size_ += bytes->size();
    if (stack_size_ > kStackSizeMax) {
      return make_error(
          ErrorCode::kLimitExceeded, "microdump: more than {} bytes of stack", kStackSizeMax);
    }
    if (!dump_.stack.empty()) {
      StackPiece& last = dump_.stack.back();
      if (last.base + last.bytes.size() == *base) {
        last.bytes.insert(last.bytes.end(), bytes->begin(), bytes->end());
        return true;
      }
    }
    dump_.stack.push_back({*base, *std::move(bytes)});
    return true;
  }

  bool context(std::string_view rest) {
    auto bytes = parse_hex_bytes(trim(rest));
    if (!bytes || bytes->empty()) return false;
    dump_.context = *std::move(bytes);
    return true;
  }

  Result<bool> module(std::string_view rest) {
    const auto base = parse_hex(take_word(rest, " "));
    const auto offset = parse_hex(take_word(rest, " "));
    const auto size = parse_hex(take_word(rest, " "));
    const std::string_view identifier = take_word(rest, " ");
    if (!base || !offset || !size || identifier.empty()) return false;
    if (dump_.modules.size() >= limits_.minidump_module_count_max) {
      return make_error(ErrorCode::kLimitExceeded,
                        "microdump: more than {} modules",
                        limits_.minidump_module_count_max);
    }
    Module module;
    module.base = *base;
    module.size = *size;
    module.file_offset = *offset;
    module.identifier = to_utf8(identifier);
    module.name = to_utf8(take_word(rest, " "));  // "(deleted)" may follow
    dump_.modules.push_back(std::move(module));
    return true;
  }

  const Limits& limits_;
  Diagnostics& diagnostics_;
  Microdump dump_;
  std::uint64_t stack_size_ = 0;
};

}  // namespace

bool is_microdump(Bytes text) {
  const std::string_view file = as_text(text);
  // A minidump of a process that wrote one may have such a line in its memory.
  return !file.starts_with("MDMP") && !file.starts_with("PMDM") &&
         file.find(kBegin) != std::string_view::npos;
}

Result<Microdump> read_microdump(Bytes text, const Limits& limits, Diagnostics& diagnostics) {
  if (text.size() > limits.minidump_size_max) {
    return make_error(ErrorCode::kLimitExceeded,
                      "microdump: {} bytes of log are more than the limit of {}",
                      text.size(),
                      limits.minidump_size_max);
  }
  Parser parser(limits, diagnostics);
  enum class State { kBefore, kInside, kAfter } state = State::kBefore;
  std::uint64_t further = 0;
  std::string_view rest = as_text(text);
  for (std::size_t number = 1; !rest.empty(); ++number) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    const auto message = message_of(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (!message) continue;
    if (message->starts_with(kBegin)) {
      if (state != State::kBefore) ++further;
      if (state == State::kInside) state = State::kAfter;  // the log lost the end of the first
      if (state == State::kBefore) state = State::kInside;
    } else if (state == State::kInside && message->starts_with(kEnd)) {
      state = State::kAfter;
    } else if (state == State::kInside && message->size() >= 2 && (*message)[1] == ' ') {
      SIGLA_TRY(parser.record(message->front(), message->substr(2), number));
    }
  }
  if (state == State::kBefore) return malformed("microdump: none begins in this text");
  if (state == State::kInside) {
    diagnostics.report("incomplete microdump", "the log ends before it does");
  }
  if (further > 0) {
    diagnostics.report("further microdumps", fmt::format("{} after the one shown", further));
  }
  return parser.take();
}

}  // namespace sigla::microdump
