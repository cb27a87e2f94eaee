// SPDX-License-Identifier: Apache-2.0
#include "base/bytes.h"

namespace sigla {

Result<Bytes> slice(Bytes file, std::uint64_t offset, std::uint64_t size, std::string_view what) {
  if (offset > file.size() || size > file.size() - offset) {
    return malformed(
        "{}: {} bytes at offset {} reach past the end at {}", what, size, offset, file.size());
  }
  return file.subspan(static_cast<std::size_t>(offset), static_cast<std::size_t>(size));
}

}  // namespace sigla
