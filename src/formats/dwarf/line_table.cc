// SPDX-License-Identifier: Apache-2.0
#include "formats/dwarf/line_table.h"

#include <algorithm>

namespace sigla::dwarf {

// The state machine of section 6.2.2, with the registers that lead to places.
class LineTable::Machine {
 public:
  Machine(LineTable& table, Bytes program, std::endian order, const CodeFilter& filter)
      : table_(table), header_(table.header_), reader_(program, order), filter_(filter) {
    for (unsigned opcode = header_.opcode_base; opcode < 256; ++opcode) {
      const unsigned adjusted = opcode - header_.opcode_base;
      const unsigned range = header_.line_range;
      operation_advances_[opcode] = static_cast<std::uint8_t>(range == 0 ? 0 : adjusted / range);
      line_advances_[opcode] =
          header_.line_base + static_cast<std::int32_t>(range == 0 ? 0 : adjusted % range);
    }
    reset();
  }

  Status run(const Limits& limits) {
    while (!reader_.at_end()) {
      const std::uint8_t opcode = reader_.u8();
      if (opcode >= header_.opcode_base) {
        advance(operation_advances_[opcode]);
        row_.line += static_cast<std::uint32_t>(line_advances_[opcode]);
        emit();
      } else if (opcode == 0) {
        extended();
      } else {
        standard(opcode);
      }
      if (table_.rows_.size() > limits.record_count_max) {
        return make_error(
            ErrorCode::kLimitExceeded, "line program: more than {} rows", limits.record_count_max);
      }
    }
    table_.rows_.resize(first_row_);  // of a sequence without an end
    return reader_.finish("line program");
  }

 private:
  void reset() {
    row_ = LineRow();
    operation_ = 0;
    is_empty_ = true;
    is_sorted_ = true;
    first_row_ = table_.rows_.size();
  }

  void advance(std::uint64_t operations) {
    if (header_.max_ops_per_inst > 1) {
      const std::uint64_t sum = operation_ + operations;
      operation_ = sum % header_.max_ops_per_inst;
      operations = sum / header_.max_ops_per_inst;
    }
    row_.address += operations * header_.min_inst_length;
  }

  // Of rows at one address the last one holds; a row at the place of the one before adds nothing.
  void emit() {
    std::vector<LineRow>& rows = table_.rows_;
    is_empty_ = false;
    if (rows.size() > first_row_) {
      LineRow& last = rows.back();
      if (last.address == row_.address) {
        last = row_;
        return;
      }
      if (row_.address < last.address) {
        is_sorted_ = false;
      } else if (last.is_same_place(row_)) {
        return;
      }
    }
    rows.push_back(row_);
  }

  void extended() {
    const std::uint64_t size = reader_.uleb128();
    ByteReader body = reader_.sub(size);
    switch (body.u8()) {
      case DW_LNE_end_sequence:
        if (!is_empty_) {
          table_.end_sequence(first_row_, row_.address, is_sorted_, filter_);
        }
        reset();
        break;
      case DW_LNE_set_address: {
        const std::size_t width = body.remaining();
        if (width == 1 || width == 2 || width == 4 || width == 8) {
          row_.address = read_unsigned(body, static_cast<std::uint32_t>(width));
          operation_ = 0;
        }
        break;
      }
      case DW_LNE_define_file:
        table_.header_.read_file(body);
        break;
      default:  // DW_LNE_set_discriminator, and a vendor's
        break;
    }
  }

  void standard(std::uint8_t opcode) {
    switch (opcode) {
      case DW_LNS_copy:
        emit();
        break;
      case DW_LNS_advance_pc:
        advance(reader_.uleb128());
        break;
      case DW_LNS_advance_line:
        row_.line += static_cast<std::uint32_t>(reader_.sleb128());
        break;
      case DW_LNS_set_file:
        row_.file = number(reader_.uleb128());
        break;
      case DW_LNS_set_column:
        row_.column = number(reader_.uleb128());
        break;
      case DW_LNS_const_add_pc:
        advance(operation_advances_[255]);
        break;
      case DW_LNS_fixed_advance_pc:
        row_.address += reader_.u16();
        operation_ = 0;
        break;
      case DW_LNS_negate_stmt:
      case DW_LNS_set_basic_block:
      case DW_LNS_set_prologue_end:
      case DW_LNS_set_epilogue_begin:
        break;
      default:  // DW_LNS_set_isa, and what later versions may bring
        for (unsigned i = 0; i < header_.opcode_lengths[opcode]; ++i) {
          static_cast<void>(reader_.uleb128());
        }
        break;
    }
  }

