// SPDX-License-Identifier: Apache-2.0
#include "stackwalk/process.h"

#include "formats/elf/image.h"
#include "formats/microdump/microdump.h"
#include "stackwalk/core_process.h"
#include "stackwalk/microdump_process.h"
#include "stackwalk/minidump_process.h"

namespace sigla {

Result<Process> Process::open(Bytes file, const Limits& limits, Diagnostics& diagnostics) {
  const auto read = elf::is_elf(file)               ? read_core_process
                    : microdump::is_microdump(file) ? read_microdump_process
                                                    : read_minidump_process;
  SIGLA_TRY_ASSIGN(ProcessFacts facts, read(file, limits, diagnostics));
  return Process(std::move(facts), limits);
}

bool Process::is_log_of_dump(Bytes file) { return microdump::is_microdump(file); }

std::vector<Frame> Process::walk(const ProcessThread& thread, SymbolSource* symbols) const {
  if (!thread.context) return {};
  WalkedProcess walked;
  walked.system = facts_.walked_system;
  walked.modules = modules();
  walked.unloaded_modules = unloaded_modules();
  walked.memory = memory();
  walked.symbols = symbols;
  walked.limits = limits_;
  return walk_stack(walked, *thread.context, thread.stack ? &*thread.stack : nullptr);
}

}  // namespace sigla
