// SPDX-License-Identifier: Apache-2.0
// A Portable PDB read to the end: tables, documents, every embedded source.
#include <cstddef>
#include <cstdint>

#include "formats/ppdb/dump.h"
#include "formats/ppdb/identity.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace ppdb = sigla::ppdb;
  sigla::Limits limits;
  limits.embedded_source_size_max = 1U << 20;
  const sigla::Bytes file(data, size);
  const auto metadata = ppdb::Metadata::open(file, limits);
  const auto identified = ppdb::identify_ppdb(file, "a.pdb", limits);
  SIGLA_CHECK(metadata.has_value() == identified.has_value());
  if (!metadata.has_value()) return 0;
  SIGLA_CHECK(!ppdb::dump(metadata.value(), limits).empty());
  for (const ppdb::EmbeddedFile& source : identified.value().sources.embedded) {
    const auto text = ppdb::read_embedded_file(source, limits);
    if (text.has_value()) SIGLA_CHECK(text.value().size() == source.size);
  }
  return 0;
}
