// SPDX-License-Identifier: Apache-2.0
#include "app/progress_bar.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>

namespace sigla::app {

namespace {

constexpr std::size_t kBarWidth = 16;
constexpr std::size_t kCurrentWidthMin = 8;
constexpr std::chrono::milliseconds kRedrawTime{100};
constexpr std::chrono::seconds kRateTime{5};
constexpr std::uint64_t kLongSeconds = 100 * 3'600;

std::size_t terminal_width() {
  winsize size{};
  if (::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return 80;
  return size.ws_col;
}

std::string duration_text(std::uint64_t seconds) {
  if (seconds >= 3'600) {
    return fmt::format("{}:{:02}:{:02}", seconds / 3'600, seconds / 60 % 60, seconds % 60);
  }
  return fmt::format("{}:{:02}", seconds / 60, seconds % 60);
}

// The end of a name, which tells more than its start; only what takes one column each.
std::string shorten(std::string_view name, std::size_t width) {
  std::string text;
  for (const char c : name) text += c >= 0x20 && c < 0x7f ? c : '?';
  if (text.size() <= width) return text;
  return "..." + text.substr(text.size() - (width - 3));
}

}  // namespace

std::string size_text(std::uint64_t size) {
  if (size < 1'024) return fmt::format("{} bytes", size);
  double scaled = static_cast<double>(size);
  const char* unit = "";
  for (const char* next : {"KiB", "MiB", "GiB", "TiB"}) {
    if (scaled < 1'023.95) break;
    scaled /= 1'024;
    unit = next;
  }
  return fmt::format("{:.1f} {}", scaled, unit);
}

std::string progress_line(const TransferProgress& progress, std::size_t width) {
  const double part = progress.total == 0 ? 1
                                          : static_cast<double>(progress.done) /
                                                static_cast<double>(progress.total);
  const auto filled = std::min(static_cast<std::size_t>(part * kBarWidth), kBarWidth);
  std::string bar(filled, '=');
  if (filled < kBarWidth) bar += '>';
  bar.resize(kBarWidth, ' ');
  std::string line = fmt::format("[{}] {:3.0f}%  {} of {}",
                                 bar,
                                 // 100 is for what is complete.
                                 progress.done < progress.total ? std::min(part * 100, 99.0) : 100,
                                 size_text(progress.done),
                                 size_text(progress.total));
  if (progress.done >= progress.total) {
    line += "  waiting for the server";
  } else if (progress.bytes_per_second >= 1) {
    const double seconds =
        static_cast<double>(progress.total - progress.done) / progress.bytes_per_second;
    line += fmt::format("  {}/s", size_text(static_cast<std::uint64_t>(progress.bytes_per_second)));
    if (seconds < static_cast<double>(kLongSeconds)) {
      line += fmt::format("  {} left", duration_text(static_cast<std::uint64_t>(seconds + 0.5)));
    }
  }
  if (line.size() + 2 + kCurrentWidthMin <= width && !progress.current.empty()) {
    line += "  " + shorten(progress.current, width - line.size() - 2);
  }
  if (line.size() > width) line.resize(width);
  return line;
}

bool ProgressBar::is_wanted() {
  const char* const terminal = std::getenv("TERM");
  const bool is_dumb = terminal == nullptr || std::string_view(terminal) == "dumb";
  return ::isatty(STDERR_FILENO) == 1 && !is_dumb;
}

ProgressBar::ProgressBar(bool is_shown) : is_shown_(is_shown) {}

ProgressBar::~ProgressBar() { clear(); }

void ProgressBar::set_total(std::uint64_t total) {
  const std::lock_guard lock(mutex_);
  total_ = total;
  draw(true);
}

void ProgressBar::set_current(std::string_view name) {
  if (!is_shown_) return;
  const std::lock_guard lock(mutex_);
  current_ = name;
  draw(false);
}

void ProgressBar::sent(std::int64_t bytes) {
  if (!is_shown_) return;
  const std::lock_guard lock(mutex_);
  sent_ += static_cast<std::uint64_t>(bytes);  // wraps back for what is negative
  draw(false);
}

void ProgressBar::skipped(std::uint64_t bytes) {
  if (!is_shown_) return;
  const std::lock_guard lock(mutex_);
  skipped_ += bytes;
  draw(false);
}

void ProgressBar::note(std::string_view text) {
  const std::lock_guard lock(mutex_);
  clear();
  std::fputs(fmt::format("{}\n", text).c_str(), stderr);
  draw(true);
}

void ProgressBar::draw(bool is_due) {
  if (!is_shown_) return;
  const Clock::time_point now = Clock::now();
  if (!is_due && now - drawn_at_ < kRedrawTime) return;
  drawn_at_ = now;
  TransferProgress progress;
  progress.total = total_;
  progress.done = std::min(sent_ + skipped_, total_);
  progress.bytes_per_second = rate(now);
  progress.current = current_;
  const std::string line = progress_line(progress, terminal_width() - 1);
  std::fputs(fmt::format("\r\x1b[K{}", line).c_str(), stderr);
  std::fflush(stderr);
  is_drawn_ = true;
}

void ProgressBar::clear() {
  if (!is_drawn_) return;
  std::fputs("\r\x1b[K", stderr);
  std::fflush(stderr);
  is_drawn_ = false;
}

double ProgressBar::rate(Clock::time_point now) {
  samples_.push_back({now, sent_});
  while (samples_.size() > 2 && now - samples_.front().time > kRateTime) samples_.pop_front();
  const Sample& first = samples_.front();
  const std::chrono::duration<double> time = now - first.time;
  if (time.count() < 0.2 || sent_ <= first.sent) return 0;
  return static_cast<double>(sent_ - first.sent) / time.count();
}

}  // namespace sigla::app
