// SPDX-License-Identifier: Apache-2.0
// A crashed process as its dump tells of it, whatever kind of dump that is (a minidump, an ELF
// core): system, crash, modules, memory, and the frames of every thread.
//
//   SIGLA_TRY_ASSIGN(const auto process, Process::open(file, limits, diagnostics));
//   for (const ProcessThread& thread : process.threads()) use(process.walk(thread, &symbols));
//
// Opening is cheap, walking is the work; between them a caller can see which modules there are.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/diagnostics.h"
#include "stackwalk/crash_evidence.h"
#include "stackwalk/crash_reason.h"
#include "stackwalk/module_map.h"
#include "stackwalk/process_details.h"
#include "stackwalk/process_memory.h"
#include "stackwalk/symbol_source.h"
#include "stackwalk/system_text.h"
#include "stackwalk/walker.h"

namespace sigla {

struct ProcessThread {
  std::uint32_t id = 0;
  std::string name;
  bool is_in_name_list = false;  // of the dump; the name may be empty there
  std::optional<CpuContext> context;
  std::optional<MemoryRegion> stack;
  std::optional<std::uint32_t> last_error;  // Windows: what GetLastError() would say
  std::optional<minidump::ThreadInfo> info;
  std::optional<std::uint64_t> shadow_stack_pointer;
};

// What a process drew with; empty where the dump does not say.
struct GpuText {
  std::string version;  // "OpenGL ES 3.1"
  std::string vendor;
  std::string renderer;
};

struct ProcessCrash {
  CrashReason reason;
  std::uint32_t thread_id = 0;
  std::vector<std::uint64_t> parameters;
};

// What the readers of the several kinds of dump fill in; see Process for what each of it means.
struct ProcessFacts {
  std::uint32_t time_date_stamp = 0;
  std::optional<std::uint32_t> process_id;
  std::uint32_t process_create_time = 0;
  std::optional<SystemText> system;
  Arch arch = Arch::kUnknown;
  WalkedProcess::System walked_system = WalkedProcess::System::kOther;
  std::optional<ProcessCrash> crash;
  CrashEvidence evidence;
  std::string assertion;
  std::vector<ProcessThread> threads;
  std::optional<std::size_t> requesting_thread;
  std::optional<ModuleMap> modules;
  std::optional<ModuleMap> unloaded;
  std::optional<ProcessMemory> memory;
  std::vector<std::pair<std::string, std::string>> annotations;
  GpuText gpu;
  ProcessDetails details;
  // Keeps alive what the rest borrows from, where that is not the file.
  std::shared_ptr<const void> owned;
};

// Borrows the file's bytes.
class Process {
 public:
  // By its content a minidump, an ELF core or a log with a microdump, in no compressed form. Error
  // when it has no threads or two of them claim to be the one that crashed. What is damaged
  // otherwise is reported to `diagnostics` and left out.
  static Result<Process> open(Bytes file, const Limits& limits, Diagnostics& diagnostics);

  // A text that open() takes for a dump: a log with a microdump.
  static bool is_log_of_dump(Bytes file);

  // When the dump was written, seconds since 1970; 0 when it does not say.
  std::uint32_t time_date_stamp() const { return facts_.time_date_stamp; }
  std::optional<std::uint32_t> process_id() const { return facts_.process_id; }
  const std::optional<SystemText>& system() const { return facts_.system; }
  // Seconds since 1970; 0 when the dump does not say.
  std::uint32_t process_create_time() const { return facts_.process_create_time; }
  Arch arch() const { return facts_.arch; }
  const std::optional<ProcessCrash>& crash() const { return facts_.crash; }
  const CrashEvidence& evidence() const { return facts_.evidence; }
  const std::string& assertion() const { return facts_.assertion; }
  const std::vector<ProcessThread>& threads() const { return facts_.threads; }
  // The thread that crashed or asked for the dump, as an index into threads().
  std::optional<std::size_t> requesting_thread() const { return facts_.requesting_thread; }
  // Null when the dump has no module list, or one that contradicts itself.
  const ModuleMap* modules() const { return facts_.modules ? &*facts_.modules : nullptr; }
  const ModuleMap* unloaded_modules() const {
    return facts_.unloaded ? &*facts_.unloaded : nullptr;
  }
  // Null when walks are to see the threads' own stacks and nothing else.
  const ProcessMemory* memory() const { return facts_.memory ? &*facts_.memory : nullptr; }
  // Of a minidump: Crashpad's, the process's and its modules' together. Of a core: its command.
  const std::vector<std::pair<std::string, std::string>>& annotations() const {
    return facts_.annotations;
  }

  const GpuText& gpu() const { return facts_.gpu; }
  const ProcessDetails& details() const { return facts_.details; }

  // `symbols` may be null.
  std::vector<Frame> walk(const ProcessThread& thread, SymbolSource* symbols) const;

 private:
  Process(ProcessFacts facts, const Limits& limits) : facts_(std::move(facts)), limits_(limits) {}

  ProcessFacts facts_;
  Limits limits_;
};

}  // namespace sigla
