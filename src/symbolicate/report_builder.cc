// SPDX-License-Identifier: Apache-2.0
#include "symbolicate/report_builder.h"

#include "stackwalk/image_memory.h"
#include "stackwalk/rust_crash_reason.h"

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
  result.list_index = module.list_index;
  return result;
}

// Registers in the order Breakpad prints them, of which some have other names than in rules.
struct Shown {
  std::string_view name;
  std::size_t index;
};
constexpr Shown kX86Shown[] = {
    {"eip", kEip}, {"esp", kEsp}, {"ebp", kEbp}, {"ebx", kEbx}, {"esi", kEsi}, {"edi", kEdi}};
constexpr Shown kArmShown[] = {{"r0", 0},
                               {"r1", 1},
                               {"r2", 2},
                               {"r3", 3},
                               {"r4", 4},
                               {"r5", 5},
                               {"r6", 6},
                               {"r7", 7},
                               {"r8", 8},
                               {"r9", 9},
                               {"r10", 10},
                               {"r12", 12},
                               {"fp", 11},
                               {"sp", 13},
                               {"lr", 14},
                               {"pc", 15}};

void add_register(const Frame& frame,
                  std::string_view name,
                  std::size_t index,
                  std::vector<ReportRegister>& out) {
  if (frame.registers.is_valid(index)) {
    out.push_back({std::string(name), frame.registers.values[index]});
  }
}

std::vector<ReportRegister> known_registers(const Frame& frame, Arch arch) {
  std::vector<ReportRegister> known;
  if (arch == Arch::kX86) {
    for (const Shown& shown : kX86Shown) add_register(frame, shown.name, shown.index, known);
  } else if (arch == Arch::kArm) {
    for (const Shown& shown : kArmShown) add_register(frame, shown.name, shown.index, known);
  } else {
    const auto names = register_names(arch);
    for (std::size_t i = 0; i < names.size(); ++i) {
      const bool is_fp = arch == Arch::kArm64 && i == kArm64Fp;
      const bool is_lr = arch == Arch::kArm64 && i == kArm64Lr;
      add_register(frame, is_fp ? "fp" : is_lr ? "lr" : names[i], i, known);
    }
  }
  return known;
}

// Only the thread's own context knows these.
void add_x86_scratch(const CpuContext& context, std::vector<ReportFrame>& frames) {
  for (ReportFrame& frame : frames) {
    if (frame.trust != Trust::kContext) continue;
    frame.registers.push_back({"eax", context.registers[kEax]});
    frame.registers.push_back({"ecx", context.registers[kEcx]});
    frame.registers.push_back({"edx", context.registers[kEdx]});
    frame.registers.push_back({"efl", context.status});
  }
}

}  // namespace

Report ReportBuilder::build() {
  add_system();
  add_modules();
  for (const ProcessThread& thread : process_.threads()) add_thread(thread);
  if (report_.has_crashed) add_findings();
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
  report_.details = process_.details();
  report_.gpu_version = process_.gpu().version;
  report_.gpu_vendor = process_.gpu().vendor;
  report_.gpu_renderer = process_.gpu().renderer;
  report_.arch = process_.arch();
  report_.time = process_.time_date_stamp();
  report_.process_id = process_.process_id();
  report_.process_create_time = process_.process_create_time();
  if (process_.crash()) {
    report_.has_crashed = true;
    report_.crash_reason = process_.crash()->reason.text;
    if (process_.evidence().exception) {
      report_.rust_crash_reason = rust_crash_reason(
          *process_.evidence().exception, process_.evidence().system, report_.crash_reason);
    }
    report_.crash_address = process_.crash()->reason.address;
    report_.crash_parameters = process_.crash()->parameters;
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
  result.is_in_name_list = thread.is_in_name_list;
  result.last_error = thread.last_error;
  result.info = thread.info;
  result.shadow_stack_pointer = thread.shadow_stack_pointer;
  // The registers of the crash are always told.
  const bool is_crashed = report_.requesting_thread == report_.threads.size();
  const Arch arch = thread.context ? thread.context->arch : Arch::kUnknown;
  for (const Frame& frame : process_.walk(thread, symbols_)) {
    add_frame(frame, result.frames);
    const bool is_first = frame.trust == Trust::kContext;
    if (has_registers_ || (is_crashed && is_first)) {
      result.frames.back().registers = known_registers(frame, arch);
    }
  }
  if ((has_registers_ || is_crashed) && arch == Arch::kX86 && !result.frames.empty()) {
    add_x86_scratch(*thread.context, result.frames);
  }
  report_.threads.push_back(std::move(result));
}

void ReportBuilder::add_findings() {
  bool found_overflow = false;
  if (report_.requesting_thread) {
    for (const ReportFrame& frame : report_.threads[*report_.requesting_thread].frames) {
      found_overflow = found_overflow || is_overflow_report(frame.symbol);
    }
  }
  const auto examine = [&](const CrashEvidence& evidence) {
    report_.findings = find_in_crash(evidence);
    report_.exploitability = rate_exploitability(evidence, found_overflow);
  };
  std::vector<MemoryRegion> code = code_of_crashed_module();
  if (code.empty()) return examine(process_.evidence());
  CrashEvidence evidence = process_.evidence();
  evidence.images = std::move(code);
  examine(evidence);
}

// As the module's own file has it, which the dump may have left out.
std::vector<MemoryRegion> ReportBuilder::code_of_crashed_module() const {
  const auto& exception = process_.evidence().exception;
  if (symbols_ == nullptr || process_.modules() == nullptr) return {};
  if (!exception || !exception->context) return {};
  const auto module = process_.modules()->find(exception->context->instruction_pointer());
  if (!module) return {};
  const std::uint64_t base = process_.modules()->modules()[*module].base;
  return image_memory(symbols_->program(*module), base, Limits());
}

const SourceUrls& ReportBuilder::source_urls(std::uint32_t module, const Symcache& symcache) {
  const auto known = source_urls_.find(module);
  if (known != source_urls_.end()) return known->second;
  return source_urls_.emplace(module, SourceUrls(symcache.source_link())).first->second;
}

void ReportBuilder::add_frame(const Frame& frame, std::vector<ReportFrame>& out) {
  ReportFrame physical;
  physical.instruction = frame.instruction;
  physical.return_address = frame.return_address;
  physical.trust = frame.trust;
  physical.module = frame.module;
  physical.unloaded_module = frame.unloaded;
  const Symcache* symcache =
      frame.module && symbols_ != nullptr ? symbols_->symbols(*frame.module).names : nullptr;
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
    named.symbol = found.function;
    named.function = found.function;
    named.function_base = base + found.function_address;
    named.file = found.file;
    named.line = found.line;
    named.column = found.column;
    named.source_url = source_urls(*frame.module, *symcache).url_of(found.file, found.line);
    if (found.has_line_record) named.line_base = base + found.line_address;
    out.push_back(std::move(named));
  }
}

}  // namespace sigla
