// SPDX-License-Identifier: Apache-2.0
// Memory, threads and modules of arbitrary bytes.
#include "formats/elf/core.h"

namespace elf = sigla::elf;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const sigla::Bytes file(data, size);
  sigla::Limits limits;
  limits.minidump_module_count_max = 64;
  const auto core = elf::Core::open(file, limits);
  if (!core.has_value()) return 0;
  for (const elf::CoreThread& thread : core->threads()) SIGLA_CHECK(thread.registers.size() < size);
  std::uint64_t last = 0;
  for (const elf::CoreModule& module : core->modules(limits)) {
    SIGLA_CHECK(module.base >= last && module.end >= module.base);
    last = module.base;
    SIGLA_CHECK(core->memory(module.base).size() <= size);
  }
  static_cast<void>(elf::identify_core(file, "fuzz", limits));
  return 0;
}
