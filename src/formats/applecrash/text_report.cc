// SPDX-License-Identifier: Apache-2.0
// The text form. Lines that are not known are passed over: every version of the system adds some.
#include <algorithm>
#include <map>
#include <optional>

#include "base/text.h"
#include "formats/applecrash/reader.h"

namespace sigla::applecrash {
namespace {

constexpr std::size_t kFrameCountMax = 500'000;
constexpr std::size_t kImageCountMax = 20'000;
constexpr std::string_view kThrownAt = "Last Exception Backtrace:";

std::optional<std::uint64_t> hex_of(std::string_view word) {
  if (!word.starts_with("0x")) return std::nullopt;
  return parse_hex(word.substr(2));
}

// "Process:   App [1234]": what stands behind the name.
std::optional<std::string_view> field(std::string_view line, std::string_view name) {
  if (!line.starts_with(name) || line.substr(name.size(), 1) != ":") return std::nullopt;
  return trim(line.substr(name.size() + 1));
}

class TextReader {
 public:
  TextReader(std::string_view file, const Limits& limits) : file_(file), limits_(limits) {}

  Report run() {
    std::size_t begin = 0;
    while (begin < file_.size()) {
      const std::size_t end = std::min(file_.find('\n', begin), file_.size());
      std::string_view line = file_.substr(begin, end - begin);
      if (line.ends_with('\r')) line.remove_suffix(1);
      if (line.size() <= limits_.line_size_max) read(line, begin);
      begin = end + 1;
    }
    return std::move(report_);
  }

 private:
  enum class Part { kHead, kThread, kLastException, kRegisters, kImages, kMessages };

  void read(std::string_view line, std::size_t offset) {
    if (line.starts_with("Binary Images:")) {
      part_ = Part::kImages;
    } else if (line.starts_with(kThrownAt)) {
      part_ = Part::kLastException;
    } else if (line.starts_with("Application Specific Information:")) {
      part_ = Part::kMessages;
    } else if (line.starts_with("Thread ") && read_thread(line)) {
      return;
    } else if (part_ == Part::kImages) {
      read_image(line);
    } else if (part_ == Part::kRegisters) {
      read_registers(line);
    } else if (read_frame(line, offset)) {
      return;
    } else if (part_ == Part::kMessages) {
      if (trim(line).empty())
        part_ = Part::kHead;
      else
        report_.messages.push_back(to_utf8(trim(line)));
    } else {
      read_head(line);
    }
  }

  void read_head(std::string_view line) {
    const auto set = [&](std::string_view name, std::string& target) {
      const auto value = field(line, name);
      if (value && target.empty()) target = to_utf8(*value);
      return value.has_value();
    };
    if (const auto process = field(line, "Process")) {
      const std::size_t bracket = process->rfind(" [");
      report_.process = to_utf8(process->substr(0, bracket));
      if (bracket == std::string_view::npos) return;
      const auto id = parse_decimal(process->substr(bracket + 2, process->size() - bracket - 3));
      if (id && *id <= UINT32_MAX) report_.process_id = static_cast<std::uint32_t>(*id);
    } else if (const auto code = field(line, "Code Type")) {
      report_.arch = arch_of(*code);
    } else if (const auto os = field(line, "OS Version")) {
      read_os(*os);
    } else if (const auto codes = field(line, "Exception Codes")) {
      take_codes(*codes);
    } else if (const auto subtype = field(line, "Exception Subtype")) {
      take_codes(*subtype);
    } else if (const auto crashed = field(line, "Triggered by Thread")) {
      take_crashed(*crashed);
    } else if (const auto thread = field(line, "Crashed Thread")) {
      take_crashed(*thread);
    } else {
      static_cast<void>(set("Path", report_.path) || set("Identifier", report_.identifier) ||
                        set("Version", report_.version) ||
                        set("Hardware Model", report_.hardware) || set("Date/Time", report_.date) ||
                        set("Exception Type", report_.exception_type) ||
                        set("Termination Reason", report_.termination));
    }
  }

