// SPDX-License-Identifier: Apache-2.0
// Structured log: one JSON object a line on standard error. Thread-safe.
//
//   log_info("upload stored", {{"upload", id}, {"files", count}, {"tag", tag}});
//   {"time":"2026-11-22T10:00:00.123Z","level":"info","message":"upload stored","upload":7,...}
#pragma once

#include <concepts>
#include <initializer_list>
#include <string>
#include <string_view>

#include "base/json_writer.h"

namespace sigla {

enum class LogLevel { kDebug, kInfo, kWarning, kError };

// One name and value of a log line.
class LogField {
 public:
  template <typename T>
  LogField(std::string_view name, const T& value)  // NOLINT(google-explicit-constructor)
      : name_(name), json_(to_json(value)) {}

  std::string_view name() const { return name_; }
  const std::string& json() const { return json_; }

 private:
  template <typename T>
  static std::string to_json(const T& value) {
    JsonWriter writer;
    writer.value(value);
    return std::move(writer).take();
  }

  std::string_view name_;
  std::string json_;
};

// Lines below the level are dropped; kInfo until set.
void set_log_level(LogLevel level);
void log(LogLevel level, std::string_view message, std::initializer_list<LogField> fields = {});

inline void log_debug(std::string_view message, std::initializer_list<LogField> fields = {}) {
  log(LogLevel::kDebug, message, fields);
}
inline void log_info(std::string_view message, std::initializer_list<LogField> fields = {}) {
  log(LogLevel::kInfo, message, fields);
}
inline void log_warning(std::string_view message, std::initializer_list<LogField> fields = {}) {
  log(LogLevel::kWarning, message, fields);
}
inline void log_error(std::string_view message, std::initializer_list<LogField> fields = {}) {
  log(LogLevel::kError, message, fields);
}

}  // namespace sigla