  // What 32 bits do not hold is no file, line or column of anybody's.
  static std::uint32_t number(std::uint64_t value) {
    return static_cast<std::uint32_t>(std::min<std::uint64_t>(value, UINT32_MAX));
  }

  LineTable& table_;
  const LineHeader& header_;
  ByteReader reader_;
  const CodeFilter& filter_;
  LineRow row_;
  std::uint64_t operation_ = 0;  // op_index
  std::size_t first_row_ = 0;
  bool is_empty_ = true;
  bool is_sorted_ = true;
  std::uint8_t operation_advances_[256] = {};
  std::int32_t line_advances_[256] = {};
};

void LineTable::clear() {
  header_.clear();
  rows_.clear();
  sequences_.clear();
}

Status LineTable::read(const Sections& sections,
                       std::uint64_t offset,
                       Encoding unit,
                       const CodeFilter& filter,
                       const Limits& limits) {
  clear();
  SIGLA_TRY_ASSIGN(const Bytes program, header_.read(sections, offset, unit, limits));
  Machine machine(*this, program, sections.order, filter);
  Status status = machine.run(limits);
  sort_sequences();
  return status;
}

void LineTable::end_sequence(std::size_t first_row,
                             std::uint64_t high,
                             bool is_sorted,
                             const CodeFilter& filter) {
  const auto first = rows_.begin() + static_cast<std::ptrdiff_t>(first_row);
  if (!is_sorted) {
    std::stable_sort(first, rows_.end(), [](const LineRow& a, const LineRow& b) {
      return a.address < b.address;
    });
    keep_last_of_each_address(first_row);
  }
  const std::uint64_t low = first->address;
  if (low >= high || !filter.holds(low, header_.encoding().address_size)) {
    rows_.resize(first_row);
    return;
  }
  sequences_.push_back({low, high, first_row, rows_.size() - first_row});
}

void LineTable::keep_last_of_each_address(std::size_t first_row) {
  std::size_t kept = first_row;
  for (std::size_t i = first_row; i < rows_.size(); ++i) {
    if (i + 1 < rows_.size() && rows_[i + 1].address == rows_[i].address) continue;
    rows_[kept++] = rows_[i];
  }
  rows_.resize(kept);
}

void LineTable::sort_sequences() {
  const auto by_high = [](const LineSequence& a, const LineSequence& b) { return a.high < b.high; };
  if (!std::is_sorted(sequences_.begin(), sequences_.end(), by_high)) {
    std::stable_sort(sequences_.begin(), sequences_.end(), by_high);
  }
  std::uint64_t high = 0;
  for (LineSequence& sequence : sequences_) {
    sequence.low = std::max(sequence.low, high);
    high = std::max(high, sequence.high);
  }
  std::erase_if(sequences_, [](const LineSequence& s) { return s.low >= s.high; });
}

void LineTable::append(std::uint64_t low, std::uint64_t high, std::vector<LineRow>& out) const {
  auto sequence = std::upper_bound(
      sequences_.begin(), sequences_.end(), low, [](std::uint64_t wanted, const LineSequence& s) {
        return wanted < s.high;
      });
  for (; sequence != sequences_.end() && sequence->low < high; ++sequence) {
    const std::uint64_t from = std::max(low, sequence->low);
    const std::uint64_t to = std::min(high, sequence->high);
    const auto first = rows_.begin() + static_cast<std::ptrdiff_t>(sequence->first_row);
    const auto last = first + static_cast<std::ptrdiff_t>(sequence->row_count);
    // The last row that begins at or before `from`.
    auto row = std::upper_bound(first, last, from, [](std::uint64_t wanted, const LineRow& r) {
      return wanted < r.address;
    });
    if (row != first) --row;
    const std::size_t begin = out.size();
    for (; row != last && row->address < to; ++row) out.push_back(*row);
    if (out.size() > begin) out[begin].address = std::max(out[begin].address, from);
    if (sequence->high < high) out.push_back({sequence->high, LineRow::kNoFile, 0, 0});
  }
}

}  // namespace sigla::dwarf
