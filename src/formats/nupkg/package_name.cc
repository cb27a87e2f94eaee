// SPDX-License-Identifier: Apache-2.0
#include "formats/nupkg/package_name.h"

#include <algorithm>
#include <cstdint>

#include "base/text.h"

namespace sigla::nupkg {
namespace {

constexpr std::size_t kNumberCountMax = 4;  // major, minor, patch, revision

bool is_alphanumeric(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool is_label(std::string_view text) {
  const std::vector<std::string_view> parts = split(text, '.');
  return std::all_of(parts.begin(), parts.end(), [](std::string_view part) {
    return !part.empty() && std::all_of(part.begin(), part.end(), [](char c) {
      return is_alphanumeric(c) || c == '-';
    });
  });
}

}  // namespace

Result<std::string> normalise_id(std::string_view id) {
  const std::string_view trimmed = trim(id);
  const auto is_allowed = [](char c) {
    return is_alphanumeric(c) || c == '_' || c == '.' || c == '-' ||
           static_cast<unsigned char>(c) >= 0x80;
  };
  const bool is_id = !trimmed.empty() && trimmed.size() <= kPackageIdSizeMax &&
                     std::all_of(trimmed.begin(), trimmed.end(), is_allowed) &&
                     trimmed.front() != '.' && trimmed.front() != '-' && trimmed.back() != '.' &&
                     trimmed.back() != '-' && trimmed.find("..") == std::string_view::npos;
  if (!is_id) return malformed("package id: '{}' is none", trimmed.substr(0, kPackageIdSizeMax));
  return lower(trimmed);
}

Result<std::string> normalise_version(std::string_view version) {
  const std::string_view trimmed = trim(version);
  const auto refuse = [&] {
    return malformed("package version: '{}' is none", trimmed.substr(0, kPackageVersionSizeMax));
  };
  if (trimmed.size() > kPackageVersionSizeMax) return refuse();
  const std::size_t plus = trimmed.find('+');
  if (plus != std::string_view::npos && !is_label(trimmed.substr(plus + 1))) return refuse();
  const std::string_view rest = trimmed.substr(0, plus);
  const std::size_t dash = rest.find('-');
  if (dash != std::string_view::npos && !is_label(rest.substr(dash + 1))) return refuse();
  const std::vector<std::string_view> parts = split(rest.substr(0, dash), '.');
  if (parts.empty() || parts.size() > kNumberCountMax) return refuse();
  std::uint64_t numbers[kNumberCountMax] = {};
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const auto number = parse_decimal(parts[i]);
    if (!number || *number > INT32_MAX) return refuse();
    numbers[i] = *number;
  }
  std::string normal = fmt::format("{}.{}.{}", numbers[0], numbers[1], numbers[2]);
  if (numbers[3] != 0) normal += fmt::format(".{}", numbers[3]);
  if (dash != std::string_view::npos) normal += lower(rest.substr(dash));
  return normal;
}

}  // namespace sigla::nupkg
