// SPDX-License-Identifier: Apache-2.0
#include "formats/pdb/inline_annotations.h"

#include "formats/pdb/raw.h"

namespace sigla::pdb {
namespace {

std::uint32_t signed_operand(std::uint32_t value) {
  const std::uint32_t magnitude = value >> 1U;
  return (value & 1U) != 0 ? 0U - magnitude : magnitude;
}

}  // namespace

// CVUncompressData.
bool InlineAnnotations::number(std::uint32_t& value) {
  if (rest_.empty()) return false;
  const std::uint32_t first = rest_[0];
  if ((first & 0x80U) == 0) {
    value = first;
    rest_ = rest_.subspan(1);
    return true;
  }
  if ((first & 0xc0U) == 0x80) {
    if (rest_.size() < 2) return false;
    value = ((first & 0x3fU) << 8U) | rest_[1];
    rest_ = rest_.subspan(2);
    return true;
  }
  if ((first & 0xe0U) != 0xc0 || rest_.size() < 4) return false;
  value = ((first & 0x1fU) << 24U) | (std::uint32_t{rest_[1]} << 16U) |
          (std::uint32_t{rest_[2]} << 8U) | rest_[3];
  rest_ = rest_.subspan(4);
  return true;
}

bool InlineAnnotations::end_row(std::uint32_t size, InlineRow& row) {
  if (!is_pending_) return false;
  is_pending_ = false;
  pending_.size = size;
  row = pending_;
  return size != 0;
}

bool InlineAnnotations::begin_row(InlineRow& row) {
  const bool follows = next_.chunk == pending_.chunk && next_.offset > pending_.offset;
  const bool has_row = end_row(follows ? next_.offset - pending_.offset : 0, row);
  pending_ = next_;
  pending_.line = line_;
  is_pending_ = true;
  return has_row;
}

// One opcode. Sums wrap: what they lead to is compared with the function's bounds by the reader.
bool InlineAnnotations::step(InlineRow& row, bool& has_row) {
  std::uint32_t opcode = 0;
  std::uint32_t a = 0;
  if (!number(opcode) || opcode == BA_OP_Invalid || !number(a)) return false;
  switch (opcode) {
    case BA_OP_CodeOffset:
      next_.offset = a;
      return true;
    case BA_OP_ChangeCodeOffsetBase:
      next_.chunk = a;
      next_.offset = 0;
      return true;
    case BA_OP_ChangeCodeOffset:
      next_.offset += a;
      has_row = begin_row(row);
      return true;
    case BA_OP_ChangeCodeLength:
      has_row = end_row(a, row);
      next_.offset += a;
      return true;
    case BA_OP_ChangeFile:
      next_.file = a;
      return true;
    case BA_OP_ChangeLineOffset:
      line_ += signed_operand(a);
      return true;
    case BA_OP_ChangeColumnStart:
      next_.column = a;
      return true;
    case BA_OP_ChangeLineEndDelta:
    case BA_OP_ChangeRangeKind:
    case BA_OP_ChangeColumnEndDelta:
    case BA_OP_ChangeColumnEnd:
      return true;
    case BA_OP_ChangeCodeOffsetAndLineOffset:
      line_ += signed_operand(a >> 4U);
      next_.offset += a & 0xfU;
      has_row = begin_row(row);
      return true;
    case BA_OP_ChangeCodeLengthAndCodeOffset: {
      std::uint32_t delta = 0;
      if (!number(delta)) return false;
      next_.offset += delta;
      has_row = begin_row(row);
      pending_.size = a;
      return true;
    }
    default:
      return false;
  }
}

bool InlineAnnotations::next(InlineRow& row) {
  while (true) {
    // A row of known length waits for nothing.
    if (is_pending_ && pending_.size != 0) {
      end_row(pending_.size, row);
      return true;
    }
    bool has_row = false;
    if (!step(row, has_row)) return false;
    if (has_row) return true;
  }
}

}  // namespace sigla::pdb
