// SPDX-License-Identifier: Apache-2.0
// A crashed process as its minidump tells of it: system, crash, modules, and the frames of every
// thread.
//
//   SIGLA_TRY_ASSIGN(const auto process, Process::open(file, limits));
//   const auto threads = process.walk(&symbols);   // one list of frames for each of
//   process.threads()
//
// Opening is cheap, walking is the work; between them a caller can see which modules there are.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/diagnostics.h"
#include "stackwalk/crash_evidence.h"
#include "stackwalk/crash_reason.h"
#include "stackwalk/module_map.h"
#include "stackwalk/symbol_source.h"
#include "stackwalk/system_text.h"
#include "stackwalk/walker.h"

namespace sigla {

struct ProcessThread {
  std::uint32_t id = 0;
  std::string name;
  std::optional<minidump::Context> context;
  std::optional<minidump::MemoryRegion> stack;
};

struct ProcessCrash {
  CrashReason reason;
  std::uint32_t thread_id = 0;
  std::vector<std::uint64_t> parameters;
};

// Borrows the file's bytes.
class Process {
 public:
  // Error when there is no thread list, or when two threads claim to be the one that crashed. A
  // damaged stream of any other kind is reported to `diagnostics` and left out.
  static Result<Process> open(Bytes file, const Limits& limits, Diagnostics& diagnostics);

  std::uint32_t time_date_stamp() const { return time_date_stamp_; }
  std::optional<std::uint32_t> process_id() const { return process_id_; }
  const std::optional<SystemText>& system() const { return system_; }
  // Seconds since 1970; 0 when the dump does not say.
  std::uint32_t process_create_time() const { return process_create_time_; }
  Arch arch() const { return arch_; }
  const std::optional<ProcessCrash>& crash() const { return crash_; }
  const CrashEvidence& evidence() const { return evidence_; }
  const std::string& assertion() const { return assertion_; }
  const std::vector<ProcessThread>& threads() const { return threads_; }
  // The thread that crashed or asked for the dump, as an index into threads().
  std::optional<std::size_t> requesting_thread() const { return requesting_thread_; }
  // Null when the dump has no module list, or one that contradicts itself.
  const ModuleMap* modules() const { return modules_ ? &*modules_ : nullptr; }
  const ModuleMap* unloaded_modules() const { return unloaded_ ? &*unloaded_ : nullptr; }
  // Crashpad's, the process's and its modules' together.
  const std::vector<std::pair<std::string, std::string>>& annotations() const {
    return annotations_;
  }

  // `symbols` may be null.
  std::vector<Frame> walk(const ProcessThread& thread, SymbolSource* symbols) const;

 private:
  friend class ProcessReader;
  explicit Process(const Limits& limits) : limits_(limits) {}

  Limits limits_;
  std::uint32_t time_date_stamp_ = 0;
  std::optional<std::uint32_t> process_id_;
  std::uint32_t process_create_time_ = 0;
  std::optional<SystemText> system_;
  Arch arch_ = Arch::kUnknown;
  WalkedProcess::System walked_system_ = WalkedProcess::System::kOther;
  std::optional<ProcessCrash> crash_;
  CrashEvidence evidence_;
  std::string assertion_;
  std::vector<ProcessThread> threads_;
  std::optional<std::size_t> requesting_thread_;
  std::optional<ModuleMap> modules_;
  std::optional<ModuleMap> unloaded_;
  std::vector<std::pair<std::string, std::string>> annotations_;
};

}  // namespace sigla
