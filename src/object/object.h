// SPDX-License-Identifier: Apache-2.0
// Recognises any file by its content and says what is in it.
//
//   SIGLA_TRY_ASSIGN(const auto objects, identify(bytes, "crash.pdb", limits));
//   for (const Object& object : objects) use(object.identity.debug_id);
//
// The name is used only to fill Identity::name where the file does not carry one, never to decide.
// Runs in a sandboxed worker: parsing is bounded by Limits and needs nothing but the bytes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/diagnostics.h"
#include "base/limits.h"
#include "ident/identity.h"

namespace sigla {

struct EmbeddedSource {
  std::string path;
  std::uint64_t size = 0;
};

// A source file that debug information of .NET was made of.
struct SourceDocument {
  std::string path;
  std::string language;        // "C#", "VB", "F#", or its GUID; empty when it is not said
  std::string hash_algorithm;  // "SHA256", "SHA1", or its GUID
  std::string hash;            // lower-case hexadecimal; empty when there is none
  bool is_embedded = false;
};

// What a program says of the content of its PDB.
struct PdbChecksum {
  std::string algorithm;         // "SHA256"
  std::string digest;            // lower-case hexadecimal
  std::optional<bool> is_right;  // nothing: the PDB lies elsewhere, or nobody knows the algorithm
};

// One identified slice of a file: a fat Mach-O has several, a PE with an embedded Portable PDB two
// (the second with identity.is_embedded; its bytes are unpacked by embedded_pdb(), below; ingest/
// makes a file of them).
struct Object {
  Identity identity;
  std::uint64_t offset = 0;  // of the slice in the (decompressed) file; 0 for an embedded object
  std::uint64_t size = 0;
  std::vector<EmbeddedSource> embedded_sources;
  std::vector<SourceDocument> documents;
  std::vector<PdbChecksum> pdb_checksums;
  std::string source_link;  // JSON text; empty when there is none
};

// The compressed forms a single file may come in; containers of many files are archives.
enum class Wrapping { kNone, kGzip, kZstd, kXz, kBzip2, kLz4, kCab };
Wrapping sniff_wrapping(Bytes file);

// The format by magic and the checks that tell look-alikes apart (a Java class from a fat Mach-O);
// kUnknown when nothing fits. Reads only the start of the file; cheap enough for every archive
// entry.
Format sniff_format(Bytes file);

// What identify() and thus the refusal of an upload says of a file that is nothing of ours.
inline constexpr std::string_view kNoKnownFormat = "the content is of no format we know";

// Error kUnsupported (kNoKnownFormat) when the content is no format we know, kMalformed (naming
// format, structure and offset) when it claims to be one and is damaged. Never returns an empty
// list. Requires: `file` is unwrapped already.
Result<std::vector<Object>> identify(Bytes file, std::string_view file_name, const Limits& limits);

// The Portable PDB inside a PE, unpacked; kNotFound for any other file.
Result<Buffer> embedded_pdb(Bytes file, const Limits& limits);

}  // namespace sigla
