// SPDX-License-Identifier: Apache-2.0
// A PDB read to the end: every stream, what identity is made of, symbols, lines and types.
#include <cstddef>
#include <cstdint>

#include "formats/pdb/dump.h"
#include "formats/pdb/identity.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace pdb = sigla::pdb;
  sigla::Limits limits;
  limits.stream_count_max = 1'000;
  const sigla::Bytes file(data, size);
  const auto container = pdb::Container::open(file, limits);
  const auto identified = pdb::identify_pdb(file, "a.pdb", limits);
  if (!container.has_value()) {
    SIGLA_CHECK(!identified.has_value());
    return 0;
  }
  constexpr std::uint64_t kStreamSizeMax = 1U << 20;
  for (std::uint32_t i = 0; i < container.value().stream_count(); ++i) {
    const auto stream = container.value().read(i, kStreamSizeMax);
    if (!stream.has_value()) continue;
    SIGLA_CHECK(stream.value().bytes().size() == container.value().stream_size(i));
  }
  SIGLA_CHECK(!pdb::dump(container.value(), limits).empty());
  SIGLA_CHECK(!pdb::dump_symbols(container.value(), limits).empty());
  return 0;
}
