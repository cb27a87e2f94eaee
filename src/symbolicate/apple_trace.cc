// SPDX-License-Identifier: Apache-2.0
#include "symbolicate/apple_trace.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <utility>

#include "base/text.h"
#include "formats/trace/kind.h"

namespace sigla {
namespace {

using applecrash::Report;

// "2022-02-09 16:11:52.6270 +0100" in seconds since 1970; 0 when it is no date.
std::uint32_t seconds_of(std::string_view date) {
  const auto number = [&](std::size_t at, std::size_t size) {
    return at + size <= date.size() ? parse_decimal(date.substr(at, size)) : std::nullopt;
  };
  constexpr std::array<std::size_t, 6> kAt = {0, 5, 8, 11, 14, 17};
  std::array<std::int64_t, 6> parts{};
  for (std::size_t i = 0; i < kAt.size(); ++i) {
    const auto part = number(kAt[i], i == 0 ? 4 : 2);
    if (!part) return 0;
    parts[i] = static_cast<std::int64_t>(*part);
  }
  const std::chrono::year_month_day day(std::chrono::year(static_cast<int>(parts[0])),
                                        std::chrono::month(static_cast<unsigned>(parts[1])),
                                        std::chrono::day(static_cast<unsigned>(parts[2])));
  if (!day.ok()) return 0;
  std::int64_t seconds = std::chrono::sys_days(day).time_since_epoch().count() * 86'400 +
                         parts[3] * 3'600 + parts[4] * 60 + parts[5];
  const std::size_t sign = date.find_first_of("+-", 19);
  if (sign != std::string_view::npos) {
    const auto hours = number(sign + 1, 2);
    const auto minutes = number(sign + 3, 2);
    const auto offset =
        static_cast<std::int64_t>(hours.value_or(0) * 3'600 + minutes.value_or(0) * 60);
    seconds -= date[sign] == '+' ? offset : -offset;
  }
  return seconds > 0 && seconds <= INT64_C(0xffffffff) ? static_cast<std::uint32_t>(seconds) : 0;
}

std::string reason_of(const Report& report) {
  if (report.exception_codes.empty()) return report.exception_type;
  if (report.exception_type.empty()) return report.exception_codes;
  return fmt::format("{} / {}", report.exception_type, report.exception_codes);
}

trace::Module to_module(const applecrash::Image& image, bool is_placed) {
  trace::Module module;
  module.name = image.path.empty() ? image.name : image.path;
  module.build_id = image.uuid;
  module.debug_file = image.uuid.empty() ? "" : std::string(base_name(module.name));
  module.debug_id = image.uuid;
  module.version = image.version;
  module.arch = image.arch;
  if (is_placed) {
    module.base_of = trace::BaseOf::kImage;
    module.base = image.base;
    module.size = image.size;
  }
  return module;
}

trace::Frame to_frame(const applecrash::Frame& frame, const Report& report, std::uint32_t kind) {
  trace::Frame made;
  made.kind = kind;
  made.line = {frame.offset, frame.size};
  made.place = {frame.place_offset, frame.place_size};
  made.module = frame.image;
  made.is_return_address = frame.is_return_address;
  made.function = frame.symbol;
  made.file = frame.file;
  made.source_line = frame.line;
  made.absolute = frame.address;
  made.address = frame.address;
  const bool is_named = frame.is_inlined || !frame.file.empty();
  if (frame.image) {
    made.address = frame.address - report.images[*frame.image].base;
    if (!is_named) made.addressing = trace::Addressing::kRelative;
  }
  // Apple's writer may have found an exported symbol only: it is replaced, with all of its object.
  if (report.is_json && !frame.symbol.empty()) made.place.size = frame.size - 2;
  return made;
}

void add_notes(const Report& report, trace::Trace& trace) {
  const auto add = [&](std::string_view key, const std::string& value) {
    if (!value.empty()) trace.notes.push_back({std::string(key), value});
  };
  add("process", report.process);
  add("path", report.path);
  add("identifier", report.identifier);
  add("version", report.version);
  add("hardware", report.hardware);
  add("termination", report.termination);
  for (const std::string& message : report.messages) add("message", message);
}

}  // namespace

trace::Trace trace_of(const Report& report) {
  trace::Trace trace;
  trace.os = report.os;
  trace.os_version = report.os_version;
  if (!report.os_build.empty()) trace.os_version += fmt::format(" {}", report.os_build);
  trace.arch = report.arch;
  trace.reason = reason_of(report);
  trace.crash_address = report.crash_address;
  trace.process_id = report.process_id;
  trace.time = seconds_of(report.date);
  add_notes(report, trace);
  for (const applecrash::Image& image : report.images) {
    trace.modules.push_back(to_module(image, image.size != 0));
  }
  const std::uint32_t kind = trace::kind_index(report.is_json ? "apple_ips" : "apple_crash");
  const auto add = [&](const std::vector<applecrash::Frame>& frames) {
    for (const applecrash::Frame& frame : frames) {
      trace.frames.push_back(to_frame(frame, report, kind));
      trace.frames.back().thread = static_cast<std::uint32_t>(trace.threads.size() - 1);
    }
  };
  for (const applecrash::Thread& thread : report.threads) {
    trace::Thread made;
    made.name = thread.name;
    made.id = static_cast<std::uint32_t>(thread.id & UINT32_MAX);
    made.has_crashed = thread.has_crashed;
    for (const applecrash::Register& reg : thread.registers) {
      made.registers.push_back({reg.name, reg.value});
    }
    trace.threads.push_back(std::move(made));
    add(thread.frames);
  }
  if (!report.last_exception.empty()) {
    trace.threads.emplace_back().name = "Last Exception Backtrace";
    add(report.last_exception);
  }
  std::ranges::stable_sort(
      trace.frames, {}, [](const trace::Frame& frame) { return frame.line.offset; });
  return trace;
}

}  // namespace sigla
