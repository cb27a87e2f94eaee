// SPDX-License-Identifier: Apache-2.0
// Source files and source servers a Windows PDB carries in named streams:
//
//   srcsrv                 text of a source server (Microsoft, "Source Server")
//   sourcelink             Source Link JSON
//   /src/files/<path>      a managed document: four GUIDs, two sizes, checksum, source (the blob
//   form
//                          of a Portable PDB's EmbeddedSource)
//   /src/headerblock       native files ("/d1InjectedSources", natvis): their index
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "formats/pdb/container.h"
#include "formats/pdb/info_stream.h"

namespace sigla::pdb {

struct EmbeddedFile {
  std::string path;
  std::uint64_t size = 0;  // unpacked
};

struct Sources {
  std::string source_link;  // JSON, empty when there is none
  bool has_srcsrv = false;
  std::vector<EmbeddedFile> embedded;

  bool any() const { return !source_link.empty() || has_srcsrv || !embedded.empty(); }
};

// Streams that cannot be read count as absent.
Sources read_sources(const Container& container, const InfoStream& info, const Limits& limits);

}  // namespace sigla::pdb