  // "Mac OS X 10.14.6 (18G103)", "iPhone OS 15.0 (19A346)"
  void read_os(std::string_view text) {
    const std::size_t number = text.find_first_of("0123456789");
    report_.os = os_of(text.substr(0, number));
    if (number == std::string_view::npos) return;
    const std::string_view rest = text.substr(number);
    const std::size_t bracket = rest.find('(');
    report_.os_version = to_utf8(trim(rest.substr(0, bracket)));
    if (bracket == std::string_view::npos) return;
    report_.os_build = to_utf8(rest.substr(bracket + 1, rest.find(')') - bracket - 1));
  }

  // The one with the address says most.
  void take_codes(std::string_view codes) {
    if (report_.exception_codes.empty() || address_in(codes) != 0) {
      report_.exception_codes = to_utf8(codes);
    }
    if (report_.crash_address == 0) report_.crash_address = address_in(codes);
  }

  void take_crashed(std::string_view text) {
    crashed_ = parse_decimal(text.substr(0, text.find_first_not_of("0123456789")));
  }

  // "Thread 0 name:  X", "Thread 0 Crashed:: Dispatch queue: X", "Thread 3:",
  // "Thread 0 crashed with ARM Thread State (64-bit):"
  bool read_thread(std::string_view line) {
    std::string_view rest = line.substr(7);
    const std::size_t digits = std::min(rest.find_first_not_of("0123456789"), rest.size());
    const auto number = parse_decimal(rest.substr(0, digits));
    if (!number) return false;
    rest.remove_prefix(digits);
    if (rest.starts_with(" crashed with ")) {
      part_ = Part::kRegisters;
      registers_of_ = &thread(*number);
      return true;
    }
    const bool is_name = rest.starts_with(" name:");
    const bool is_crashed = rest.starts_with(" Crashed:");
    if (!is_name && !is_crashed && !rest.starts_with(':')) return false;
    current_ = *number;
    part_ = Part::kThread;
    Thread& made = thread(*number);
    if (is_crashed) made.has_crashed = true;
    std::string_view name = rest.substr(rest.find(':') + 1);
    if (name.starts_with(':')) name.remove_prefix(1);
    name = trim(name);
    constexpr std::string_view kQueue = "Dispatch queue: ";
    if (name.starts_with(kQueue)) name.remove_prefix(kQueue.size());
    if (!name.empty() && made.name.empty()) made.name = to_utf8(name);
    return true;
  }

  Thread& thread(std::uint64_t number) {
    const auto [found, is_new] = threads_.try_emplace(number, report_.threads.size());
    if (!is_new) return report_.threads[found->second];
    Thread made;
    made.id = number;
    made.has_crashed = crashed_ == number;
    report_.threads.push_back(std::move(made));
    return report_.threads.back();
  }

  // "1   App Name   0x0000000102fd1000 main + 20 (main.m:12)"
  bool read_frame(std::string_view line, std::size_t offset) {
    std::string_view rest = line;
    const auto number = parse_decimal(take_word(rest));
    if (!number || frame_count_ >= kFrameCountMax) return false;
    // The name of an image may have blanks; the address comes behind it.
    std::size_t at = rest.find(" 0x");
    if (const std::size_t tab = rest.find("\t0x"); tab < at) at = tab;
    if (at == std::string_view::npos) return false;
    const std::string_view name = trim(rest.substr(0, at));
    rest.remove_prefix(at);
    const auto address = hex_of(take_word(rest));
    if (!address || name.empty()) return false;
    Frame frame;
    frame.address = *address;
    frame.offset = offset;
    frame.size = line.size();
    rest = trim(rest);
    frame.place_offset = offset + static_cast<std::size_t>(rest.data() - line.data());
    frame.place_size = rest.size();
    if (rest.empty()) frame.place_offset = offset + line.size();
    read_call(rest, frame);
    ++frame_count_;
    if (part_ == Part::kLastException) {
      frame.is_return_address = true;  // a list that was recorded when it was thrown
      report_.last_exception.push_back(std::move(frame));
      return true;
    }
    Thread& owner = thread(current_);
    frame.is_return_address = *number != 0;
    owner.frames.push_back(std::move(frame));
    return true;
  }

