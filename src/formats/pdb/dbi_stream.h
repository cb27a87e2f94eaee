// SPDX-License-Identifier: Apache-2.0
// Stream 3 of a PDB (DBI, "debug information"): header, modules, where their code went, and the
// streams that copy parts of the image's debug data. Owns the stream's bytes.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "formats/pdb/container.h"

namespace sigla::pdb {

inline constexpr std::uint16_t kNoStream = 0xffff;

// A compiland: an object file, or one type of managed code.
struct Module {
  std::string name;         // "C:\\b\\crash.obj", "* Linker *"
  std::string object_file;  // the library it came from, or the same
  std::uint16_t stream = kNoStream;
  std::uint32_t symbols_size = 0;
  std::uint32_t c11_lines_size = 0;
  std::uint32_t c13_lines_size = 0;
};

// Slots of the optional debug header.
enum DebugHeader : std::size_t {
  kFpo = 0,
  kException = 1,
  kFixup = 2,
  kOmapToSource = 3,
  kOmapFromSource = 4,
  kSectionHeaders = 5,
  kTokenRidMap = 6,
  kXdata = 7,
  kPdata = 8,
  kNewFpo = 9,
  kOriginalSectionHeaders = 10,
  kDebugHeaderCount = 11,
};

struct DbiStream {
  std::uint32_t version = 0;  // 19990903 since Visual C++ 7
  std::uint32_t age = 0;      // the age in the image's CodeView entry
  std::uint16_t machine = 0;  // as in a PE; 0xc0ee for managed code
  std::uint16_t flags = 0;
  std::uint16_t symbol_records_stream = kNoStream;
  std::vector<Module> modules;
  std::array<std::uint16_t, kDebugHeaderCount> debug_streams{};
  StreamBytes content;
  Bytes section_contributions;  // SectionContributions

  bool is_stripped() const { return (flags & 2U) != 0; }  // of private symbols and lines
};

// Nothing when there is no DBI stream (a type server's PDB) or it is of the format before version
// 19990903, which has no age. kMalformed when its modules cannot be read.
Result<std::optional<DbiStream>> read_dbi_stream(const Container& container, const Limits& limits);

}  // namespace sigla::pdb
