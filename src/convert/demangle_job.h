// SPDX-License-Identifier: Apache-2.0
// Demangling of names that come from a file: in a worker, many at a time, because a hostile name
// can use up stack or memory. A name that brings its worker down comes back as it is.
//
//   Demangler demangler(pool);
//   SIGLA_TRY_ASSIGN(const auto names, demangler.demangle(mangled));   // same order, same count
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "os/worker.h"

namespace sigla {

inline constexpr std::string_view kDemangleJob = "demangle";

void add_demangle_job(WorkerJobs& jobs);

// Thread-safe as the pool is.
class Demangler {
 public:
  explicit Demangler(WorkerPool& pool) : pool_(pool) {}

  // Names that do not look mangled are not sent. Error only when no worker can be started.
  Result<std::vector<std::string>> demangle(std::span<const std::string_view> names) const;

 private:
  WorkerPool& pool_;
};

}  // namespace sigla
