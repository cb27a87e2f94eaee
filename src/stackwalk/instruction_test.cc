// SPDX-License-Identifier: Apache-2.0
#include "stackwalk/instruction.h"

#include <gmock/gmock.h>

namespace sigla {
namespace {

CpuContext context_of(Arch arch) {
  CpuContext context;
  context.arch = arch;
  return context;
}

std::optional<Instruction> decode(const CpuContext& context,
                                  const std::vector<std::uint8_t>& code,
                                  std::uint64_t address = 0x1000) {
  const auto disassembler = Disassembler::make(context);
  return disassembler ? disassembler->decode(code, address) : std::nullopt;
}

TEST(Disassembler, TakesAnAmd64StoreApart) {
  CpuContext context = context_of(Arch::kX86_64);
  context.registers[kRax] = 0x7000;
  context.registers[kRcx] = 2;
  // mov dword ptr [rax + rcx*8 + 0x10], edx
  const auto instruction = decode(context, {0x89, 0x54, 0xc8, 0x10});
  ASSERT_TRUE(instruction);
  EXPECT_EQ(instruction->mnemonic, "mov");
  EXPECT_EQ(instruction->text, "mov dword ptr [rax + rcx*8 + 0x10], edx");
  EXPECT_EQ(instruction->size, 4);
  EXPECT_EQ(instruction->flow, Instruction::Flow::kOther);
  ASSERT_EQ(instruction->operands.size(), 2U);
  const Operand& target = instruction->operands[0];
  EXPECT_EQ(target.kind, Operand::Kind::kMemory);
  EXPECT_EQ(target.size, 4);
  EXPECT_TRUE(target.is_written);
  EXPECT_FALSE(target.is_read);
  EXPECT_EQ(address_of(*instruction, target, context), 0x7020U);
  EXPECT_EQ(instruction->operands[1].reg, "edx");
}

TEST(Disassembler, CountsRipFromTheNextInstruction) {
  CpuContext context = context_of(Arch::kX86_64);
  context.registers[kRip] = 0x1000;
  // mov rax, qword ptr [rip + 0x20]
  const auto instruction = decode(context, {0x48, 0x8b, 0x05, 0x20, 0, 0, 0});
  ASSERT_TRUE(instruction);
  EXPECT_EQ(address_of(*instruction, instruction->operands[1], context), 0x1027U);
}

TEST(Disassembler, DoesNotKnowThreadLocalStorage) {
  const CpuContext context = context_of(Arch::kX86_64);
  // mov rax, qword ptr gs:[0x30]
  const auto instruction = decode(context, {0x65, 0x48, 0x8b, 0x04, 0x25, 0x30, 0, 0, 0});
  ASSERT_TRUE(instruction);
  EXPECT_EQ(address_of(*instruction, instruction->operands[1], context), std::nullopt);
}

TEST(Disassembler, WrapsAddressesOf32BitCode) {
  CpuContext context = context_of(Arch::kX86);
  context.registers[kEcx] = 0xfffffff0;
  // mov eax, dword ptr [ecx + 0x20]
  const auto instruction = decode(context, {0x8b, 0x41, 0x20});
  ASSERT_TRUE(instruction);
  EXPECT_EQ(address_of(*instruction, instruction->operands[1], context), 0x10U);
}

TEST(Disassembler, TellsStringInstructionsFromVectorOnes) {
  const CpuContext context = context_of(Arch::kX86);
  const auto copy = decode(context, {0xf3, 0xa5});  // rep movsd
  ASSERT_TRUE(copy);
  EXPECT_EQ(copy->mnemonic, "movsd");
  EXPECT_TRUE(copy->is_string);
  const auto vector = decode(context, {0xf2, 0x0f, 0x10, 0x00});  // movsd xmm0, qword ptr [eax]
  ASSERT_TRUE(vector);
  EXPECT_EQ(vector->mnemonic, "movsd");
  EXPECT_FALSE(vector->is_string);
}

TEST(Disassembler, KnowsWhereInstructionsGo) {
  const CpuContext x86 = context_of(Arch::kX86);
  EXPECT_EQ(decode(x86, {0xff, 0xd0})->flow, Instruction::Flow::kCall);
  EXPECT_EQ(decode(x86, {0xeb, 0x10})->flow, Instruction::Flow::kJump);
  EXPECT_EQ(decode(x86, {0x74, 0x10})->flow, Instruction::Flow::kConditionalJump);
  EXPECT_EQ(decode(x86, {0xc3})->flow, Instruction::Flow::kReturn);
  EXPECT_TRUE(decode(x86, {0xf4})->is_privileged);  // hlt
}

TEST(Disassembler, ReadsArmThumbAndArm64) {
  CpuContext arm = context_of(Arch::kArm);
  arm.registers[0] = 0x100;
  const auto load = decode(arm, {0x04, 0x10, 0x90, 0xe5});  // ldr r1, [r0, #4]
  ASSERT_TRUE(load);
  EXPECT_EQ(load->mnemonic, "ldr");
  EXPECT_EQ(address_of(*load, load->operands[1], arm), 0x104U);
  arm.status = 0x20;
  const auto thumb = decode(arm, {0x41, 0x68});  // ldr r1, [r0, #4]
  ASSERT_TRUE(thumb);
  EXPECT_EQ(thumb->size, 2);
  EXPECT_EQ(address_of(*thumb, thumb->operands[1], arm), 0x104U);
  CpuContext arm64 = context_of(Arch::kArm64);
  arm64.registers[0] = 0x100;
  const auto wide = decode(arm64, {0x01, 0x04, 0x40, 0xf9});  // ldr x1, [x0, #8]
  ASSERT_TRUE(wide);
  EXPECT_EQ(address_of(*wide, wide->operands[1], arm64), 0x108U);
}

TEST(Disassembler, RefusesWhatIsNoInstructionOrCutOff) {
  const CpuContext context = context_of(Arch::kX86_64);
  const std::vector<std::uint8_t> whole = {0x48, 0x8b, 0x05, 0x20, 0, 0, 0};
  for (std::size_t size = 0; size < whole.size(); ++size) {
    EXPECT_FALSE(decode(context, {whole.begin(), whole.begin() + static_cast<int>(size)})) << size;
  }
  EXPECT_FALSE(decode(context, {0x06}));  // push es is not there in 64-bit code
  EXPECT_FALSE(Disassembler::make(context_of(Arch::kSparc)));
}

TEST(RegisterValue, KnowsPartsOfRegisters) {
  CpuContext context = context_of(Arch::kX86_64);
  context.registers[kRax] = 0x1122334455667788;
  context.registers[kR8] = 0xaabbccddeeff0011;
  EXPECT_EQ(register_value(context, "rax"), 0x1122334455667788U);
  EXPECT_EQ(register_value(context, "eax"), 0x55667788U);
  EXPECT_EQ(register_value(context, "ah"), 0x77U);
  EXPECT_EQ(register_value(context, "r8d"), 0xeeff0011U);
  EXPECT_EQ(register_value(context, "r8w"), 0x0011U);
  EXPECT_EQ(register_value(context, "xmm0"), std::nullopt);
  CpuContext arm64 = context_of(Arch::kArm64);
  arm64.registers[3] = 0x1122334455667788;
  EXPECT_EQ(register_value(arm64, "w3"), 0x55667788U);
  EXPECT_EQ(register_value(arm64, "xzr"), 0U);
}

}  // namespace
}  // namespace sigla
