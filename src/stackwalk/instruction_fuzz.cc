// SPDX-License-Identifier: Apache-2.0
#include <cstdint>

#include "base/result.h"
#include "stackwalk/instruction.h"

// The first byte chooses the processor; the rest is code, decoded to its end.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr sigla::Arch kArchs[] = {
      sigla::Arch::kX86, sigla::Arch::kX86_64, sigla::Arch::kArm, sigla::Arch::kArm64};
  if (size < 1) return 0;
  sigla::CpuContext context;
  context.arch = kArchs[data[0] % std::size(kArchs)];
  context.status = (data[0] & 0x80U) != 0 ? 0x20 : 0;
  const auto disassembler = sigla::Disassembler::make(context);
  sigla::Bytes code = sigla::Bytes(data, size).subspan(1);
  std::uint64_t address = 0x1000;
  while (const auto instruction = disassembler->decode(code, address)) {
    SIGLA_CHECK(instruction->size > 0 && instruction->size <= code.size());
    for (const sigla::Operand& operand : instruction->operands) {
      static_cast<void>(sigla::address_of(*instruction, operand, context));
    }
    code = code.subspan(instruction->size);
    address += instruction->size;
  }
  return 0;
}
