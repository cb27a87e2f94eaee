// SPDX-License-Identifier: Apache-2.0
#include "formats/ppdb/sequence_points.h"

#include <limits>

namespace sigla::ppdb {
namespace {

// Lines are below 0x20000000, columns below 0x10000 (PortablePdb-Metadata.md).
constexpr std::uint32_t kLineEnd = 0x2000'0000;
constexpr std::uint32_t kColumnEnd = 0x1'0000;

}  // namespace

Result<SequencePoints> SequencePoints::open(const Metadata& pdb, std::uint32_t method) {
  if (method == 0 || method > pdb.method_count()) {
    return make_error(
        ErrorCode::kNotFound, "method {} of {}: no such row", method, pdb.method_count());
  }
  const MethodDebugInformation info = pdb.method(method);
  SIGLA_TRY_ASSIGN(const Bytes blob, pdb.blob(info.sequence_points));
  SequencePoints points(pdb, blob);
  if (blob.empty()) return points;
  points.local_signature_ = read_clr_compressed(points.reader_);
  points.document_ = info.document == 0 ? read_clr_compressed(points.reader_) : info.document;
  SIGLA_TRY(points.reader_.finish("sequence points"));
  if (points.document_ == 0 || points.document_ > points.document_count_) {
    return malformed(
        "sequence points: document {} of {}", points.document_, points.document_count_);
  }
  return points;
}

void SequencePoints::read_place(SequencePoint& point, std::uint32_t lines) {
  const std::int64_t columns = lines == 0 ? std::int64_t{read_clr_compressed(reader_)}
                                          : std::int64_t{read_clr_compressed_signed(reader_)};
  point.is_hidden = lines == 0 && columns == 0;
  if (point.is_hidden) return;
  std::int64_t line = 0;
  std::int64_t column = 0;
  if (has_place_) {
    line = std::int64_t{start_line_} + read_clr_compressed_signed(reader_);
    column = std::int64_t{start_column_} + read_clr_compressed_signed(reader_);
  } else {
    line = read_clr_compressed(reader_);
    column = read_clr_compressed(reader_);
  }
  const std::int64_t end_line = line + lines;
  const std::int64_t end_column = column + columns;
  if (line < 0 || end_line >= kLineEnd || column < 0 || column >= kColumnEnd || end_column < 0 ||
      end_column >= kColumnEnd) {
    is_out_of_range_ = true;
    reader_.fail();
    return;
  }
  has_place_ = true;
  point.start_line = start_line_ = static_cast<std::uint32_t>(line);
  point.start_column = start_column_ = static_cast<std::uint32_t>(column);
  point.end_line = static_cast<std::uint32_t>(end_line);
  point.end_column = static_cast<std::uint32_t>(end_column);
}

bool SequencePoints::next(SequencePoint& point) {
  while (!reader_.at_end()) {
    const std::uint32_t delta = read_clr_compressed(reader_);
    if (delta == 0 && !is_first_) {
      document_ = read_clr_compressed(reader_);
      if (document_ == 0 || document_ > document_count_) reader_.fail();
      continue;
    }
    if (delta > std::numeric_limits<std::int32_t>::max() - il_offset_) reader_.fail();
    is_first_ = false;
    point = SequencePoint();
    point.il_offset = il_offset_ += delta;
    point.document = document_;
    read_place(point, read_clr_compressed(reader_));
    return reader_.ok();
  }
  return false;
}

Status SequencePoints::finish() const {
  if (is_out_of_range_) return malformed("sequence points: a line or column out of range");
  return reader_.finish("sequence points");
}

Result<std::vector<SequencePoint>> read_sequence_points(const Metadata& pdb, std::uint32_t method) {
  SIGLA_TRY_ASSIGN(SequencePoints points, SequencePoints::open(pdb, method));
  std::vector<SequencePoint> all;
  SequencePoint point;
  while (points.next(point)) all.push_back(point);
  SIGLA_TRY(points.finish());
  return all;
}

Result<std::optional<SequencePoint>> find_sequence_point(const Metadata& pdb,
                                                         std::uint32_t method,
                                                         std::uint32_t il_offset) {
  SIGLA_TRY_ASSIGN(SequencePoints points, SequencePoints::open(pdb, method));
  std::optional<SequencePoint> found;
  SequencePoint point;
  while (points.next(point) && point.il_offset <= il_offset) {
    if (!point.is_hidden) found = point;
  }
  SIGLA_TRY(points.finish());
  return found;
}

}  // namespace sigla::ppdb
