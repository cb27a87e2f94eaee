// SPDX-License-Identifier: Apache-2.0
#include "app/kept_companions.h"

#include <fmt/format.h>

#include <utility>

#include "app/symcache_folder.h"
#include "base/text.h"
#include "codec/hash.h"

namespace sigla::app {
namespace {

constexpr std::string_view kAsk = "ask ";
constexpr std::string_view kUsed = "used ";
constexpr std::string_view kNothing = "-";

// file_state() of what lies at a path; kNothing for an empty one.
std::optional<std::string> state_of(const std::filesystem::path& path) {
  if (path.empty()) return std::string(kNothing);
  const auto file = File::open_read(path);
  if (!file.has_value()) return std::nullopt;
  return file_state(*file);
}

}  // namespace

std::optional<KeptCompanions> KeptCompanions::of(const CompanionFiles& files,
                                                 std::vector<std::string> used) {
  KeptCompanions kept;
  for (const CompanionFiles::Asked& asked : files.asked()) {
    auto state = state_of(asked.path);
    if (!state || asked.path.string().find('\n') != std::string::npos) return std::nullopt;
    kept.lines.push_back({hex_lower(as_bytes(encode_companion_request(asked.request))),
                          *std::move(state),
                          asked.path.string()});
  }
  kept.used = std::move(used);
  return kept;
}

std::optional<KeptCompanions> KeptCompanions::parse(std::string_view text) {
  KeptCompanions kept;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    if (end == std::string_view::npos) return std::nullopt;
    std::string_view line = text.substr(0, end);
    text.remove_prefix(end + 1);
    if (line.starts_with(kUsed)) {
      kept.used.emplace_back(line.substr(kUsed.size()));
      continue;
    }
    if (!line.starts_with(kAsk)) return std::nullopt;
    line.remove_prefix(kAsk.size());
    const std::size_t state = line.find(' ');
    const std::size_t path = line.find(' ', state + 1);
    if (state == std::string_view::npos || path == std::string_view::npos) return std::nullopt;
    kept.lines.push_back({std::string(line.substr(0, state)),
                          std::string(line.substr(state + 1, path - state - 1)),
                          std::string(line.substr(path + 1))});
  }
  return kept;
}

std::string KeptCompanions::text() const {
  std::string out;
  for (const Line& line : lines) {
    out += fmt::format("{}{} {} {}\n", kAsk, line.request, line.state, line.path);
  }
  for (const std::string& path : used) out += fmt::format("{}{}\n", kUsed, path);
  return out;
}

std::string KeptCompanions::digest() const {
  constexpr std::size_t kDigits = 16;
  return hex_lower(sha256(as_bytes(text()))).substr(0, kDigits);
}

bool KeptCompanions::is_current(CompanionFiles& files) const {
  for (const Line& line : lines) {
    const auto encoded = parse_hex_bytes(line.request);
    if (!encoded) return false;
    const auto request = decode_companion_request(*encoded);
    if (!request.has_value()) return false;
    const std::filesystem::path path = files.find(*request);
    if (path != line.path || state_of(path) != line.state) return false;
  }
  return true;
}

}  // namespace sigla::app
