// SPDX-License-Identifier: Apache-2.0
// How far a transfer is, on one line of a terminal:
//
//   [======>         ]  38%  1.2 GiB of 3.1 GiB  84.0 MiB/s  0:23 left  lib/a.pdb
//
// Silent where standard error is no terminal, except for note(). Thread-safe.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <mutex>
#include <string>
#include <string_view>

namespace sigla::app {

// What the line shows.
struct TransferProgress {
  std::uint64_t total = 0;
  std::uint64_t done = 0;         // at most total
  double bytes_per_second = 0;    // 0: not known yet
  std::string_view current = {};  // the file
};
// At most `width` columns; the file's name gives way first.
std::string progress_line(const TransferProgress& progress, std::size_t width);

// "1.2 GiB", "17 bytes".
std::string size_text(std::uint64_t size);

class ProgressBar {
 public:
  explicit ProgressBar(bool is_shown);
  ~ProgressBar();  // clears the line
  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;
  // On a terminal, and unless TERM is "dumb".
  static bool is_wanted();

  void set_total(std::uint64_t total);
  void set_current(std::string_view name);
  // Bytes that went over the wire; negative when they have to go again.
  void sent(std::int64_t bytes);
  // Bytes that need not go.
  void skipped(std::uint64_t bytes);
  // A line of its own, terminal or not.
  void note(std::string_view text);

 private:
  using Clock = std::chrono::steady_clock;
  struct Sample {
    Clock::time_point time;
    std::uint64_t sent;
  };

  void draw(bool is_due);
  void clear();
  double rate(Clock::time_point now);

  const bool is_shown_;
  std::mutex mutex_;
  std::uint64_t total_ = 0;
  std::uint64_t sent_ = 0;
  std::uint64_t skipped_ = 0;
  std::string current_;
  std::deque<Sample> samples_;  // of the last seconds
  Clock::time_point drawn_at_;
  bool is_drawn_ = false;
};

}  // namespace sigla::app
