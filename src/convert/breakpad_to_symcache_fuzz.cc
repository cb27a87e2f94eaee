// SPDX-License-Identifier: Apache-2.0
// Breakpad text -> symcache, compared with the naive resolver at every border, and -> text again,
// whose unwind records must not change any more.
#include <cstdlib>

#include "convert/breakpad_to_symcache.h"
#include "convert/naive_resolver.h"
#include "convert/symcache_to_breakpad.h"

namespace sigla {
namespace {

void check(bool agrees) {
  if (!agrees) std::abort();
}

Result<Buffer> convert(Bytes text) {
  Buffer out;
  Diagnostics diagnostics;
  const auto sink = [&](Bytes piece) -> Status {
    out.insert(out.end(), piece.begin(), piece.end());
    return {};
  };
  SIGLA_TRY(breakpad_to_symcache(text, "f.sym", Limits(), diagnostics, sink));
  return out;
}

std::string text_of(const Symcache& cache, bool cfi_only = false) {
  std::string text;
  const auto sink = [&](std::string_view piece) -> Status {
    text += piece;
    return {};
  };
  check(symcache_to_breakpad(cache, {.cfi_only = cfi_only}, sink).has_value());
  return text;
}
std::string unwind_text_of(const Symcache& cache) { return text_of(cache, true); }

void compare_at(const NaiveResolver& naive, const Symcache& cache, std::uint64_t address) {
  check(describe(naive.lookup(address)) == describe(cache.lookup(address)));
  // Rules are compiled: that they say the same is cfi_fuzz's business.
  check(!naive.cfi(address).empty() || !cache.find_unwind(address).has_value());
}

void compare(const NaiveResolver& naive, const Symcache& cache) {
  std::vector<std::uint64_t> borders = {0, UINT64_MAX};
  for (const auto& record : naive.functions) {
    borders.insert(borders.end(), {record.range.low, record.range.high});
    for (const auto& line : record.lines)
      borders.insert(borders.end(), {line.range.low, line.range.high});
    for (const auto& call : record.calls)
      borders.insert(borders.end(), {call.range.low, call.range.high});
  }
  for (const auto& [address, symbol] : naive.publics) borders.push_back(address);
  for (const auto& [address, rules] : naive.deltas) borders.push_back(address);
  for (const auto& init : naive.inits)
    borders.insert(borders.end(), {init.range.low, init.range.high});
  for (const std::uint64_t border : borders) {
    for (const std::uint64_t address : {border - 1, border, border + 1}) {
      compare_at(naive, cache, address);
    }
  }
}

}  // namespace
}  // namespace sigla

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > 8'192) return 0;  // the naive resolver is quadratic
  const sigla::Bytes input(data, size);
  const auto file = sigla::convert(input);
  if (!file.has_value()) return 0;
  const auto cache = sigla::Symcache::open(sigla::Bytes(*file));
  sigla::check(cache.has_value());
  sigla::NaiveResolver naive;
  sigla::Diagnostics diagnostics;
  sigla::check(sigla::breakpad::parse(input, naive, sigla::Limits(), diagnostics).has_value());
  sigla::compare(naive, *cache);
  const std::string text = sigla::text_of(*cache);
  const auto again = sigla::convert(sigla::as_bytes(text));
  if (!again.has_value()) return 0;  // a module's name that cannot be written
  const auto reopened = sigla::Symcache::open(sigla::Bytes(*again));
  sigla::check(reopened.has_value() &&
               sigla::unwind_text_of(*reopened) == sigla::unwind_text_of(*cache));
  return 0;
}
