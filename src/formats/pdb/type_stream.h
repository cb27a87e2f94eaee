// SPDX-License-Identifier: Apache-2.0
// Streams 2 (TPI, types) and 4 (IPI, ids of functions, strings and build commands) of a PDB: type
// records by index. Indexes below 0x1000 are built-in types. Owns the stream's bytes; immutable and
// thread-safe after open().
//
// Header (microsoft-pdb, tpi.h, version 20040203): version, header size, first and last index,
// size of the records; the rest describes hash tables, which are not needed here.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "formats/pdb/container.h"

namespace sigla::pdb {

inline constexpr std::uint32_t kFirstTypeIndex = 0x1000;

struct TypeRecord {
  std::uint16_t kind = 0;
  Bytes data;  // behind the kind
};

class TypeStream {
 public:
  TypeStream() = default;
  static Result<TypeStream> open(StreamBytes content);
  // A stream that does not exist is one without records.
  static Result<TypeStream> open(const Container& container, std::uint32_t stream);

  std::uint32_t first_index() const { return first_index_; }
  std::uint32_t end_index() const {
    return first_index_ + static_cast<std::uint32_t>(offsets_.size());
  }
  // Nothing when there is no such record.
  std::optional<TypeRecord> find(std::uint32_t index) const;

 private:
  StreamBytes content_;
  Bytes records_;
  std::uint32_t first_index_ = kFirstTypeIndex;
  std::vector<std::uint32_t> offsets_;  // in records_, each of a record that lies inside
};

}  // namespace sigla::pdb
