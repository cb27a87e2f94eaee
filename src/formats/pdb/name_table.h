// SPDX-License-Identifier: Apache-2.0
// The named stream "/names": file names and frame programs, by offset. Owns the stream's bytes;
// thread-safe.
//
// u32 signature 0xeffeeffe, u32 version of the hash, u32 size, texts that end in NUL, hash table.
#pragma once

#include <string_view>

#include "formats/pdb/container.h"
#include "formats/pdb/info_stream.h"

namespace sigla::pdb {

class NameTable {
 public:
  // A PDB without the stream has an empty table.
  static Result<NameTable> open(const Container& container, const InfoStream& info);

  // Empty for an offset outside of the table.
  std::string_view find(std::uint32_t offset) const {
    if (offset >= texts_.size()) return {};
    const std::string_view rest = texts_.substr(offset);
    return rest.substr(0, rest.find('\0'));
  }

 private:
  StreamBytes content_;
  std::string_view texts_;
};

}  // namespace sigla::pdb
