// SPDX-License-Identifier: Apache-2.0
// From a crash dump to a Report, in a sandboxed worker.
//
//   SIGLA_TRY_ASSIGN(const auto pool, WorkerPool::start(...));
//   Symbolicator symbolicator(*pool, &finder);
//   SIGLA_TRY_ASSIGN(const Report report, symbolicator.symbolicate(dump));
//   write_text(report)
//
// Thread-safe; each call takes one worker of the pool for its duration. Names are demangled.
#pragma once

#include "os/worker.h"
#include "symbolicate/report.h"
#include "symbolicate/symbol_finder.h"

namespace sigla {

class Symbolicator {
 public:
  // Both are borrowed. `finder` may be null: frames then have modules and offsets only. It has to
  // use another pool than this one for its conversions.
  Symbolicator(WorkerPool& pool, const SymbolFinder* finder) : pool_(pool), finder_(finder) {}

  // Error kMalformed when the dump cannot be read, or when its reader crashed over it.
  // With the registers of every frame where `has_registers`.
  Result<Report> symbolicate(const File& dump, bool has_registers = false);

 private:
  WorkerPool& pool_;
  const SymbolFinder* finder_;
};

}  // namespace sigla
