// SPDX-License-Identifier: Apache-2.0
#include "stackwalk/instruction.h"

#include <capstone/capstone.h>

#include <algorithm>
#include <iterator>

namespace sigla {
namespace {

constexpr std::uint32_t kThumbState = 0x20;  // cpsr.T
constexpr std::size_t kInstructionSizeMax = 15;
constexpr std::uint64_t kLow32 = 0xffffffffU;

struct FreeInstruction {
  void operator()(cs_insn* instruction) const { cs_free(instruction, 1); }
};

struct Machine {
  cs_arch arch;
  cs_mode mode;
};

std::optional<Machine> machine_of(const CpuContext& context) {
  switch (context.arch) {
    case Arch::kX86:
      return Machine{CS_ARCH_X86, CS_MODE_32};
    case Arch::kX86_64:
      return Machine{CS_ARCH_X86, CS_MODE_64};
    case Arch::kArm:
      return Machine{CS_ARCH_ARM,
                     (context.status & kThumbState) != 0 ? CS_MODE_THUMB : CS_MODE_ARM};
    case Arch::kArm64:
      return Machine{CS_ARCH_ARM64, CS_MODE_ARM};
    default:
      return std::nullopt;
  }
}

std::string_view name_of(csh handle, unsigned reg) {
  const char* name = reg == 0 ? nullptr : cs_reg_name(handle, reg);
  return name == nullptr ? std::string_view() : std::string_view(name);
}

void set_access(std::uint8_t access, Operand& operand) {
  operand.is_read = (access & CS_AC_READ) != 0;
  operand.is_written = (access & CS_AC_WRITE) != 0;
}

Operand x86_operand(csh handle, const cs_x86_op& raw) {
  Operand operand;
  operand.size = raw.size;
  set_access(raw.access, operand);
  switch (raw.type) {
    case X86_OP_REG:
      operand.kind = Operand::Kind::kRegister;
      operand.reg = name_of(handle, raw.reg);
      break;
    case X86_OP_IMM:
      operand.kind = Operand::Kind::kImmediate;
      operand.immediate = static_cast<std::uint64_t>(raw.imm);
      break;
    case X86_OP_MEM:
      operand.kind = Operand::Kind::kMemory;
      operand.segment = name_of(handle, raw.mem.segment);
      operand.base = name_of(handle, raw.mem.base);
      operand.index = name_of(handle, raw.mem.index);
      operand.scale = static_cast<std::uint8_t>(raw.mem.scale);
      operand.displacement = raw.mem.disp;
      break;
    default:
      break;
  }
  return operand;
}

Operand arm_operand(csh handle, const cs_arm_op& raw) {
  Operand operand;
  set_access(raw.access, operand);
  if (raw.type == ARM_OP_REG) {
    operand.kind = Operand::Kind::kRegister;
    operand.reg = name_of(handle, static_cast<unsigned>(raw.reg));
  } else if (raw.type == ARM_OP_IMM) {
    operand.kind = Operand::Kind::kImmediate;
    operand.immediate = static_cast<std::uint32_t>(raw.imm);
  } else if (raw.type == ARM_OP_MEM) {
    operand.kind = Operand::Kind::kMemory;
    operand.base = name_of(handle, raw.mem.base);
    operand.index = name_of(handle, raw.mem.index);
    operand.is_scaled_otherwise =
        raw.mem.scale < 0 || raw.mem.lshift != 0 || raw.shift.type != ARM_SFT_INVALID;
    operand.displacement = raw.mem.disp;
  }
  return operand;
}

Operand arm64_operand(csh handle, const cs_arm64_op& raw) {
  Operand operand;
  set_access(raw.access, operand);
  if (raw.type == ARM64_OP_REG) {
    operand.kind = Operand::Kind::kRegister;
    operand.reg = name_of(handle, raw.reg);
  } else if (raw.type == ARM64_OP_IMM) {
    operand.kind = Operand::Kind::kImmediate;
    operand.immediate = static_cast<std::uint64_t>(raw.imm);
  } else if (raw.type == ARM64_OP_MEM) {
    operand.kind = Operand::Kind::kMemory;
    operand.base = name_of(handle, raw.mem.base);
    operand.index = name_of(handle, raw.mem.index);
    operand.is_scaled_otherwise =
        raw.shift.type != ARM64_SFT_INVALID || raw.ext != ARM64_EXT_INVALID;
    operand.displacement = raw.mem.disp;
  }
  return operand;
}

void add_operands(csh handle, Arch arch, const cs_detail& detail, std::vector<Operand>& operands) {
  if (arch == Arch::kArm) {
    for (unsigned i = 0; i < detail.arm.op_count; ++i) {
      operands.push_back(arm_operand(handle, detail.arm.operands[i]));
    }
  } else if (arch == Arch::kArm64) {
    for (unsigned i = 0; i < detail.arm64.op_count; ++i) {
      operands.push_back(arm64_operand(handle, detail.arm64.operands[i]));
    }
  } else {
    for (unsigned i = 0; i < detail.x86.op_count; ++i) {
      operands.push_back(x86_operand(handle, detail.x86.operands[i]));
    }
  }
}

// "rep movsb" -> "movsb".
std::string without_prefixes(std::string_view mnemonic) {
  constexpr std::string_view kPrefixes[] = {
      "lock", "rep", "repe", "repne", "repz", "repnz", "notrack", "bnd"};
  for (;;) {
    const std::size_t blank = mnemonic.find(' ');
    if (blank == std::string_view::npos) return std::string(mnemonic);
    const std::string_view word = mnemonic.substr(0, blank);
    if (std::find(std::begin(kPrefixes), std::end(kPrefixes), word) == std::end(kPrefixes)) {
      return std::string(mnemonic);
    }
    mnemonic.remove_prefix(blank + 1);
  }
}

Instruction::Flow flow_of(csh handle, const cs_insn& raw, std::string_view mnemonic) {
  if (cs_insn_group(handle, &raw, CS_GRP_CALL)) return Instruction::Flow::kCall;
  if (cs_insn_group(handle, &raw, CS_GRP_RET) || cs_insn_group(handle, &raw, CS_GRP_IRET)) {
    return Instruction::Flow::kReturn;
  }
  if (!cs_insn_group(handle, &raw, CS_GRP_JUMP)) return Instruction::Flow::kOther;
  const bool is_certain = mnemonic == "jmp" || mnemonic == "ljmp" || mnemonic == "b" ||
                          mnemonic == "br" || mnemonic == "bx";
  return is_certain ? Instruction::Flow::kJump : Instruction::Flow::kConditionalJump;
}

// The names of two vector instructions (movsd, cmpsd) are those of string instructions.
bool is_string_instruction(const Instruction& instruction) {
  constexpr std::string_view kNames[] = {"movs", "cmps", "stos", "lods", "scas"};
  const std::string_view mnemonic = instruction.mnemonic;
  if (mnemonic.size() != 5 ||
      std::string_view("bwdq").find(mnemonic.back()) == std::string_view::npos) {
    return false;
  }
  const std::string_view stem = mnemonic.substr(0, 4);
  if (std::find(std::begin(kNames), std::end(kNames), stem) == std::end(kNames)) return false;
  return std::none_of(instruction.operands.begin(), instruction.operands.end(), [](const auto& o) {
    return o.reg.starts_with("xmm");
  });
}

// What a name of a register stands for: which one of the context's, and how much of it.
struct RegisterPart {
  std::string_view name;
  std::uint64_t mask = UINT64_MAX;
  unsigned shift = 0;
};

// "eax", "ax", "al", "ah" and "r8d", "r8w", "r8b" to "rax" and "r8".
RegisterPart amd64_part(std::string_view name) {
  struct Parts {
    std::string_view whole, low32, low16, low8, high8;
  };
  constexpr Parts kParts[] = {{"rax", "eax", "ax", "al", "ah"},
                              {"rbx", "ebx", "bx", "bl", "bh"},
                              {"rcx", "ecx", "cx", "cl", "ch"},
                              {"rdx", "edx", "dx", "dl", "dh"},
                              {"rsi", "esi", "si", "sil", "-"},
                              {"rdi", "edi", "di", "dil", "-"},
                              {"rbp", "ebp", "bp", "bpl", "-"},
                              {"rsp", "esp", "sp", "spl", "-"},
                              {"rip", "eip", "ip", "-", "-"}};
  for (const Parts& parts : kParts) {
    if (name == parts.whole) return {parts.whole};
    if (name == parts.low32) return {parts.whole, kLow32};
    if (name == parts.low16) return {parts.whole, 0xffff};
    if (name == parts.low8) return {parts.whole, 0xff};
    if (name == parts.high8) return {parts.whole, 0xff, 8};
  }
  if (name.size() >= 3 && name[0] == 'r' && name[1] >= '0' && name[1] <= '9') {
    const std::string_view whole = name.substr(0, name.size() - 1);
    if (name.back() == 'd') return {whole, kLow32};
    if (name.back() == 'w') return {whole, 0xffff};
    if (name.back() == 'b') return {whole, 0xff};
  }
  return {name};
}

RegisterPart x86_part(std::string_view name) {
  RegisterPart part = amd64_part(name);
  constexpr std::pair<std::string_view, std::string_view> kNarrow[] = {{"rax", "eax"},
                                                                       {"rbx", "ebx"},
                                                                       {"rcx", "ecx"},
                                                                       {"rdx", "edx"},
                                                                       {"rsi", "esi"},
                                                                       {"rdi", "edi"},
                                                                       {"rbp", "ebp"},
                                                                       {"rsp", "esp"},
                                                                       {"rip", "eip"}};
  for (const auto& [wide, narrow] : kNarrow) {
    if (part.name == wide) part.name = narrow;
  }
  return part;
}

RegisterPart arm_part(std::string_view name) {
  constexpr std::pair<std::string_view, std::string_view> kAliases[] = {
      {"sb", "r9"}, {"sl", "r10"}, {"fp", "r11"}, {"ip", "r12"}};
  for (const auto& [alias, real] : kAliases) {
    if (name == alias) return {real};
  }
  return {name};
}

std::optional<std::uint64_t> whole_register(const CpuContext& context, std::string_view name) {
  const auto names = register_names(context.arch);
  const auto found = std::find(names.begin(), names.end(), name);
  if (found == names.end()) return std::nullopt;
  return context.registers[static_cast<std::size_t>(found - names.begin())];
}

std::optional<std::uint64_t> arm64_register(const CpuContext& context, std::string_view name) {
  if (name == "xzr" || name == "wzr") return 0;
  if (name == "wsp") name = "sp";
  if (name.size() >= 2 && name[0] == 'w') {
    const auto value = whole_register(context, "x" + std::string(name.substr(1)));
    return value ? std::optional(*value & kLow32) : std::nullopt;
  }
  return whole_register(context, name);
}

}  // namespace

void Disassembler::Close::operator()(std::size_t* handle) const {
  cs_close(handle);
  delete handle;
}

std::optional<Disassembler> Disassembler::make(const CpuContext& context) {
  const auto machine = machine_of(context);
  if (!machine) return std::nullopt;
  csh opened = 0;
  if (cs_open(machine->arch, machine->mode, &opened) != CS_ERR_OK) return std::nullopt;
  Handle handle(new std::size_t(opened));
  if (cs_option(*handle, CS_OPT_DETAIL, CS_OPT_ON) != CS_ERR_OK) return std::nullopt;
  return Disassembler(context.arch, std::move(handle));
}

std::optional<Instruction> Disassembler::decode(Bytes bytes, std::uint64_t address) const {
  const Bytes head = bytes.first(std::min(bytes.size(), kInstructionSizeMax));
  cs_insn* found = nullptr;
  if (cs_disasm(*handle_, head.data(), head.size(), address, 1, &found) != 1) return std::nullopt;
  const std::unique_ptr<cs_insn, FreeInstruction> raw(found);
  Instruction instruction;
  instruction.address = address;
  instruction.size = static_cast<std::uint8_t>(raw->size);
  instruction.mnemonic = without_prefixes(raw->mnemonic);
  instruction.text = raw->mnemonic;
  if (raw->op_str[0] != '\0') instruction.text += std::string(" ") + raw->op_str;
  instruction.flow = flow_of(*handle_, *raw, instruction.mnemonic);
  instruction.is_privileged = cs_insn_group(*handle_, raw.get(), CS_GRP_PRIVILEGE);
  add_operands(*handle_, arch_, *raw->detail, instruction.operands);
  const bool is_x86 = arch_ == Arch::kX86 || arch_ == Arch::kX86_64;
  instruction.is_string = is_x86 && is_string_instruction(instruction);
  return instruction;
}

std::optional<std::uint64_t> register_value(const CpuContext& context, std::string_view name) {
  RegisterPart part;
  switch (context.arch) {
    case Arch::kX86:
      part = x86_part(name);
      break;
    case Arch::kX86_64:
      part = amd64_part(name);
      break;
    case Arch::kArm:
      part = arm_part(name);
      break;
    case Arch::kArm64:
      return arm64_register(context, name);
    default:
      return std::nullopt;
  }
  const auto value = whole_register(context, part.name);
  return value ? std::optional((*value >> part.shift) & part.mask) : std::nullopt;
}

std::optional<std::uint64_t> address_of(const Instruction& instruction,
                                        const Operand& operand,
                                        const CpuContext& context) {
  if (operand.kind != Operand::Kind::kMemory || operand.is_scaled_otherwise) return std::nullopt;
  if (operand.segment == "fs" || operand.segment == "gs") return std::nullopt;
  auto address = static_cast<std::uint64_t>(operand.displacement);
  if (!operand.base.empty()) {
    const auto base = register_value(context, operand.base);
    if (!base) return std::nullopt;
    address += *base;
    // Relative to the next instruction on x86; on ARM to two instructions further.
    if (operand.base == "rip" || operand.base == "eip") address += instruction.size;
    if (context.arch == Arch::kArm && operand.base == "pc") {
      address = (address + ((context.status & kThumbState) != 0 ? 4 : 8)) & ~std::uint64_t{3};
    }
  }
  // "riz" and "eiz" are encodings without an index.
  if (!operand.index.empty() && operand.index != "riz" && operand.index != "eiz") {
    const auto index = register_value(context, operand.index);
    if (!index) return std::nullopt;
    address += *index * operand.scale;
  }
  const bool is_narrow = context.arch == Arch::kX86 || context.arch == Arch::kArm;
  return is_narrow ? address & kLow32 : address;
}

}  // namespace sigla
