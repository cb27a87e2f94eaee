// SPDX-License-Identifier: Apache-2.0
// The server's settings: each has a default, which a file (sigla.toml) overrides, which SIGLA_*
// variables override, which flags override. Every value remembers where it came from.
//
//   Settings settings = Settings::defaults();
//   SIGLA_TRY(settings.read_file("sigla.toml"));
//   settings.read_environment(getenv);
//   settings.set("listen", "0.0.0.0:8484", "--listen");
//
// The file holds one setting a line, `name = value`, a value being a quoted text or a bare number
// or word; '#' starts a comment.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"

namespace sigla::app {

enum class SettingKind { kText, kNumber, kFlag, kSize };  // kSize: "512MiB", "10 GiB" or bytes

struct SettingInfo {
  std::string_view name;  // as in the file; SIGLA_NAME and --name follow from it
  SettingKind kind;
  std::string_view default_value;
  std::string_view value_name;  // in the manual page
  std::string_view help;
};
std::span<const SettingInfo> all_settings();

class Settings {
 public:
  static Settings defaults();

  // Error kInvalidArgument "sigla.toml:3: ..." for an unknown name or a value of the wrong kind.
  Status read_file(const std::filesystem::path& path);
  Status read_text(std::string_view text, std::string_view file_name);
  Status read_environment(const std::function<const char*(const char*)>& get);
  Status set(std::string_view name, std::string_view value, std::string_view origin);

  // Requires: a setting of that name and kind exists.
  const std::string& text(std::string_view name) const;
  std::uint64_t number(std::string_view name) const;  // kNumber and kSize
  bool flag(std::string_view name) const;

  // All of them as a sigla.toml, the origin of each behind it.
  std::string print() const;

 private:
  struct Value {
    std::string text;
    std::uint64_t number = 0;
    std::string origin;
  };
  const Value& find(std::string_view name) const;
  std::map<std::string, Value, std::less<>> values_;
};

// "listen" is SIGLA_LISTEN and --listen; "cache_size" is SIGLA_CACHE_SIZE and
// --cache-size.
std::string environment_name(std::string_view setting);
std::string flag_name(std::string_view setting);

}  // namespace sigla::app
