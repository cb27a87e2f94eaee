// SPDX-License-Identifier: Apache-2.0
#include "base/log.h"

#include <fmt/chrono.h>
#include <unistd.h>

#include <atomic>
#include <chrono>

namespace sigla {
namespace {

std::atomic<LogLevel> level_min = LogLevel::kInfo;

std::string_view level_name(LogLevel level) {
  switch (level) {
    case LogLevel::kDebug:
      return "debug";
    case LogLevel::kInfo:
      return "info";
    case LogLevel::kWarning:
      return "warning";
    case LogLevel::kError:
      return "error";
  }
  return "error";
}

std::string now_utc() {
  const auto now = std::chrono::system_clock::now();
  const auto seconds = std::chrono::floor<std::chrono::seconds>(now);
  const auto millis = std::chrono::duration_cast<std::chrono::milliseconds>(now - seconds).count();
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z",
                     fmt::gmtime(std::chrono::system_clock::to_time_t(seconds)),
                     millis);
}

}  // namespace

void set_log_level(LogLevel level) { level_min = level; }

void log(LogLevel level, std::string_view message, std::initializer_list<LogField> fields) {
  if (level < level_min.load(std::memory_order_relaxed)) return;
  JsonWriter json;
  json.begin_object();
  json.member("time", now_utc());
  json.member("level", level_name(level));
  json.member("message", message);
  for (const LogField& field : fields) json.key(field.name()).raw(field.json());
  json.end_object();
  const std::string line = std::move(json).take() + "\n";
  // One write per line, so that lines of several threads and processes do not mix.
  static_cast<void>(!::write(STDERR_FILENO, line.data(), line.size()));
}

}  // namespace sigla
