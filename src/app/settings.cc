// SPDX-License-Identifier: Apache-2.0
#include "app/settings.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <optional>
#include <utility>

#include "base/bytes.h"
#include "base/checked.h"
#include "base/text.h"
#include "os/file.h"

namespace sigla::app {

namespace {

constexpr std::uint64_t kFileSizeMax = 1U << 20;

constexpr SettingInfo kSettings[] = {
    {"data", SettingKind::kText, "./sigla-data", "DIR", "folder for everything the server keeps"},
    {"listen",
     SettingKind::kText,
     "127.0.0.1:8484",
     "ADDRESS:PORT",
     "where to listen; port 0 takes any free one"},
    {"tls_certificate",
     SettingKind::kText,
     "",
     "FILE",
     "certificate chain (PEM); with tls_key, the server speaks HTTPS only"},
    {"tls_key", SettingKind::kText, "", "FILE", "private key of the certificate (PEM)"},
    {"io_threads",
     SettingKind::kNumber,
     "0",
     "N",
     "threads that move bytes; 0 is two for each processor and two more"},
    {"pool_threads",
     SettingKind::kNumber,
     "0",
     "N",
     "threads for work on disk and database; 0 is four for each processor"},
    {"workers",
     SettingKind::kNumber,
     "0",
     "N",
     "sandboxed processes that parse what was uploaded; 0 is one for each processor"},
    {"sandbox",
     SettingKind::kFlag,
     "true",
     "true|false",
     "confine worker processes; turn it off for debugging only"},
    {"cache_size",
     SettingKind::kSize,
     "12GiB",
     "SIZE",
     "disk space for unpacked and packed (gzip, CAB) copies of files that were asked for lately"},
    {"upload_size_max", SettingKind::kSize, "64GiB", "SIZE", "largest upload accepted"},
    {"request_sources",
     SettingKind::kFlag,
     "true",
     "true|false",
     "whether requests may name servers and buckets to fetch symbols from"},
    {"connect_to_reserved_ips",
     SettingKind::kFlag,
     "false",
     "true|false",
     "whether these may be at addresses that are not public: this machine's, the own network's"},
    {"source_folders",
     SettingKind::kText,
     "",
     "DIR:DIR...",
     "folders that requests may name to read symbols from"},
    {"gcs_url",
     SettingKind::kText,
     "https://storage.googleapis.com",
     "URL",
     "where Google Cloud Storage answers"},
    {"download_cache_size",
     SettingKind::kSize,
     "16GiB",
     "SIZE",
     "disk space for files fetched for requests, and as much for what is made of them"},
    {"symbolications",
     SettingKind::kNumber,
     "0",
     "N",
     "requests for stacks that are worked on at once; 0 is two for each processor"},
    {"drain_seconds",
     SettingKind::kNumber,
     "30",
     "N",
     "how long requests under way may take to finish once the server is told to stop"},
    {"access_log", SettingKind::kFlag, "false", "true|false", "log every request"},
    {"log_level",
     SettingKind::kText,
     "info",
     "debug|info|warning|error",
     "what to log on standard error"},
};

const SettingInfo* find_info(std::string_view name) {
  const auto* found = std::find_if(std::begin(kSettings),
                                   std::end(kSettings),
                                   [&](const auto& info) { return info.name == name; });
  return found == std::end(kSettings) ? nullptr : found;
}

std::optional<std::uint64_t> parse_size(std::string_view text) {
  constexpr std::pair<std::string_view, unsigned> kUnits[] = {{"kib", 10},
                                                              {"mib", 20},
                                                              {"gib", 30},
                                                              {"tib", 40},
                                                              {"k", 10},
                                                              {"m", 20},
                                                              {"g", 30},
                                                              {"t", 40}};
  const std::string folded = lower(text);
  std::string_view digits = folded;
  unsigned shift = 0;
  for (const auto& [unit, bits] : kUnits) {
    if (!digits.ends_with(unit)) continue;
    digits.remove_suffix(unit.size());
    shift = bits;
    break;
  }
  const std::optional<std::uint64_t> number = parse_decimal(trim(digits));
  if (!number) return std::nullopt;
  return checked_mul(*number, std::uint64_t{1} << shift);
}

// The value of "name = value", without quotes and comment; nothing when it is malformed.
std::optional<std::string> parse_value(std::string_view text) {
  text = trim(text);
  std::string value;
  if (text.starts_with('"')) {
    std::size_t at = 1;
    for (; at < text.size() && text[at] != '"'; ++at) {
      if (text[at] == '\\' && at + 1 < text.size() &&
          (text[at + 1] == '"' || text[at + 1] == '\\')) {
        ++at;
      }
      value += text[at];
    }
    if (at >= text.size()) return std::nullopt;
    text = trim(text.substr(at + 1));
    if (!text.empty() && text[0] != '#') return std::nullopt;
    return value;
  }
  text = trim(text.substr(0, std::min(text.find('#'), text.size())));
  if (text.empty() || text.find_first_of(" \"'") != std::string_view::npos) return std::nullopt;
  return std::string(text);
}

}  // namespace

std::span<const SettingInfo> all_settings() { return kSettings; }

std::string environment_name(std::string_view setting) { return "SIGLA_" + upper(setting); }

std::string flag_name(std::string_view setting) {
  std::string name = "--" + std::string(setting);
  std::replace(name.begin(), name.end(), '_', '-');
  return name;
}

Settings Settings::defaults() {
  Settings settings;
  for (const SettingInfo& info : kSettings) {
    SIGLA_CHECK(settings.set(info.name, info.default_value, "default").has_value());
  }
  return settings;
}

Status Settings::set(std::string_view name, std::string_view value, std::string_view origin) {
  const SettingInfo* info = find_info(name);
  if (info == nullptr) {
    return make_error(ErrorCode::kInvalidArgument, "{}: no setting '{}'", origin, name);
  }
  Value parsed{std::string(value), 0, std::string(origin)};
  const auto wrong = [&](std::string_view kind) {
    return make_error(ErrorCode::kInvalidArgument, "{}: {} '{}' is {}", origin, name, value, kind);
  };
  switch (info->kind) {
    case SettingKind::kText:
      break;
    case SettingKind::kNumber: {
      const std::optional<std::uint64_t> number = parse_decimal(value);
      if (!number || *number > 1'000'000) return wrong("no number up to a million");
      parsed.number = *number;
      break;
    }
    case SettingKind::kFlag:
      if (value != "true" && value != "false") return wrong("neither true nor false");
      parsed.number = value == "true" ? 1 : 0;
      break;
    case SettingKind::kSize: {
      const std::optional<std::uint64_t> size = parse_size(value);
      if (!size) return wrong("no size like 512MiB");
      parsed.number = *size;
      break;
    }
  }
  values_.insert_or_assign(std::string(name), std::move(parsed));
  return {};
}

Status Settings::read_text(std::string_view text, std::string_view file_name) {
  std::size_t line_number = 0;
  for (std::string_view line : split(text, '\n')) {
    ++line_number;
    line = trim(line);
    if (line.empty() || line.starts_with('#')) continue;
    const std::string origin = fmt::format("{}:{}", file_name, line_number);
    const std::size_t equals = line.find('=');
    const std::optional<std::string> value =
        equals == std::string_view::npos ? std::nullopt : parse_value(line.substr(equals + 1));
    if (!value) {
      return make_error(ErrorCode::kInvalidArgument, "{}: not 'name = value'", origin);
    }
    SIGLA_TRY(set(trim(line.substr(0, equals)), *value, origin));
  }
  return {};
}

Status Settings::read_file(const std::filesystem::path& path) {
  SIGLA_TRY_ASSIGN(const Buffer content, sigla::read_file(path, kFileSizeMax));
  return read_text(as_text(content), path.string());
}

Status Settings::read_environment(const std::function<const char*(const char*)>& get) {
  for (const SettingInfo& info : kSettings) {
    const std::string name = environment_name(info.name);
    const char* value = get(name.c_str());
    if (value != nullptr) SIGLA_TRY(set(info.name, value, name));
  }
  return {};
}

const Settings::Value& Settings::find(std::string_view name) const {
  const auto found = values_.find(name);
  SIGLA_CHECK(found != values_.end());
  return found->second;
}

const std::string& Settings::text(std::string_view name) const { return find(name).text; }
std::uint64_t Settings::number(std::string_view name) const { return find(name).number; }
bool Settings::flag(std::string_view name) const { return find(name).number != 0; }

std::string Settings::print() const {
  std::string out;
  for (const SettingInfo& info : kSettings) {
    const Value& value = find(info.name);
    std::string text = value.text;
    if (info.kind == SettingKind::kText || info.kind == SettingKind::kSize) {
      text.clear();
      for (const char c : value.text) {
        if (c == '"' || c == '\\') text += '\\';
        text += c;
      }
      text = "\"" + text + "\"";
    }
    const std::string assignment = fmt::format("{} = {}", info.name, text);
    fmt::format_to(std::back_inserter(out), "{:<44} # {}\n", assignment, value.origin);
  }
  return out;
}

}  // namespace sigla::app
