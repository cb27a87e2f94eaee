// SPDX-License-Identifier: Apache-2.0
#include "api/time_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "base/text.h"

namespace sigla::api {

namespace {

struct Civil {
  int year = 1970;
  unsigned month = 1;
  unsigned day = 1;
  unsigned hour = 0;
  unsigned minute = 0;
  unsigned second = 0;
  unsigned millis = 0;
};

Civil to_civil(UnixMillis time) {
  using std::chrono::floor;
  const std::chrono::sys_time<std::chrono::milliseconds> point{std::chrono::milliseconds(time)};
  const auto day = floor<std::chrono::days>(point);
  const std::chrono::year_month_day date(day);
  const auto millis = static_cast<unsigned>((point - day).count());
  return {.year = static_cast<int>(date.year()),
          .month = static_cast<unsigned>(date.month()),
          .day = static_cast<unsigned>(date.day()),
          .hour = millis / 3'600'000,
          .minute = millis / 60'000 % 60,
          .second = millis / 1'000 % 60,
          .millis = millis % 1'000};
}

std::optional<UnixMillis> from_civil(const Civil& civil) {
  const std::chrono::year_month_day date{
      std::chrono::year(civil.year), std::chrono::month(civil.month), std::chrono::day(civil.day)};
  if (!date.ok() || civil.hour > 23 || civil.minute > 59 || civil.second > 60) return std::nullopt;
  const auto days = std::chrono::sys_days(date).time_since_epoch().count();
  const std::int64_t seconds =
      ((std::int64_t{days} * 24 + civil.hour) * 60 + civil.minute) * 60 + civil.second;
  return seconds * 1'000 + civil.millis;
}

// The digits text[at, at + count) as a number.
std::optional<unsigned> digits(std::string_view text, std::size_t at, std::size_t count) {
  if (at > text.size() || count > text.size() - at) return std::nullopt;
  const auto value = parse_decimal(text.substr(at, count));
  if (!value || *value > 9'999) return std::nullopt;
  return static_cast<unsigned>(*value);
}

bool has_at(std::string_view text, std::size_t at, std::string_view part) {
  return at <= text.size() && text.substr(at, part.size()) == part;
}

}  // namespace

std::string utc_text(UnixMillis time) {
  const Civil c = to_civil(time);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z",
                     c.year,
                     c.month,
                     c.day,
                     c.hour,
                     c.minute,
                     c.second,
                     c.millis);
}

std::optional<UnixMillis> parse_utc_text(std::string_view text) {
  const auto year = digits(text, 0, 4);
  const auto month = digits(text, 5, 2);
  const auto day = digits(text, 8, 2);
  if (!year || !month || !day || !has_at(text, 4, "-") || !has_at(text, 7, "-")) {
    return std::nullopt;
  }
  Civil civil = {.year = static_cast<int>(*year), .month = *month, .day = *day};
  if (text.size() == 10) return from_civil(civil);
  const auto hour = digits(text, 11, 2);
  const auto minute = digits(text, 14, 2);
  const auto second = digits(text, 17, 2);
  if (!hour || !minute || !second || !has_at(text, 10, "T") || !has_at(text, 13, ":") ||
      !has_at(text, 16, ":")) {
    return std::nullopt;
  }
  civil.hour = *hour;
  civil.minute = *minute;
  civil.second = *second;
  std::string_view rest = text.substr(19);
  if (rest.starts_with('.')) {
    const std::size_t end = std::min(rest.find('Z'), rest.size());
    std::string fraction(rest.substr(1, end - 1));
    if (fraction.empty() || fraction.size() > 9) return std::nullopt;
    fraction.resize(3, '0');
    const auto millis = digits(fraction, 0, 3);
    if (!millis) return std::nullopt;
    civil.millis = *millis;
    rest.remove_prefix(end);
  }
  if (rest != "Z") return std::nullopt;
  return from_civil(civil);
}

}  // namespace sigla::api
