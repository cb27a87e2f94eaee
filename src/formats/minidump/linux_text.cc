// SPDX-License-Identifier: Apache-2.0
#include "formats/minidump/linux_text.h"

#include <algorithm>

#include "base/text.h"

namespace sigla::minidump {
namespace {

constexpr std::size_t kAuxvCountMax = 1'000;  // the kernel writes some twenty

struct AuxvName {
  std::uint64_t type;
  std::string_view text;
};
// Linux's include/uapi/linux/auxvec.h and those of the processors.
constexpr AuxvName kAuxvNames[] = {
    {2, "AT_EXECFD"},       {3, "AT_PHDR"},      {4, "AT_PHENT"},
    {5, "AT_PHNUM"},        {6, "AT_PAGESZ"},    {7, "AT_BASE"},
    {8, "AT_FLAGS"},        {9, "AT_ENTRY"},     {10, "AT_NOTELF"},
    {11, "AT_UID"},         {12, "AT_EUID"},     {13, "AT_GID"},
    {14, "AT_EGID"},        {15, "AT_PLATFORM"}, {16, "AT_HWCAP"},
    {17, "AT_CLKTCK"},      {23, "AT_SECURE"},   {24, "AT_BASE_PLATFORM"},
    {25, "AT_RANDOM"},      {26, "AT_HWCAP2"},   {27, "AT_RSEQ_FEATURE_SIZE"},
    {28, "AT_RSEQ_ALIGN"},  {29, "AT_HWCAP3"},   {30, "AT_HWCAP4"},
    {31, "AT_EXECFN"},      {32, "AT_SYSINFO"},  {33, "AT_SYSINFO_EHDR"},
    {51, "AT_MINSIGSTKSZ"},
};

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
    if (entries.size() == kAuxvCountMax) {
      return make_error(ErrorCode::kLimitExceeded,
                        "minidump auxiliary vector: more than {} entries",
                        kAuxvCountMax);
    }
    entries.push_back(entry);
  }
  return entries;
}

std::string_view auxv_name(std::uint64_t type) {
  const auto* known = std::find_if(std::begin(kAuxvNames),
                                   std::end(kAuxvNames),
                                   [type](const AuxvName& name) { return name.type == type; });
  return known == std::end(kAuxvNames) ? std::string_view() : known->text;
}

}  // namespace sigla::minidump
