// SPDX-License-Identifier: Apache-2.0
// The sequence points of a method (PortablePdb-Metadata.md, "Sequence Points Blob"): which IL
// offset stands at which place of which document.
//
//   blob  ::= LocalSignature InitialDocument? record*
//   record: δIL ΔLines ΔColumns δStartLine δStartColumn     a place
//           δIL 0 0                                         hidden: code that no source line made
//           0 document                                      the records that follow are of it
//
// IL offsets ascend and are counted from the beginning of the method's code.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "formats/ppdb/metadata.h"

namespace sigla::ppdb {

struct SequencePoint {
  std::uint32_t il_offset = 0;
  std::uint32_t document = 0;  // row, in range
  bool is_hidden = false;      // then there is no place
  std::uint32_t start_line = 0;
  std::uint32_t start_column = 0;
  std::uint32_t end_line = 0;
  std::uint32_t end_column = 0;
};

// Reads them one after the other.
class SequencePoints {
 public:
  // `method` is a row; one that the PDB does not have is kNotFound. A method without debug
  // information has no points.
  static Result<SequencePoints> open(const Metadata& pdb, std::uint32_t method);

  // Row of StandAloneSig with the types of the locals; 0 when there are none.
  std::uint32_t local_signature() const { return local_signature_; }

  // False at the end, and where the blob is damaged; finish() says which.
  bool next(SequencePoint& point);
  Status finish() const;

 private:
  explicit SequencePoints(const Metadata& pdb, Bytes blob)
      : document_count_(pdb.row_count(ClrTable::kDocument)), reader_(blob) {}
  void read_place(SequencePoint& point, std::uint32_t lines);

  std::uint32_t document_count_;
  ByteReader reader_;
  std::uint32_t local_signature_ = 0;
  std::uint32_t document_ = 0;
  std::uint32_t il_offset_ = 0;
  std::uint32_t start_line_ = 0;
  std::uint32_t start_column_ = 0;
  bool is_first_ = true;
  bool has_place_ = false;
  bool is_out_of_range_ = false;
};

Result<std::vector<SequencePoint>> read_sequence_points(const Metadata& pdb, std::uint32_t method);

// The place of an IL offset: the last point at or before it that is not hidden when the one that
// covers the offset is. Nothing for a method without points.
Result<std::optional<SequencePoint>> find_sequence_point(const Metadata& pdb,
                                                         std::uint32_t method,
                                                         std::uint32_t il_offset);

}  // namespace sigla::ppdb
