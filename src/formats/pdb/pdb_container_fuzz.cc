// SPDX-License-Identifier: Apache-2.0
// A PDB read to the end: every stream, what identity is made of, symbols, lines and types.
#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "formats/pdb/dump.h"
#include "formats/pdb/identity.h"
#include "formats/pdb/stream_replacement.h"

namespace {

// What is written is read back, and every other stream stays.
void replace(sigla::Bytes file, const sigla::pdb::Container& before, const sigla::Limits& limits) {
  namespace pdb = sigla::pdb;
  const sigla::Bytes content = file.first(file.size() / 2);
  const auto change = pdb::replace_named_stream(file, "srcsrv", content, limits);
  if (!change.has_value()) return;
  const sigla::Buffer changed = pdb::apply_change(file, *change);
  const auto after = pdb::Container::open(changed, limits);
  if (!after.has_value()) return;  // one stream more than the limit
  const auto info = pdb::read_info_stream(*after);
  SIGLA_CHECK(info.has_value() && info->find("srcsrv").has_value());
  const std::uint32_t stream = *info->find("srcsrv");
  const auto written = after->read(stream, UINT32_MAX);
  SIGLA_CHECK(written.has_value() && std::ranges::equal(written->bytes(), content));
  for (std::uint32_t i = 2; i < before.stream_count(); ++i) {
    if (i == stream) continue;
    const auto old_bytes = before.read(i, UINT32_MAX);
    const auto new_bytes = after->read(i, UINT32_MAX);
    if (!old_bytes.has_value() || !new_bytes.has_value()) continue;
    SIGLA_CHECK(std::ranges::equal(old_bytes->bytes(), new_bytes->bytes()));
  }
  const auto again = pdb::replace_named_stream(changed, "srcsrv", content, limits);
  SIGLA_CHECK(again.has_value() && pdb::apply_change(changed, *again) == changed);
}

}  // namespace

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
  replace(file, *container, limits);
  SIGLA_CHECK(!pdb::dump(container.value(), limits).empty());
  SIGLA_CHECK(!pdb::dump_symbols(container.value(), limits).empty());
  return 0;
}
