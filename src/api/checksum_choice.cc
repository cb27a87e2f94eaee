// SPDX-License-Identifier: Apache-2.0
#include "api/checksum_choice.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "base/text.h"
#include "object/checksum_job.h"

namespace sigla::api {

namespace {

struct WantedChecksum {
  std::string algorithm;
  std::string digest;
};

std::vector<WantedChecksum> parse_header(std::string_view header) {
  constexpr std::size_t kWantedMax = 16;
  std::string tidy(header);
  std::replace(tidy.begin(), tidy.end(), ',', ';');
  std::vector<WantedChecksum> wanted;
  for (const std::string_view part : split(tidy, ';')) {
    const std::size_t colon = part.find(':');
    if (colon == std::string_view::npos || wanted.size() == kWantedMax) continue;
    wanted.push_back({lower(trim(part.substr(0, colon))), lower(trim(part.substr(colon + 1)))});
  }
  return wanted;
}

}  // namespace

const KeyMatch& ChecksumChoice::choose(const std::vector<KeyMatch>& matches,
                                       std::string_view header) {
  if (matches.size() == 1 || header.empty()) return matches.front();
  const std::vector<WantedChecksum> wanted = parse_header(header);
  for (std::size_t i = 0; i < std::min(matches.size(), kCandidatesMax); ++i) {
    if (matches[i].format != Format::kPortablePdb) continue;
    for (const WantedChecksum& one : wanted) {
      if (checksum_of(matches[i], one.algorithm) == one.digest) return matches[i];
    }
  }
  return matches.front();
}

std::string ChecksumChoice::checksum_of(const KeyMatch& match, const std::string& algorithm) {
  std::string name =
      fmt::format("{}-{}-{}-{}", match.blob.hex(), match.offset, match.size, algorithm);
  {
    const std::lock_guard lock(mutex_);
    const auto found = known_.find(name);
    if (found != known_.end()) return found->second;
  }
  std::string checksum;
  const auto content = services_.blobs.open_content(match.blob);
  if (content.has_value()) {
    auto computed =
        pdb_checksum_in_worker(services_.walkers, **content, match.offset, match.size, algorithm);
    if (computed.has_value()) checksum = std::move(computed).value();
  }
  const std::lock_guard lock(mutex_);
  if (known_.size() >= kKnownMax) known_.clear();
  known_.emplace(std::move(name), checksum);
  return checksum;
}

}  // namespace sigla::api
