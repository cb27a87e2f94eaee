// SPDX-License-Identifier: Apache-2.0
#include "formats/applecrash/report.h"

#include <algorithm>
#include <map>
#include <utility>

#include "base/text.h"
#include "formats/applecrash/reader.h"

namespace sigla::applecrash {

Arch arch_of(std::string_view text) {
  const std::string word = lower(text.substr(0, text.find(' ')));
  if (word == "x86-64" || word.starts_with("x86_64")) return Arch::kX86_64;
  if (word == "arm-64" || word == "arm64") return Arch::kArm64;
  if (word == "arm64e") return Arch::kArm64e;
  if (word == "arm64_32") return Arch::kArm64_32;
  if (word == "x86" || word == "i386") return Arch::kX86;
  if (word.starts_with("arm")) return Arch::kArm;
  return parse_arch(word);
}

std::string os_of(std::string_view text) {
  const std::string_view name = trim(text);
  for (const std::string_view mac : {"macOS", "Mac OS X", "OS X"}) {
    if (name.starts_with(mac)) return "Mac OS X";
  }
  if (name.starts_with("iPhone OS") || name.starts_with("iOS")) return "iOS";
  for (const std::string_view other : {"watchOS", "tvOS", "visionOS", "iPadOS"}) {
    if (name.starts_with(other)) return std::string(other);
  }
  // What is not known is still Apple's.
  return name.empty() ? "Mac OS X" : std::string(name);
}

std::uint64_t address_in(std::string_view text) {
  const std::size_t at = text.rfind("at 0x");
  if (at == std::string_view::npos) return 0;
  const std::string_view digits = text.substr(at + 5);
  const std::size_t size =
      std::min(digits.find_first_not_of("0123456789abcdefABCDEF"), digits.size());
  return parse_hex(digits.substr(0, size)).value_or(0);
}

std::string uuid_digits(std::string_view text) {
  std::string digits = lower(text);
  std::erase(digits, '-');
  const bool is_uuid =
      digits.size() == 32 && digits.find_first_not_of("0123456789abcdef") == std::string::npos;
  return is_uuid ? digits : std::string();
}

void find_images(Report& report) {
  std::map<std::uint64_t, std::uint32_t> by_base;
  for (std::uint32_t i = 0; i < report.images.size(); ++i) {
    by_base.emplace(report.images[i].base, i);
  }
  const auto find = [&](std::vector<Frame>& frames) {
    for (Frame& frame : frames) {
      auto at = by_base.upper_bound(frame.address);
      if (frame.image || at == by_base.begin()) continue;
      --at;
      const Image& image = report.images[at->second];
      if (frame.address - image.base < image.size) frame.image = at->second;
    }
  };
  for (Thread& thread : report.threads) find(thread.frames);
  find(report.last_exception);
}

bool is_report(std::string_view file) {
  if (is_json(file)) return true;
  constexpr std::size_t kLookedAt = 4'096;
  const std::string_view start = file.substr(0, kLookedAt);
  if (start.find("Incident Identifier:") != std::string_view::npos) return true;
  const bool has_head = start.find("Process:") != std::string_view::npos &&
                        start.find("OS Version:") != std::string_view::npos;
  return has_head || file.find("\nBinary Images:") != std::string_view::npos;
}

Result<Report> read_report(std::string_view file, const Limits& limits) {
  Report report;
  if (is_json(file)) {
    SIGLA_TRY_ASSIGN(report, read_json(file, limits));
  } else {
    report = read_text(file, limits);
  }
  const bool has_frames = !report.last_exception.empty() ||
                          std::ranges::any_of(report.threads, [](const Thread& thread) {
                            return !thread.frames.empty();
                          });
  if (!has_frames) return malformed("Apple crash report: no frames in it");
  find_images(report);
  return report;
}

}  // namespace sigla::applecrash
