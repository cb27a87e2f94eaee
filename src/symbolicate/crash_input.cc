// SPDX-License-Identifier: Apache-2.0
#include "symbolicate/crash_input.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/bytes.h"
#include "object/object.h"
#include "stackwalk/process.h"
#include "symbolicate/symbolicator.h"
#include "symbolicate/trace_job.h"
#include "symbolicate/trace_resolver.h"

namespace sigla {
namespace {

// A zero byte is in every dump and in no text; an empty file is called a broken dump. Dumps may be
// compressed, texts are not.
Result<bool> is_text(const File& input) {
  std::array<std::uint8_t, 4'096> start;
  SIGLA_TRY_ASSIGN(const std::size_t size, input.read_at(MutableBytes(start), 0));
  const auto end = start.begin() + static_cast<std::ptrdiff_t>(size);
  const Bytes bytes = Bytes(start).first(size);
  if (size == 0 || starts_with(bytes, "MDMP") || starts_with(bytes, "PMDM") ||
      sniff_wrapping(bytes) != Wrapping::kNone) {
    return false;
  }
  return std::find(start.begin(), end, std::uint8_t{0}) == end;
}

Result<SymbolicatedCrash> symbolicate_text(const File& input,
                                           WorkerPool& pool,
                                           const SymbolFinder* finder) {
  SIGLA_TRY_ASSIGN(const MappedFile mapped, MappedFile::map(input, trace::kTextSizeMax));
  if (Process::is_log_of_dump(mapped.bytes())) {
    SymbolicatedCrash crash;
    SIGLA_TRY_ASSIGN(crash.report, Symbolicator(pool, finder).symbolicate(input));
    return crash;
  }
  const std::string text(as_text(mapped.bytes()));
  SIGLA_TRY_ASSIGN(const trace::Trace trace, read_trace(pool, input, text.size()));
  if (trace.frames.empty()) {
    return malformed("neither a crash dump nor a text with a stack trace that is known");
  }
  SIGLA_TRY_ASSIGN(ResolvedTrace resolved, resolve_trace(trace, finder, pool));
  SymbolicatedCrash crash;
  crash.text = write_trace(text, trace, resolved);
  crash.report = std::move(resolved.report);
  return crash;
}

}  // namespace

Result<SymbolicatedCrash> symbolicate_crash(const File& input,
                                            WorkerPool& pool,
                                            const SymbolFinder* finder,
                                            bool has_registers) {
  SIGLA_TRY_ASSIGN(const bool is_a_text, is_text(input));
  if (is_a_text) return symbolicate_text(input, pool, finder);
  SymbolicatedCrash crash;
  SIGLA_TRY_ASSIGN(crash.report, Symbolicator(pool, finder).symbolicate(input, has_registers));
  return crash;
}

}  // namespace sigla
