// SPDX-License-Identifier: Apache-2.0
#include "http/head_writer.h"

#include <array>
#include <charconv>
#include <ctime>

namespace sigla::http {
namespace {

// Made once a second for each io thread.
std::string_view current_date() {
  thread_local std::int64_t cached_second = -1;
  thread_local std::string cached_date;
  timespec now{};
  ::clock_gettime(CLOCK_REALTIME_COARSE, &now);
  if (now.tv_sec != cached_second) {
    cached_second = now.tv_sec;
    cached_date = http_date(cached_second);
  }
  return cached_date;
}

void append_number(std::uint64_t number, std::string& out) {
  std::array<char, 20> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
  out.append(digits.data(), end);
}

void append_safely(std::string_view text, std::string& out) {
  const std::size_t start = out.size();
  out += text;
  for (std::size_t i = start; i < out.size(); ++i) {
    if (out[i] == '\r' || out[i] == '\n' || out[i] == '\0') out[i] = ' ';
  }
}

void append_reason(std::string_view reason, std::string& out) {
  for (const char c : reason.substr(0, kReasonSizeMax)) out += c >= ' ' && c <= '~' ? c : '?';
}

}  // namespace

void write_head(int status,
                std::string_view reason,
                const Headers& headers,
                const Framing& framing,
                std::string& out) {
  if (status == 200 && reason.empty()) {
    out += "HTTP/1.1 200 OK\r\nServer: Sigla\r\nDate: ";
  } else {
    out += "HTTP/1.1 ";
    append_number(static_cast<std::uint64_t>(status), out);
    out += ' ';
    append_reason(reason.empty() ? reason_phrase(status) : reason, out);
    out += "\r\nServer: Sigla\r\nDate: ";
  }
  out += current_date();
  out += "\r\n";
  if (framing.chunked) {
    out += "Transfer-Encoding: chunked\r\n";
  } else if (framing.content_length.has_value()) {
    out += "Content-Length: ";
    append_number(*framing.content_length, out);
    out += "\r\n";
  }
  if (!framing.keep_alive) {
    out += "Connection: close\r\n";
  } else if (!framing.is_http_1_1) {
    out += "Connection: keep-alive\r\n";
  }
  for (const auto& header : headers) {
    append_safely(header.first, out);
    out += ": ";
    append_safely(header.second, out);
    out += "\r\n";
  }
  out += "\r\n";
}

std::string http_date(std::int64_t unix_seconds) {
  const std::time_t time = unix_seconds;
  std::tm parts{};
  ::gmtime_r(&time, &parts);
  // The C locale's names, whatever the process's locale is: strftime_l would need one made.
  constexpr std::array<const char*, 7> kDays = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr std::array<const char*, 12> kMonths = {
      "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  return fmt::format("{}, {:02} {} {:04} {:02}:{:02}:{:02} GMT",
                     kDays[static_cast<std::size_t>(parts.tm_wday) % 7],
                     parts.tm_mday,
                     kMonths[static_cast<std::size_t>(parts.tm_mon) % 12],
                     parts.tm_year + 1900,
                     parts.tm_hour,
                     parts.tm_min,
                     parts.tm_sec);
}

std::optional<std::int64_t> parse_http_date(std::string_view text) {
  const std::string value(text);
  for (const char* format :
       {"%a, %d %b %Y %H:%M:%S GMT", "%A, %d-%b-%y %H:%M:%S GMT", "%a %b %d %H:%M:%S %Y"}) {
    std::tm parts{};
    const char* const end = ::strptime(value.c_str(), format, &parts);
    if (end != nullptr && *end == '\0') return ::timegm(&parts);
  }
  return std::nullopt;
}

}  // namespace sigla::http
