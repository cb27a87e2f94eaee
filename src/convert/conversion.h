// SPDX-License-Identifier: Apache-2.0
// What the converter of a format works with: where its findings go, and whom to ask.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/diagnostics.h"
#include "base/limits.h"
#include "convert/companions.h"
#include "symcache/function_tree.h"
#include "symcache/writer.h"

namespace sigla {

struct Conversion {
  std::string_view file_name;  // for an identity without one
  const Limits& limits;
  unsigned thread_count;
  const FindCompanion& find_companion;  // may be empty: there are none
  SymcacheWriter& writer;
  Diagnostics& diagnostics;
  std::vector<std::string>& sources;  // origins of the companions that were used

  // The first candidate that `fits`, which says so of a file's bytes; its origin is put down.
  template <typename Fits>
  std::optional<Companion> companion(CompanionRequest request, Fits&& fits) {
    while (find_companion) {
      auto candidate = find_companion(request);
      if (!candidate) break;
      if (fits(candidate->file.bytes())) {
        sources.push_back(candidate->origin);
        return candidate;
      }
      if (++request.attempt == kAttemptsMax) break;
    }
    return std::nullopt;
  }

 private:
  static constexpr std::uint32_t kAttemptsMax = 64;
};

// An address and a size out of a file as a range, which ends where addresses do.
inline CodeRange code_range(std::uint64_t address, std::uint64_t size) {
  return {address, size > UINT64_MAX - address ? UINT64_MAX : address + size};
}

// Runs of native debug information are ordered as their units stand in the file; a symbol table
// comes after all of them.
inline constexpr std::uint64_t kSymbolTableOrder = UINT64_MAX;

}  // namespace sigla
