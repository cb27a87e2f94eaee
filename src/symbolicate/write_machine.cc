// SPDX-License-Identifier: Apache-2.0
#include "symbolicate/write_machine.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "base/text.h"

namespace sigla {
namespace {

// A value without what separates values and records.
std::string plain(std::string_view text) {
  std::string result(text);
  std::erase_if(result, [](char c) { return c == '|' || c == '\n'; });
  return result;
}

template <typename... Args>
void put(std::string& out, fmt::format_string<Args...> format, Args&&... args) {
  fmt::format_to(std::back_inserter(out), format, std::forward<Args>(args)...);
}

void put_system(const Report& report, std::string& out) {
  put(out, "OS|{}|{}\n", plain(report.os), plain(report.os_version));
  put(out, "CPU|{}|{}|{}\n", plain(report.cpu), plain(report.cpu_info), report.cpu_count);
  put(out,
      "GPU|{}|{}|{}\n",
      plain(report.gpu_version),
      plain(report.gpu_vendor),
      plain(report.gpu_renderer));
}

void put_crash(const Report& report, std::string& out) {
  if (report.has_crashed) {
    put(out, "Crash|{}|0x{:x}|", plain(report.crash_reason), report.crash_address);
  } else {
    put(out, "Crash|{}||", report.assertion.empty() ? "No crash" : plain(report.assertion));
  }
  if (report.requesting_thread) put(out, "{}", *report.requesting_thread);
  out += '\n';
}

void put_module(const ReportModule& module, bool is_main, std::string& out) {
  put(out,
      "Module|{}|{}|{}|{}|0x{:08x}|0x{:08x}|{}\n",
      plain(base_name(module.code_file)),
      plain(module.version),
      plain(base_name(module.debug_file)),
      plain(module.debug_identifier),
      module.base,
      module.base + module.size - 1,
      is_main ? 1 : 0);
}

void put_frame(const Report& report, const ReportFrame& frame, std::string& out) {
  const ReportModule* module = nullptr;
  if (frame.module) module = &report.modules[*frame.module];
  if (frame.unloaded_module) module = &report.unloaded_modules[*frame.unloaded_module];
  if (module == nullptr) {
    put(out, "||||0x{:x}\n", breakpad_address(report, frame));
    return;
  }
  out += plain(base_name(module->code_file));
  if (frame.function.empty()) {
    put(out, "||||0x{:x}\n", breakpad_address(report, frame) - module->base);
  } else if (frame.file.empty()) {
    put(out,
        "|{}|||0x{:x}\n",
        plain(breakpad_name(report, frame)),
        breakpad_address(report, frame) - frame.function_base);
  } else {
    put(out,
        "|{}|{}|{}|0x{:x}\n",
        plain(breakpad_name(report, frame)),
        plain(frame.file),
        frame.line,
        breakpad_address(report, frame) - frame.line_base);
  }
}

void put_thread(const Report& report, std::size_t index, std::string& out) {
  const std::vector<ReportFrame>& frames = report.threads[index].frames;
  for (std::size_t i = 0; i < frames.size(); ++i) {
    put(out, "{}|{}|", index, i);
    put_frame(report, frames[i], out);
  }
}

}  // namespace

std::string write_breakpad_machine(const Report& report) {
  std::string out;
  put_system(report, out);
  put_crash(report, out);
  for (std::size_t i = 0; i < report.modules.size(); ++i) {
    put_module(report.modules[i], report.main_module == i, out);
  }
  out += '\n';
  if (report.requesting_thread) put_thread(report, *report.requesting_thread, out);
  for (std::size_t i = 0; i < report.threads.size(); ++i) {
    if (report.requesting_thread != i) put_thread(report, i, out);
  }
  return out;
}

}  // namespace sigla
