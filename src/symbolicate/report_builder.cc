// SPDX-License-Identifier: Apache-2.0
#include "symbolicate/report_builder.h"

namespace sigla {
namespace {

ReportModule to_report_module(const ProcessModule& module) {
  ReportModule result;
  result.base = module.base;
  result.size = module.size;
  result.code_file = module.code_file;
  result.debug_file = module.debug_file;
  result.debug_identifier = module.debug_identifier;
  result.debug_id = module.debug_id;
  result.code_id = module.code_id;
  result.version = module.version;
  return result;
}

}  // namespace

Report ReportBuilder::build() {
  add_system();
  add_modules();
  for (const ProcessThread& thread : process_.threads()) add_thread(thread);
  return std::move(report_);
}

void ReportBuilder::add_system() {
  if (process_.system()) {
    report_.os = process_.system()->os;
    report_.os_version = process_.system()->os_version;
    report_.cpu = process_.system()->cpu;
    report_.cpu_info = process_.system()->cpu_info;
    report_.cpu_count = process_.system()->cpu_count;
  }
  report_.arch = process_.arch();
  report_.time = process_.time_date_stamp();
  report_.process_id = process_.process_id();
  if (process_.crash()) {
    report_.has_crashed = true;
    report_.crash_reason = process_.crash()->reason.text;
    report_.crash_address = process_.crash()->reason.address;
  }
  report_.assertion = process_.assertion();
  if (process_.requesting_thread()) {
    report_.requesting_thread = static_cast<std::uint32_t>(*process_.requesting_thread());
  }
  for (const auto& [key, value] : process_.annotations()) {
    report_.annotations.push_back({key, value});
  }
}

void ReportBuilder::add_modules() {
  if (const ModuleMap* modules = process_.modules()) {
    report_.has_modules = true;
    report_.main_module = modules->main();
    for (const ProcessModule& module : modules->modules()) {
      report_.modules.push_back(to_report_module(module));
    }
  }
  if (const ModuleMap* unloaded = process_.unloaded_modules()) {
    for (const ProcessModule& module : unloaded->modules()) {
      report_.unloaded_modules.push_back(to_report_module(module));
    }
  }
}

void ReportBuilder::add_thread(const ProcessThread& thread) {
  ReportThread result;
  result.id = thread.id;
  result.name = thread.name;
  for (const Frame& frame : process_.walk(thread, symbols_)) add_frame(frame, result.frames);
  report_.threads.push_back(std::move(result));
}

void ReportBuilder::add_frame(const Frame& frame, std::vector<ReportFrame>& out) {
  ReportFrame physical;
  physical.instruction = frame.instruction;
  physical.return_address = frame.return_address;
  physical.trust = frame.trust;
  physical.module = frame.module;
  physical.unloaded_module = frame.unloaded;
  const Symcache* symcache =
      frame.module && symbols_ != nullptr ? symbols_->symbols(*frame.module) : nullptr;
  found_.clear();
  std::uint64_t base = 0;
  if (symcache != nullptr) {
    base = process_.modules()->modules()[*frame.module].base;
    symcache->lookup(frame.instruction - base, found_);
  }
  if (found_.empty()) {
    out.push_back(std::move(physical));
    return;
  }
  for (const SymcacheFrame& found : found_) {
    ReportFrame named = physical;
    if (found.is_inlined) {
      named.trust = Trust::kInline;
      named.return_address = frame.instruction;
    }
    named.function = found.function;
    named.function_base = base + found.function_address;
    named.file = found.file;
    named.line = found.line;
    named.column = found.column;
    if (found.has_line_record) named.line_base = base + found.line_address;
    out.push_back(std::move(named));
  }
}

}  // namespace sigla
