// SPDX-License-Identifier: Apache-2.0
// The documents of a Portable PDB (PortablePdb-Metadata.md, "Document Table: 0x30"): the source
// files that its methods were compiled from, each with the checksum the compiler saw.
//
//   name blob ::= separator part+     part: compressed index of a UTF-8 blob; 0 is the empty one
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "formats/ppdb/metadata.h"

namespace sigla::ppdb {

// GUIDs in written order, lower case, without dashes.
inline constexpr std::string_view kSha1 = "ff1816ecaa5e4d1087f76f4963833460";
inline constexpr std::string_view kSha256 = "8829d00f11b84213878b770e8597ac16";
inline constexpr std::string_view kSha384 = "d99cfeb18c43444a8a6cb61269d2a0bf";
inline constexpr std::string_view kSha512 = "ef2d1afc655046d6b14bd70afe9a5566";
inline constexpr std::string_view kMd5 = "406ea660644f4c9fba59aeec0a8a8a6d";

struct DocumentInfo {
  std::string path;
  std::string hash_algorithm;  // a GUID as above; empty when the document has none
  Bytes hash;
  std::string language;  // a GUID; empty when the document has none
};

// Requires: 1 <= row <= row_count(kDocument). kMalformed for a row whose parts cannot be read.
Result<DocumentInfo> read_document(const Metadata& pdb, std::uint32_t row, const Limits& limits);

// Its path alone.
Result<std::string> document_name(const Metadata& pdb,
                                  const Document& document,
                                  const Limits& limits);

// "SHA1", "SHA256", ...; "C#", "VB", "F#", ...; the GUID itself when nobody named it.
std::string_view hash_algorithm_name(std::string_view guid);
std::string_view language_name(std::string_view guid);

// The GUID at an index of the #GUID heap; empty for index 0.
Result<std::string> guid_text(const Metadata& pdb, std::uint32_t index);

}  // namespace sigla::ppdb
