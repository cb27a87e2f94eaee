// SPDX-License-Identifier: Apache-2.0
// A PDB read as one of managed code. What was read can be written, unless it has no place there,
// and comes back: the second time it is written nothing changes any more.
#include <cstddef>
#include <cstdint>

#include "formats/pdb/managed_debug_info.h"
#include "formats/pdb/managed_reader.h"
#include "formats/pdb/managed_writer.h"

namespace {

namespace pdb = sigla::pdb;

void read_debug_info(const pdb::ManagedMethod& method) {
  const auto records = pdb::read_managed_info(method.debug_info);
  if (!records.has_value()) return;
  for (const pdb::ManagedInfoRecord& record : *records) {
    static_cast<void>(pdb::read_using_counts(record.data));
    static_cast<void>(pdb::read_forward(record.data));
    static_cast<void>(pdb::read_hoisted_scopes(record.data));
    static_cast<void>(pdb::read_state_machine_type(record.data));
    static_cast<void>(pdb::read_dynamic_locals(record.data));
    static_cast<void>(pdb::read_tuple_names(record.data));
  }
}

sigla::Result<sigla::Buffer> rewrite(sigla::Bytes file, const sigla::Limits& limits) {
  sigla::Diagnostics diagnostics;
  SIGLA_TRY_ASSIGN(const pdb::ManagedPdb read, pdb::read_managed_pdb(file, limits, diagnostics));
  for (const pdb::ManagedMethod& method : read.methods) read_debug_info(method);
  return pdb::write_managed_pdb(read);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  sigla::Limits limits;
  limits.stream_count_max = 1'000;
  const auto first = rewrite(sigla::Bytes(data, size), limits);
  if (!first.has_value()) return 0;
  const auto second = rewrite(*first, sigla::Limits());
  SIGLA_CHECK(second.has_value());
  const auto third = rewrite(*second, sigla::Limits());
  SIGLA_CHECK(third.has_value() && *third == *second);
  return 0;
}
