// SPDX-License-Identifier: Apache-2.0
#include "stackwalk/process.h"

#include "formats/elf/image.h"
#include "stackwalk/core_process.h"
#include "stackwalk/minidump_process.h"

namespace sigla {

Result<Process> Process::open(Bytes file, const Limits& limits, Diagnostics& diagnostics) {
  const bool is_core = elf::is_elf(file);
  SIGLA_TRY_ASSIGN(ProcessFacts facts,
                   is_core ? read_core_process(file, limits, diagnostics)
                           : read_minidump_process(file, limits, diagnostics));
  return Process(std::move(facts), limits);
}

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
