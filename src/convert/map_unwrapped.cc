// SPDX-License-Identifier: Apache-2.0
#include "convert/map_unwrapped.h"

#include <algorithm>

#include "object/object.h"

namespace sigla {

Result<MappedFile> map_unwrapped(const File& file, const Limits& limits) {
  Limits memory_limits = limits;
  memory_limits.entry_size_max = std::min(limits.entry_size_max, limits.worker_memory_size_max);
  return map_unwrapped(file, memory_limits, [] { return File::create_in_memory("unwrapped"); });
}

Result<MappedFile> map_unwrapped(const File& file,
                                 const Limits& limits,
                                 const FileFactory& make_file) {
  SIGLA_TRY_ASSIGN(MappedFile mapped, MappedFile::map(file, limits.entry_size_max));
  if (sniff_wrapping(mapped.bytes()) == Wrapping::kNone) return mapped;
  SIGLA_TRY_ASSIGN(const auto inner, unwrap(file, limits, make_file));
  if (!inner) return mapped;
  return MappedFile::map(inner->file);
}

}  // namespace sigla
