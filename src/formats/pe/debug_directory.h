// SPDX-License-Identifier: Apache-2.0
// The debug directory of a PE (PE/COFF specification, ".debug"; .NET's PE-COFF.md): which PDBs an
// image wants, which it carries, and their checksums.
//
//   type 2   CodeView: "RSDS", GUID, age, path; or "NB10", offset, time stamp, age, path
//   type 17  Portable PDB inside the image: "MPDB", unpacked size, DEFLATE data
//   type 19  PDB checksum: algorithm name, NUL, digest
//   type 21  R2R perf map: "R2RM", signature, version, path
//
// A damaged entry is skipped: one bad entry of a packer hides no other.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "formats/pe/image.h"
#include "ident/identity.h"

namespace sigla::pe {

struct DebugEntry {
  std::uint32_t type = 0;
  std::uint32_t time_date_stamp = 0;
  std::uint16_t major_version = 0;
  std::uint16_t minor_version = 0;
  Bytes data;  // empty when it lies outside the image
};

struct CodeView {
  PdbReference pdb;         // with the age of the record, which is 1 for a Portable PDB
  std::uint32_t stamp = 0;  // of the directory entry: bytes 16 to 19 of a Portable PDB's id
  bool is_nb10 = false;     // PDB 2.0: the GUID is its time stamp and zeros
};

struct PdbChecksum {
  std::string algorithm;  // "SHA256"
  std::string digest;     // hexadecimal
};

struct DebugDirectory {
  std::vector<DebugEntry> entries;
  std::vector<CodeView> code_views;  // in the order of the entries
  std::vector<Identity::PerfMapReference> perfmaps;
  std::vector<PdbChecksum> checksums;
  std::optional<Bytes> embedded_pdb;  // the data of the type 17 entry
};

// An image without a debug directory, or with one that cannot be read, has none.
DebugDirectory read_debug_directory(const Image& image);

// Unpacks the Portable PDB. Requires: directory.embedded_pdb.
Result<Buffer> unpack_embedded_pdb(const DebugDirectory& directory, const Limits& limits);

}  // namespace sigla::pe
