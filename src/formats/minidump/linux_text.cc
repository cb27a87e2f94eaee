// SPDX-License-Identifier: Apache-2.0
#include "formats/minidump/linux_text.h"

#include <algorithm>

#include "base/text.h"

namespace sigla::minidump {
namespace {

std::string_view without_quotes(std::string_view text) {
  text = trim(text);
  if (text.size() >= 2 && text.front() == '"' && text.back() == '"') {
    return text.substr(1, text.size() - 2);
  }
  return text;
}

std::optional<std::pair<std::string_view, std::string_view>> key_and_value(std::string_view line,
                                                                           char separator) {
  const std::size_t at = line.find(separator);
  if (at == std::string_view::npos) return std::nullopt;
  return std::pair(without_quotes(line.substr(0, at)), without_quotes(line.substr(at + 1)));
}

// Columns are two blanks or more apart, as names have single ones in them.
std::vector<std::string_view> columns_of(std::string_view line) {
  std::vector<std::string_view> columns;
  while (!line.empty()) {
    const std::size_t gap = std::min(line.find("  "), line.size());
    const std::string_view column = trim(line.substr(0, gap));
    if (!column.empty()) columns.push_back(column);
    line.remove_prefix(std::min(gap + 2, line.size()));
  }
  return columns;
}

std::optional<std::uint64_t> limit_of(std::string_view text) {
  if (text == "unlimited") return std::nullopt;
  return parse_decimal(text).value_or(0);
}

}  // namespace

std::optional<std::string> find_proc_value(std::string_view text, std::string_view key) {
  for (const std::string_view line : split(text, '\n')) {
    const auto entry = key_and_value(line, ':');
    if (entry && entry->first == key) return to_utf8(entry->second);
  }
  return std::nullopt;
}

LsbRelease parse_lsb_release(std::string_view text) {
  LsbRelease release;
  for (const std::string_view line : split(text, '\n')) {
    const auto entry = key_and_value(line, '=');
    if (!entry) continue;
    const auto [key, value] = *entry;
    if (key == "DISTRIB_ID" || key == "ID") release.id = to_utf8(value);
    if (key == "DISTRIB_RELEASE" || key == "VERSION_ID") release.release = to_utf8(value);
    if (key == "DISTRIB_CODENAME" || key == "VERSION_CODENAME") release.codename = to_utf8(value);
    if (key == "DISTRIB_DESCRIPTION" || key == "PRETTY_NAME") release.description = to_utf8(value);
  }
  return release;
}

std::vector<ProcLimit> parse_proc_limits(std::string_view text) {
  std::vector<ProcLimit> limits;
  bool is_heading = true;
  for (const std::string_view line : split(text, '\n')) {
    if (trim(line).empty()) continue;
    if (std::exchange(is_heading, false)) continue;
    const auto columns = columns_of(line);
    if (columns.size() < 3) continue;
    ProcLimit limit;
    limit.name = to_utf8(columns[0]);
    limit.soft = limit_of(columns[1]);
    limit.hard = limit_of(columns[2]);
    limit.unit = columns.size() > 3 ? to_utf8(columns[3]) : "n/a";
    limits.push_back(std::move(limit));
  }
  return limits;
}

Result<std::string_view> read_text(const Image& image, std::uint32_t type) {
  SIGLA_TRY_ASSIGN(const Bytes stream, image.stream(type));
  return as_text(stream);
}

Result<std::vector<std::string>> read_texts(const Image& image, std::uint32_t type) {
  SIGLA_TRY_ASSIGN(std::string_view text, read_text(image, type));
  std::vector<std::string> parts;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\0'), text.size());
    parts.push_back(to_utf8(text.substr(0, end)));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return parts;
}

Result<std::vector<AuxvEntry>> read_auxv(const Image& image, std::size_t width) {
  SIGLA_TRY_ASSIGN(const Bytes stream, image.stream(MD_LINUX_AUXV));
  ByteReader reader = image.reader(stream);
  std::vector<AuxvEntry> entries;
  while (reader.remaining() >= 2 * width) {
    AuxvEntry entry;
    entry.type = width == 4 ? reader.u32() : reader.u64();
    entry.value = width == 4 ? reader.u32() : reader.u64();
    if (entry.type == 0) break;
    entries.push_back(entry);
  }
  return entries;
}

}  // namespace sigla::minidump
