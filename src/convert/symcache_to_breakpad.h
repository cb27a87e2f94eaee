// SPDX-License-Identifier: Apache-2.0
// Symcache to Breakpad symbol text, in one canonical order: MODULE, INFO, FILE by path,
// INLINE_ORIGIN by name, FUNC by address with its INLINE and line records, PUBLIC by address,
// STACK WIN, STACK CFI by address. It is the order of Breakpad's own dump_syms. What overlapped
// something else when the symcache was made is not written.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>

#include "symcache/symcache.h"

namespace sigla {

struct BreakpadTextOptions {
  bool cfi_only = false;  // STACK records alone
  bool inlines = true;    // INLINE and INLINE_ORIGIN records; dump_syms writes them with -d
  // What to write for each name of the cache (Symcache::name()), demangled for instance; empty: the
  // names themselves.
  std::span<const std::string> names = {};
};

// Hands the text to `sink` in pieces, in order.
Status symcache_to_breakpad(const Symcache& cache,
                            const BreakpadTextOptions& options,
                            const std::function<Status(std::string_view)>& sink);

}  // namespace sigla
