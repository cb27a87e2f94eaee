// SPDX-License-Identifier: Apache-2.0
#include "symcache/packed_functions.h"

#include <algorithm>

#include "symcache/varint.h"

namespace sigla::symcache {

void PackedFunctions::add_function(std::uint32_t name,
                                   std::uint32_t info,
                                   std::span<const InlinedCall> calls) {
  functions_.push_back({name, info, bytes_.size(), static_cast<std::uint32_t>(calls.size())});
  for (std::uint32_t i = 0; i < calls.size(); ++i) {
    const InlinedCall& call = calls[i];
    // Distance back; 0: the function itself.
    append_varint(bytes_, call.parent < i ? i - call.parent : 0);
    append_varint(bytes_, call.name);
    append_varint(bytes_, call.call_file + 1);  // kNoFile + 1 is 0
    append_varint(bytes_, call.call_line);
    append_varint(bytes_, call.call_column);
    if (call.call_column != 0) has_columns_ = true;
  }
}

void PackedFunctions::unpack_calls(const Function& function,
                                   std::vector<InlinedCall>& calls) const {
  VarintReader reader(Bytes(bytes_).subspan(function.calls));
  calls.clear();
  for (std::uint32_t i = 0; i < function.call_count; ++i) {
    InlinedCall call;
    const std::uint32_t distance = reader.next32();
    call.parent = distance == 0 ? FunctionTree::kFunctionItself : i - distance;
    call.name = reader.next32();
    call.call_file = reader.next32() - 1;
    call.call_line = reader.next32();
    call.call_column = reader.next32();
    calls.push_back(call);
  }
}

void PackedFunctions::add_piece(const CodeRange& range, std::span<const Row> rows) {
  pieces_.push_back({range.low,
                     range.high,
                     bytes_.size(),
                     static_cast<std::uint32_t>(rows.size()),
                     static_cast<std::uint32_t>(functions_.size() - 1)});
  Row previous;
  previous.address = range.low;
  for (const Row& row : rows) {
    append_varint(bytes_, row.address - previous.address);
    append_varint(bytes_, change(previous.scope, row.scope));
    append_varint(bytes_, row.file);
    if (row.file != 0) {
      append_varint(bytes_, change(previous.line, row.line));
      // Zigzag: a line record may begin before the function that it is listed under.
      append_varint(bytes_, zigzag(static_cast<std::int64_t>(row.address - row.line_address)));
      append_varint(bytes_, row.column);
      if (row.column != 0) has_columns_ = true;
    }
    previous = row;
  }
}

void PackedFunctions::unpack_rows(const Piece& piece,
                                  const CodeRange& part,
                                  std::vector<Row>& rows) const {
  VarintReader reader(Bytes(bytes_).subspan(piece.rows));
  rows.clear();
  Row row;
  row.address = piece.low;
  for (std::uint32_t i = 0; i < piece.row_count; ++i) {
    row.address += reader.next();
    if (row.address >= part.high) break;
    row.scope = apply_change(row.scope, reader.next());
    row.file = reader.next32();
    if (row.file == 0) {
      row.line = row.column = 0;
    } else {
      row.line = apply_change(row.line, reader.next());
      row.line_address = row.address - static_cast<std::uint64_t>(unzigzag(reader.next()));
      row.column = reader.next32();
    }
    if (row.address <= part.low) rows.clear();
    rows.push_back(row);
  }
  rows.front().address = std::max(rows.front().address, part.low);
}

}  // namespace sigla::symcache
