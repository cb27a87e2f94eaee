// SPDX-License-Identifier: Apache-2.0
// Walks every thread of a process and gives its frames names: functions, inlined calls, files,
// lines.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "stackwalk/process.h"
#include "symbolicate/report.h"
#include "symbolicate/source_urls.h"

namespace sigla {

// What became of one module's symbols.
struct SymbolState {
  ModuleStatus status = ModuleStatus::kUnused;
  std::string explain;  // why they cannot be used; empty when they can, or were not found
};

class ReportBuilder {
 public:
  // Both are borrowed; `symbols` may be null.
  ReportBuilder(const Process& process, SymbolSource* symbols, bool has_registers)
      : process_(process), symbols_(symbols), has_registers_(has_registers) {}
  Report build();

 private:
  void add_system();
  void add_modules();
  void add_thread(const ProcessThread& thread);
  void add_findings();  // after the threads
  std::vector<MemoryRegion> code_of_crashed_module() const;
  void add_frame(const Frame& frame, std::vector<ReportFrame>& out);
  const SourceUrls& source_urls(std::uint32_t module, const Symcache& symcache);

  const Process& process_;
  SymbolSource* symbols_;
  bool has_registers_;
  Report report_;
  std::map<std::uint32_t, SourceUrls> source_urls_;  // of each module with symbols
  std::vector<SymcacheFrame> found_;                 // kept between frames to save allocations
};

}  // namespace sigla
