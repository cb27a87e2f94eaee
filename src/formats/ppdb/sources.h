// SPDX-License-Identifier: Apache-2.0
// The sources of a Portable PDB: which of its documents it carries, and its Source Link map
// (PortablePdb-Metadata.md, "Embedded Source", "Source Link").
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/diagnostics.h"
#include "formats/ppdb/metadata.h"

namespace sigla::ppdb {

struct EmbeddedFile {
  std::string path;
  std::uint32_t document = 0;  // row
  std::uint64_t size = 0;      // unpacked
  Bytes packed;                // DEFLATE data, or the source itself when is_packed is false
  bool is_packed = false;
};

struct Sources {
  std::vector<EmbeddedFile> embedded;  // in the order of the CustomDebugInformation table
  std::string source_link;             // JSON, empty when there is none

  bool any() const { return !embedded.empty() || !source_link.empty(); }
};

// Damaged rows are skipped and reported.
Sources read_sources(const Metadata& metadata, const Limits& limits, Diagnostics& diagnostics);

// The source itself; kMalformed when its unpacked size is not the one promised.
Result<Buffer> read_embedded_file(const EmbeddedFile& file, const Limits& limits);

}  // namespace sigla::ppdb
