// SPDX-License-Identifier: Apache-2.0
#include "convert/map_unwrapped.h"

#include "codec/unwrap.h"
#include "object/object.h"

namespace sigla {

Result<MappedFile> map_unwrapped(const File& file, const Limits& limits) {
  SIGLA_TRY_ASSIGN(MappedFile mapped, MappedFile::map(file, limits.entry_size_max));
  if (sniff_wrapping(mapped.bytes()) == Wrapping::kNone) return mapped;
  Limits unwrap_limits = limits;
  unwrap_limits.entry_size_max = limits.worker_memory_size_max;
  SIGLA_TRY_ASSIGN(const auto inner,
                   unwrap(file, unwrap_limits, [] { return File::create_in_memory("unwrapped"); }));
  if (!inner) return mapped;
  return MappedFile::map(inner->file);
}

}  // namespace sigla
