// SPDX-License-Identifier: Apache-2.0
#include "formats/dwarf/cfi_program.h"

#include <algorithm>

namespace sigla::dwarf {

using Kind = CfiRule::Kind;

namespace {

bool says_cfa(std::uint8_t opcode) {
  return (opcode >= DW_CFA_def_cfa && opcode <= DW_CFA_def_cfa_expression) ||
         opcode == DW_CFA_def_cfa_sf || opcode == DW_CFA_def_cfa_offset_sf;
}

}  // namespace

CfiRule CfiRow::rule_of(std::uint32_t reg) const {
  for (const auto& [number, rule] : registers) {
    if (number == reg) return rule;
  }
  return {};
}

void CfiRow::set(std::uint32_t reg, const CfiRule& rule) {
  for (auto& [number, its_rule] : registers) {
    if (number != reg) continue;
    its_rule = rule;
    return;
  }
  registers.emplace_back(reg, rule);
}

void CfiRow::remove(std::uint32_t reg) {
  std::erase_if(registers, [reg](const auto& entry) { return entry.first == reg; });
}

Status CfiProgram::run_initial(ByteReader instructions, CfiRow& row) {
  while (!instructions.at_end()) {
    SIGLA_TRY(take(instructions));
  }
  row = std::move(row_);
  return {};
}

Status CfiProgram::run(ByteReader instructions,
                       const CfiEntry& entry,
                       const CfiRow& initial,
                       CfiVisitor& visitor) {
  row_ = initial;
  initial_ = &initial;
  visitor_ = &visitor;
  address_ = entry.address;
  end_ = entry.address + entry.size;
  while (!instructions.at_end() && !is_past_end_) {
    Status status = take(instructions);
    if (status.has_value()) continue;
    visitor.on_row(address_, CfiRow());  // what follows is not known
    return status;
  }
  if (!is_past_end_) visitor.on_row(address_, row_);
  return {};
}

// Rows are handed out when the next one begins: then it is known what the instructions left.
Status CfiProgram::advance_to(std::uint64_t address) {
  if (visitor_ == nullptr) return malformed("CIE: instruction that moves on");
  if (address == address_) return {};
  if (address < address_ || address - address_ > end_ - address_) {
    return malformed("FDE: row at {:#x} lies outside its range", address);
  }
  visitor_->on_row(address_, row_);
  is_past_end_ = address == end_;  // assemblers do let a last row begin there; it covers nothing
  address_ = address;
  return {};
}

Status CfiProgram::set(std::uint64_t reg, const CfiRule& rule) {
  if (reg > UINT16_MAX) return malformed("call frame instruction: register {}", reg);
  if (row_.registers.size() >= limits_.cfi_rule_count_max) {
    return make_error(ErrorCode::kLimitExceeded,
                      "call frame instruction: more than {} rules",
                      limits_.cfi_rule_count_max);
  }
  row_.set(static_cast<std::uint32_t>(reg), rule);
  return {};
}

Status CfiProgram::restore(std::uint64_t reg) {
  const auto number = static_cast<std::uint32_t>(std::min<std::uint64_t>(reg, UINT32_MAX));
  const CfiRule rule = initial_ == nullptr ? CfiRule() : initial_->rule_of(number);
  if (rule.kind != Kind::kUnspecified) return set(reg, rule);
  row_.remove(number);
  return {};
}

Status CfiProgram::restore_state() {
  if (states_.empty()) return malformed("DW_CFA_restore_state without a state");
  row_ = std::move(states_.back());
  states_.pop_back();
  return {};
}

Status CfiProgram::take(ByteReader& reader) {
  const std::uint8_t opcode = reader.u8();
  const std::uint8_t low = opcode & 0x3f;
  Status status;
  switch (opcode & 0xc0) {
    case DW_CFA_advance_loc:
      return advance_to(address_ + low * factors_.code);
    case DW_CFA_offset: {
      const CfiRule rule{.kind = Kind::kOffset, .offset = factored(reader.uleb128())};
      SIGLA_TRY(reader.finish("call frame instruction"));
      return set(low, rule);
    }
    case DW_CFA_restore:
      return restore(low);
    default:
      status = says_cfa(opcode) ? take_cfa(opcode, reader) : take_extended(opcode, reader);
  }
  SIGLA_TRY(reader.finish("call frame instruction"));
  return status;
}

Status CfiProgram::take_cfa(std::uint8_t opcode, ByteReader& reader) {
  CfiRule& cfa = row_.cfa;
  if (opcode == DW_CFA_def_cfa_expression) {
    cfa = {.kind = Kind::kExpression, .expression = reader.bytes(reader.uleb128())};
    return {};
  }
  const bool has_register =
      opcode == DW_CFA_def_cfa || opcode == DW_CFA_def_cfa_sf || opcode == DW_CFA_def_cfa_register;
  if (opcode == DW_CFA_def_cfa || opcode == DW_CFA_def_cfa_sf) {
    cfa = {.kind = Kind::kRegister};
  } else if (cfa.kind != Kind::kRegister) {
    return malformed("call frame instruction {:#x} without a CFA register", opcode);
  }
  if (has_register) {
    const std::uint64_t reg = reader.uleb128();
    if (reg > UINT16_MAX) return malformed("call frame instruction: register {}", reg);
    cfa.reg = static_cast<std::uint32_t>(reg);
  }
  if (opcode == DW_CFA_def_cfa || opcode == DW_CFA_def_cfa_offset) {
    cfa.offset = static_cast<std::int64_t>(reader.uleb128());
  } else if (opcode != DW_CFA_def_cfa_register) {
    cfa.offset = factored(static_cast<std::uint64_t>(reader.sleb128()));
  }
  return {};
}

Status CfiProgram::take_extended(std::uint8_t opcode, ByteReader& reader) {
  switch (opcode) {
    case DW_CFA_nop:
    case DW_CFA_AARCH64_negate_ra_state:  // who walks a stack strips every return address
    case DW_CFA_AARCH64_negate_ra_state_with_pc:
      return {};
    case DW_CFA_GNU_args_size:
      static_cast<void>(reader.uleb128());
      return {};
    case DW_CFA_set_loc: {
      const auto address = read_eh_pointer(reader, factors_.address_encoding, bases_);
      if (!address) return malformed("DW_CFA_set_loc: pointer encoding");
      return advance_to(*address);
    }
    case DW_CFA_advance_loc1:
      return advance_to(address_ + reader.u8() * factors_.code);
    case DW_CFA_advance_loc2:
      return advance_to(address_ + reader.u16() * factors_.code);
    case DW_CFA_advance_loc4:
      return advance_to(address_ + reader.u32() * factors_.code);
    case DW_CFA_MIPS_advance_loc8:
      return advance_to(address_ + reader.u64() * factors_.code);
    case DW_CFA_remember_state:
      if (states_.size() >= kStateDepthMax) {
        return make_error(ErrorCode::kLimitExceeded,
                          "DW_CFA_remember_state: more than {} states",
                          kStateDepthMax);
      }
      states_.push_back(row_);
      return {};
    case DW_CFA_restore_state:
      return restore_state();
    default:
      break;
  }
  if (opcode > DW_CFA_val_expression && opcode != DW_CFA_GNU_negative_offset_extended) {
    return make_error(ErrorCode::kUnsupported, "call frame instruction {:#x}", opcode);
  }
  const std::uint64_t reg = reader.uleb128();
  switch (opcode) {
    case DW_CFA_offset_extended:
      return set(reg, {.kind = Kind::kOffset, .offset = factored(reader.uleb128())});
    case DW_CFA_offset_extended_sf:
      return set(reg,
                 {.kind = Kind::kOffset,
                  .offset = factored(static_cast<std::uint64_t>(reader.sleb128()))});
    case DW_CFA_GNU_negative_offset_extended:
      return set(reg, {.kind = Kind::kOffset, .offset = factored(0 - reader.uleb128())});
    case DW_CFA_val_offset:
      return set(reg, {.kind = Kind::kValOffset, .offset = factored(reader.uleb128())});
    case DW_CFA_val_offset_sf:
      return set(reg,
                 {.kind = Kind::kValOffset,
                  .offset = factored(static_cast<std::uint64_t>(reader.sleb128()))});
    case DW_CFA_undefined:
      return set(reg, {.kind = Kind::kUndefined});
    case DW_CFA_same_value:
      return set(reg, {.kind = Kind::kSameValue});
    case DW_CFA_restore_extended:
      return restore(reg);
    case DW_CFA_register: {
      const std::uint64_t from = reader.uleb128();
      if (from > UINT16_MAX) return malformed("DW_CFA_register: register {}", from);
      return set(reg, {.kind = Kind::kRegister, .reg = static_cast<std::uint32_t>(from)});
    }
    case DW_CFA_expression:
      return set(reg, {.kind = Kind::kExpression, .expression = reader.bytes(reader.uleb128())});
    case DW_CFA_val_expression:
      return set(reg, {.kind = Kind::kValExpression, .expression = reader.bytes(reader.uleb128())});
    default:
      return make_error(ErrorCode::kUnsupported, "call frame instruction {:#x}", opcode);
  }
}

}  // namespace sigla::dwarf