  // "main + 20 (main.m:12)"; "0x102fcc000 + 20316" and "App + 20316" say nothing.
  static void read_call(std::string_view text, Frame& frame) {
    if (text.ends_with(')')) {
      const std::size_t open = text.rfind(" (");
      const std::size_t colon = text.rfind(':');
      if (open != std::string_view::npos && colon != std::string_view::npos && colon > open) {
        const auto line = parse_decimal(text.substr(colon + 1, text.size() - colon - 2));
        if (line && *line <= UINT32_MAX) {
          frame.file = to_utf8(text.substr(open + 2, colon - open - 2));
          frame.line = static_cast<std::uint32_t>(*line);
          text = text.substr(0, open);
        }
      }
    }
    constexpr std::string_view kInlined = " [inlined]";
    if (text.ends_with(kInlined)) {
      frame.is_inlined = true;
      text.remove_suffix(kInlined.size());
    }
    const std::size_t plus = text.rfind(" + ");
    const auto offset =
        plus == std::string_view::npos ? std::nullopt : parse_decimal(text.substr(plus + 3));
    const std::string_view name = trim(text.substr(0, offset ? plus : text.size()));
    if (name.empty() || hex_of(name)) return;
    frame.symbol = to_utf8(name);
    frame.symbol_offset = offset.value_or(0);
  }

  // "  x0: 0x0000000000000001   x1: 0x..." and "rax: 0x..  rbx: 0x.."
  void read_registers(std::string_view line) {
    std::string_view rest = line;
    bool is_any = false;
    for (int i = 0; i < 8; ++i) {
      const std::string_view name = take_word(rest);
      if (!name.ends_with(':')) break;
      const auto value = hex_of(take_word(rest));
      if (!value || registers_of_ == nullptr) break;
      is_any = true;
      const std::string reg = lower(name.substr(0, name.size() - 1));
      registers_of_->registers.push_back({reg == "rfl" ? "rflags" : reg, *value});
    }
    if (!is_any && !trim(line).empty()) part_ = Part::kHead;
  }

  // "0x102fcc000 - 0x102fd3fff App arm64  <UUID> /path" and, on the Mac,
  // "0x10dbb3000 - 0x10dbb9ff7 +com.example.App (1.0 - 1) <UUID> /path"
  void read_image(std::string_view line) {
    if (report_.images.size() >= kImageCountMax) return;
    std::string_view rest = line;
    const auto low = hex_of(take_word(rest));
    if (!low || take_word(rest) != "-") return;
    const std::string_view last = take_word(rest);
    const auto high = last == "???" ? low : hex_of(last);
    if (!high || *high < *low) return;
    Image image;
    image.base = *low;
    image.size = *high - *low + 1;
    const std::size_t open = rest.find('<');
    const std::size_t close = rest.find('>', open);
    std::string_view label = trim(rest.substr(0, open));
    if (open != std::string_view::npos && close != std::string_view::npos) {
      image.uuid = uuid_digits(rest.substr(open + 1, close - open - 1));
      image.path = to_utf8(trim(rest.substr(close + 1)));
    }
    if (label.starts_with('+')) label.remove_prefix(1);
    image.arch = report_.arch;
    if (label.ends_with(')')) {
      const std::size_t bracket = label.rfind(" (");
      if (bracket != std::string_view::npos) {
        image.version = to_utf8(label.substr(bracket + 2, label.size() - bracket - 3));
        label = trim(label.substr(0, bracket));
      }
    } else if (const std::size_t blank = label.find_last_of(" \t");
               blank != std::string_view::npos) {
      const Arch arch = arch_of(label.substr(blank + 1));
      if (arch != Arch::kUnknown) {
        image.arch = arch;
        label = trim(label.substr(0, blank));
      }
    }
    image.name = to_utf8(label);
    if (image.path.empty()) image.path = image.name;
    report_.images.push_back(std::move(image));
  }

  std::string_view file_;
  const Limits& limits_;
  Report report_;
  Part part_ = Part::kHead;
  std::map<std::uint64_t, std::size_t> threads_;  // index of each number's
  std::optional<std::uint64_t> crashed_;
  std::uint64_t current_ = 0;
  Thread* registers_of_ = nullptr;  // in kRegisters, where no thread is made
  std::size_t frame_count_ = 0;
};

}  // namespace

Report read_text(std::string_view file, const Limits& limits) {
  return TextReader(file, limits).run();
}

}  // namespace sigla::applecrash
