// SPDX-License-Identifier: Apache-2.0
#include "stackwalk/microdump_process.h"

#include <algorithm>

#include "base/text.h"
#include "formats/microdump/microdump.h"
#include "formats/minidump/context.h"

namespace sigla {
namespace {

using microdump::Microdump;

SystemText system_text(const Microdump& dump) {
  SystemText text;
  if (dump.system == 'A') text.os = "Android";
  if (dump.system == 'L') text.os = "Linux";
  text.os_version = dump.os_version;
  text.cpu = dump.arch;
  text.cpu_count = dump.cpu_count;
  return text;
}

std::vector<ProcessModule> modules_of(const Microdump& dump) {
  std::vector<ProcessModule> modules;
  for (const microdump::Module& raw : dump.modules) {
    ProcessModule module;
    module.base = raw.base;
    module.size = raw.size;
    module.code_file = raw.name;
    module.debug_file = raw.name;
    module.debug_identifier = raw.identifier;
    if (auto id = DebugId::parse(raw.identifier); id.has_value()) module.debug_id = *id;
    modules.push_back(std::move(module));
  }
  return modules;
}

// The piece that the stack pointer lies in; the first when the log lost that one.
const microdump::StackPiece* stack_of(const Microdump& dump, std::uint64_t stack_pointer) {
  for (const microdump::StackPiece& piece : dump.stack) {
    if (stack_pointer - piece.base < piece.bytes.size()) return &piece;
  }
  return dump.stack.empty() ? nullptr : &dump.stack.front();
}

void add_crash(const Microdump& dump, ProcessFacts& facts) {
  ProcessCrash crash;
  crash.reason.text = dump.signal_name;
  crash.reason.address = dump.crash_address;
  facts.crash = std::move(crash);
  CrashException& exception = facts.evidence.exception.emplace();
  exception.code = dump.signal;
  exception.address = dump.crash_address;
  exception.context = facts.threads.front().context;
}

}  // namespace

Result<ProcessFacts> read_microdump_process(Bytes text,
                                            const Limits& limits,
                                            Diagnostics& diagnostics) {
  SIGLA_TRY_ASSIGN(Microdump read, microdump::read_microdump(text, limits, diagnostics));
  const auto dump = std::make_shared<const Microdump>(std::move(read));
  ProcessFacts facts;
  facts.owned = dump;
  facts.system = system_text(*dump);
  facts.arch = parse_arch(dump->arch);
  facts.gpu = {dump->gl_version, dump->gl_vendor, dump->gl_renderer};
  facts.evidence.system = dump->system == 'A' ? CrashSystem::kAndroid : CrashSystem::kLinux;
  ModuleMap& modules =
      facts.modules.emplace(ModuleMap::make_overlapping(modules_of(*dump), Overlap::kCutStart));
  modules.forget_main();  // the first one is as a rule, but nothing says so
  if (!dump->product.empty()) facts.annotations.emplace_back("product", dump->product);
  if (!dump->process_type.empty()) {
    facts.annotations.emplace_back("process_type", dump->process_type);
  }

  // The registers are those of a minidump; little-endian, as all systems that write microdumps.
  const auto record = minidump::Image::of_record(dump->context, limits);
  minidump::MINIDUMP_LOCATION_DESCRIPTOR whole;
  whole.DataSize = static_cast<std::uint32_t>(dump->context.size());
  SIGLA_TRY_ASSIGN(const auto context, minidump::read_context(record, whole, nullptr));
  if (context.arch != facts.arch) {
    return malformed(
        "microdump: registers of {} in a process of {}", to_string(context.arch), dump->arch);
  }
  ProcessThread thread;
  thread.context = context;
  if (const auto* piece = stack_of(*dump, context.stack_pointer())) {
    thread.stack = MemoryRegion{piece->base, piece->bytes};
    facts.evidence.stacks.push_back(*thread.stack);
  }
  facts.threads.push_back(std::move(thread));
  facts.requesting_thread = 0;
  add_crash(*dump, facts);
  return facts;
}

}  // namespace sigla
