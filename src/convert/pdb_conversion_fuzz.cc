// SPDX-License-Identifier: Apache-2.0
// A PDB converted to the other format: u32 size of an assembly, the assembly, the PDB. What comes
// out can be read, and is the same every time.
#include <cstddef>
#include <cstdint>

#include "base/byte_reader.h"
#include "convert/pdb_conversion_job.h"
#include "formats/pdb/managed_reader.h"
#include "formats/ppdb/metadata.h"
#include "formats/ppdb/sequence_points.h"

namespace {

void check_portable(sigla::Bytes file, const sigla::Limits& limits) {
  namespace ppdb = sigla::ppdb;
  const auto pdb = ppdb::Metadata::open(file, limits);
  SIGLA_CHECK(pdb.has_value());
  for (std::uint32_t row = 1; row <= pdb->method_count(); ++row) {
    SIGLA_CHECK(ppdb::read_sequence_points(*pdb, row).has_value());
  }
}

void check_windows(sigla::Bytes file, const sigla::Limits& limits) {
  sigla::Diagnostics diagnostics;
  SIGLA_CHECK(sigla::pdb::read_managed_pdb(file, limits, diagnostics).has_value());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const sigla::Limits limits;
  sigla::ByteReader reader(sigla::Bytes(data, size));
  const std::uint32_t assembly_size = reader.u32();
  const sigla::Bytes assembly = reader.bytes(assembly_size);
  const sigla::Bytes pdb = reader.rest();
  for (const auto to : {sigla::PdbFormat::kWindows, sigla::PdbFormat::kPortable}) {
    sigla::ConversionLog log;
    const auto converted = sigla::convert_pdb(assembly, pdb, to, {}, limits, log);
    if (!converted.has_value()) continue;
    sigla::ConversionLog again_log;
    const auto again = sigla::convert_pdb(assembly, pdb, to, {}, limits, again_log);
    SIGLA_CHECK(again.has_value() && *again == *converted);
    SIGLA_CHECK(again_log.warnings() == log.warnings());
    to == sigla::PdbFormat::kWindows ? check_windows(*converted, limits)
                                     : check_portable(*converted, limits);
  }
  return 0;
}
