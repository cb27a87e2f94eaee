// SPDX-License-Identifier: Apache-2.0
// Any bytes as a PDB to a symcache, and look-ups in it.
#include <cstddef>
#include <cstdint>

#include "convert/pdb_to_symcache.h"
#include "symcache/symcache.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using sigla::Bytes;
  sigla::Limits limits;
  limits.stream_count_max = 1'000;
  limits.record_count_max = 100'000;
  limits.inline_depth_max = 16;
  sigla::SymcacheWriter writer(limits);
  sigla::Diagnostics diagnostics;
  std::vector<std::string> sources;
  const sigla::FindCompanion no_companions;
  sigla::Conversion conversion{.file_name = "a.pdb",
                               .limits = limits,
                               .thread_count = 1,
                               .find_companion = no_companions,
                               .writer = writer,
                               .diagnostics = diagnostics,
                               .sources = sources};
  if (!sigla::pdb_to_symcache(Bytes(data, size), conversion).has_value()) return 0;
  const auto bytes = writer.finish_to_buffer();
  SIGLA_CHECK(bytes.has_value());
  const auto cache = sigla::Symcache::open(bytes.value());
  SIGLA_CHECK(cache.has_value());
  for (std::size_t i = 0; i < cache.value().function_count(); ++i) {
    const sigla::SymcacheFunction function = cache.value().function(i);
    const auto frames = cache.value().lookup(function.address);
    // Symbols at 0 are found by name only.
    const bool is_at_zero = function.is_public && function.address == 0;
    SIGLA_CHECK(!frames.empty() || function.is_shadowed || is_at_zero);
    static_cast<void>(cache.value().find_stack_win(function.address));
  }
  return 0;
}
