// SPDX-License-Identifier: Apache-2.0
#include "stackwalk/instruction_effects.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace sigla {
namespace {

using Kind = MemoryAccess::Kind;

bool is_one_of(std::string_view word, std::initializer_list<std::string_view> words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

// What happens to the operands of these, and that they touch nothing else but the stack, is known
// beyond doubt.
bool is_well_known(const Instruction& instruction) {
  if (instruction.flow == Instruction::Flow::kConditionalJump) return true;
  if (instruction.is_string) return false;
  return is_one_of(instruction.mnemonic,
                   {"add",
                    "call",
                    "cmp",
                    "dec",
                    "inc",
                    "jmp",
                    "ljmp",
                    "lea",
                    "mov",
                    "movabs",
                    "movaps",
                    "movups",
                    "pop",
                    "push",
                    "ret",
                    "retf",
                    "sub",
                    "ucomiss"});
}

// Has an operand with an address, and does not go there.
bool only_computes(std::string_view mnemonic) {
  return mnemonic == "lea" || mnemonic == "nop" || mnemonic.starts_with("prefetch");
}

Kind kind_of(const Instruction& instruction, std::size_t index, const Operand& operand) {
  const std::string_view mnemonic = instruction.mnemonic;
  if (is_one_of(mnemonic, {"mov", "movabs", "movaps", "movups"})) {
    return index == 0 ? Kind::kWrite : Kind::kRead;
  }
  if (is_one_of(mnemonic, {"add", "sub", "inc", "dec"})) {
    return index == 0 ? Kind::kReadWrite : Kind::kRead;
  }
  if (mnemonic == "pop") return Kind::kWrite;
  if (is_one_of(mnemonic, {"cmp", "ucomiss", "push", "call", "jmp", "ljmp"})) return Kind::kRead;
  if (operand.is_read && operand.is_written) return Kind::kReadWrite;
  if (operand.is_written) return Kind::kWrite;
  return operand.is_read ? Kind::kRead : Kind::kUnknown;
}

void add_address_registers(const Operand& operand, std::vector<std::string>& registers) {
  for (const std::string_view name : {operand.base, operand.index}) {
    if (!name.empty() && name != "riz" && name != "eiz") registers.emplace_back(name);
  }
}

// Bytes that the registers of an ARM64 load or store transfer: ldp has two, w registers have four.
std::uint8_t arm64_size(const Instruction& instruction) {
  const std::string_view mnemonic = instruction.mnemonic;
  if (mnemonic.ends_with('b')) return 1;
  if (mnemonic.ends_with('h')) return 2;
  if (mnemonic.ends_with("sw")) return 4;
  std::uint8_t size = 0;
  for (const Operand& operand : instruction.operands) {
    if (operand.kind != Operand::Kind::kRegister) continue;
    size = static_cast<std::uint8_t>(size + (operand.reg.starts_with('w') ? 4 : 8));
  }
  return size;
}

bool add_operands(const Instruction& instruction,
                  const CpuContext& context,
                  std::vector<MemoryAccess>& accesses) {
  for (std::size_t i = 0; i < instruction.operands.size(); ++i) {
    const Operand& operand = instruction.operands[i];
    if (operand.kind != Operand::Kind::kMemory) continue;
    const auto address = address_of(instruction, operand, context);
    if (!address) return false;
    MemoryAccess access;
    access.address = *address;
    access.size = context.arch == Arch::kArm64 ? arm64_size(instruction) : operand.size;
    access.kind = kind_of(instruction, i, operand);
    if (context.arch == Arch::kArm64 || context.arch == Arch::kArm) {
      access.kind = instruction.mnemonic.starts_with("st") ? Kind::kWrite : Kind::kRead;
    }
    access.has_null_base =
        !operand.base.empty() && register_value(context, operand.base) == std::uint64_t{0};
    accesses.push_back(access);
  }
  return true;
}

void add_stack(const Instruction& instruction,
               const CpuContext& context,
               std::vector<MemoryAccess>& accesses) {
  const std::uint8_t width = context.arch == Arch::kX86_64 ? 8 : 4;
  const bool pushes = instruction.mnemonic == "push" || instruction.mnemonic == "call";
  const bool pops = is_one_of(instruction.mnemonic, {"pop", "ret", "retf"});
  if (!pushes && !pops) return;
  MemoryAccess access;
  access.address = context.stack_pointer() - (pushes ? width : 0);
  access.size = width;
  access.kind = pushes ? Kind::kWrite : Kind::kRead;
  access.has_null_base = access.address == 0;
  accesses.push_back(access);
}

// Targets in the instruction itself are not told: the linker made them, they are as they should be.
std::optional<std::uint64_t> target_of(const Instruction& instruction,
                                       const CpuContext& context,
                                       const CrashEvidence& evidence) {
  const std::size_t width = context.arch == Arch::kX86 || context.arch == Arch::kArm ? 4 : 8;
  if (instruction.flow == Instruction::Flow::kReturn) {
    if (context.arch == Arch::kArm64) return register_value(context, "x30");
    return evidence.read(context.stack_pointer(), width);
  }
  if (instruction.operands.empty()) return std::nullopt;
  const Operand& operand = instruction.operands.front();
  if (operand.kind == Operand::Kind::kRegister) return register_value(context, operand.reg);
  const auto address = address_of(instruction, operand, context);
  return address ? evidence.read(*address, width) : std::nullopt;
}

std::string_view size_name(std::uint8_t size) {
  switch (size) {
    case 1:
      return "byte ";
    case 2:
      return "word ";
    case 4:
      return "dword ";
    case 8:
      return "qword ";
    case 16:
      return "xmmword ";
    case 32:
      return "ymmword ";
    default:
      return "";
  }
}

std::string signed_hex(std::int64_t value) {
  const auto size = static_cast<std::uint64_t>(value);
  return value < 0 ? fmt::format("-0x{:x}", std::uint64_t{0} - size) : fmt::format("0x{:x}", size);
}

std::string address_text(const Operand& operand) {
  std::string text;
  if (!operand.base.empty()) text += operand.base;
  if (!operand.index.empty() && operand.index != "riz" && operand.index != "eiz") {
    if (!text.empty()) text += " + ";
    text += fmt::format("{} * {}", operand.index, operand.scale);
  }
  if (text.empty()) {  // an absolute address of 32 bits is printed as such
    const auto address = static_cast<std::uint64_t>(operand.displacement);
    const bool is_narrow = address >> 31U == 0x1ffffffffU;
    return fmt::format("0x{:x}", is_narrow ? address & 0xffffffffU : address);
  }
  if (operand.displacement == 0) return text;
  const auto size = static_cast<std::uint64_t>(operand.displacement);
  return operand.displacement < 0 ? fmt::format("{} - 0x{:x}", text, std::uint64_t{0} - size)
                                  : fmt::format("{} + 0x{:x}", text, size);
}

std::string operand_text(const Instruction& instruction, const Operand& operand) {
  switch (operand.kind) {
    case Operand::Kind::kRegister:
      return std::string(operand.reg);
    case Operand::Kind::kImmediate:
      if (instruction.flow != Instruction::Flow::kOther) {
        return "$+" + signed_hex(static_cast<std::int64_t>(operand.immediate - instruction.address -
                                                           instruction.size));
      }
      return signed_hex(static_cast<std::int64_t>(operand.immediate));
    case Operand::Kind::kMemory: {
      const bool has_size = instruction.mnemonic != "lea";
      std::string text(has_size ? size_name(operand.size) : std::string_view());
      if (operand.segment == "fs" || operand.segment == "gs") {
        text += std::string(operand.segment) + ":";
      }
      return text + "[" + address_text(operand) + "]";
    }
    case Operand::Kind::kOther:
      break;
  }
  return "?";
}

}  // namespace

std::string_view to_string(Kind kind) {
  switch (kind) {
    case Kind::kUnknown:
      return "unknown";
    case Kind::kRead:
      return "read";
    case Kind::kWrite:
      return "write";
    case Kind::kReadWrite:
      return "readwrite";
  }
  return "unknown";
}

InstructionEffects effects_of(const Instruction& instruction,
                              const CpuContext& context,
                              const CrashEvidence& evidence) {
  InstructionEffects effects;
  const bool is_x86 = context.arch == Arch::kX86 || context.arch == Arch::kX86_64;
  effects.is_complete = is_x86 && is_well_known(instruction);
  std::vector<MemoryAccess> accesses;
  const bool is_known =
      only_computes(instruction.mnemonic) || add_operands(instruction, context, accesses);
  if (is_known) {
    if (effects.is_complete) add_stack(instruction, context, accesses);
    effects.accesses = std::move(accesses);
  }
  if (instruction.flow == Instruction::Flow::kOther) {
    effects.flow = InstructionEffects::Flow::kGoesOn;
  } else if (instruction.flow != Instruction::Flow::kConditionalJump) {
    if (const auto target = target_of(instruction, context, evidence)) {
      effects.flow = InstructionEffects::Flow::kGoesTo;
      effects.target = *target;
    }
  }
  for (const Operand& operand : instruction.operands) {
    if (operand.kind == Operand::Kind::kMemory) {
      add_address_registers(operand, effects.address_registers);
    }
  }
  auto& registers = effects.address_registers;
  std::sort(registers.begin(), registers.end());
  registers.erase(std::unique(registers.begin(), registers.end()), registers.end());
  return effects;
}

std::string rust_minidump_text(const Instruction& instruction) {
  // Prefixes stay where Capstone has them, before the name.
  std::string text = instruction.text.substr(0, instruction.text.find(instruction.mnemonic)) +
                     instruction.mnemonic;
  for (std::size_t i = 0; i < instruction.operands.size(); ++i) {
    text += i == 0 ? " " : ", ";
    text += operand_text(instruction, instruction.operands[i]);
  }
  return text;
}

}  // namespace sigla
