// SPDX-License-Identifier: Apache-2.0
// Stream 1 of a PDB: its id, and the names of the streams that have one. An owned copy.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "formats/pdb/container.h"
#include "ident/debug_id.h"

namespace sigla::pdb {

struct InfoStream {
  std::uint32_t version = 0;    // 20000404 since Visual C++ 7
  std::uint32_t signature = 0;  // a time stamp
  std::uint32_t age = 0;        // goes up with every change, also those that keep the debug id
  DebugId guid;                 // with age 0
  std::map<std::string, std::uint32_t, std::less<>> named_streams;
  bool has_names = false;  // the table of names was read
  Buffer behind_names;     // numbers that say how the file was made
  // Linked with /DEBUG:FASTLINK: symbols and lines stayed in the object files.
  bool is_fastlink = false;

  // The stream's number, or nothing.
  std::optional<std::uint32_t> find(std::string_view name) const;
};

// A name table that cannot be read leaves named_streams empty: the id is what matters.
Result<InfoStream> read_info_stream(const Container& container);

}  // namespace sigla::pdb
