// SPDX-License-Identifier: Apache-2.0
// The lines around the places that a stack names, where somebody has the sources: source bundles,
// and debug files with sources in them.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "os/worker.h"
#include "symbolicate/report.h"
#include "symbolicate/stack_trace.h"
#include "upstream/fetcher.h"

namespace sigla {

// Five lines before and after; nothing when the text has no such line.
std::optional<SourceContext> source_context(std::string_view text, std::uint32_t line);

// A file that may have sources in it.
struct SourceContainer {
  std::shared_ptr<const File> file;
  std::uint64_t offset = 0;  // of the object in it
  std::uint64_t size = 0;
};

// Where the sources of modules are looked for. Used by one thread.
class SourcePlace {
 public:
  virtual ~SourcePlace() = default;
  virtual std::vector<SourceContainer> containers(const ModuleQuery& module) = 0;
};

// The source bundles of sources that a request names. All is borrowed.
class SourceBundles final : public SourcePlace {
 public:
  SourceBundles(const std::vector<Source>& sources, Fetcher& fetcher)
      : sources_(sources), fetcher_(fetcher) {}
  std::vector<SourceContainer> containers(const ModuleQuery& module) override;

 private:
  const std::vector<Source>& sources_;
  Fetcher& fetcher_;
};

// Fills in NamedFrame::context. `workers` unpack.
void add_source_context(const TraceRequest& request,
                        SourcePlace& place,
                        WorkerPool& workers,
                        NamedTraces& named);

// Of each thread's frames in a report, where there are any.
using ReportContexts = std::vector<std::vector<std::optional<SourceContext>>>;
ReportContexts source_contexts(const Report& report, SourcePlace& place, WorkerPool& workers);

}  // namespace sigla
