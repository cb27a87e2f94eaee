// SPDX-License-Identifier: Apache-2.0
#include "symbolicate/source_context.h"

#include <algorithm>

#include "base/text.h"
#include "object/part_job.h"
#include "symbolicate/module_query.h"

namespace sigla {
namespace {

constexpr std::uint32_t kLinesAround = 5;
constexpr std::size_t kLineSizeMax = 512;  // minified sources have one line
constexpr std::uint64_t kTextSizeMax = 64ULL << 20;
constexpr std::size_t kFileCountMax = 1'000;      // of one request
constexpr std::size_t kContextCountMax = 10'000;  // which are 50 MB at most

std::string shown_line(std::string_view line) {
  if (line.ends_with('\r')) line.remove_suffix(1);
  return to_utf8(line.substr(0, kLineSizeMax));
}

// The texts of one request, each unpacked once.
class Texts {
 public:
  // `modules` are borrowed.
  Texts(const std::vector<ModuleQuery>& modules, SourcePlace& place, WorkerPool& workers)
      : modules_(modules), place_(place), workers_(workers) {}

  // Nothing when nobody has it, or enough was told already.
  std::optional<SourceContext> context(std::uint32_t module,
                                       const std::string& path,
                                       std::uint32_t line) {
    if (path.empty() || line == 0 || context_count_ >= kContextCountMax) return std::nullopt;
    auto context = source_context(text_of(module, path), line);
    if (context) ++context_count_;
    return context;
  }

 private:
  const std::string& text_of(std::uint32_t module, const std::string& path) {
    const auto [known, is_new] = texts_.try_emplace({module, path});
    if (is_new && texts_.size() <= kFileCountMax) known->second = load(module, path);
    return known->second;
  }

  std::string load(std::uint32_t module, const std::string& path) {
    const auto [known, is_new] = containers_.try_emplace(module);
    if (is_new) known->second = place_.containers(modules_[module]);
    for (const SourceContainer& container : known->second) {
      const auto output = File::create_in_memory("source");
      if (!output.has_value()) return {};
      const Status status =
          extract_part(workers_,
                       {PartKind::kSource, path, container.offset, container.size},
                       *container.file,
                       *output);
      if (!status.has_value()) continue;
      const auto mapped = MappedFile::map(*output, kTextSizeMax);
      if (mapped.has_value()) return std::string(as_text(mapped->bytes()));
    }
    return {};
  }

  const std::vector<ModuleQuery>& modules_;
  SourcePlace& place_;
  WorkerPool& workers_;
  std::size_t context_count_ = 0;
  std::map<std::pair<std::uint32_t, std::string>, std::string> texts_;
  std::map<std::uint32_t, std::vector<SourceContainer>> containers_;
};

ModuleQuery query_of(const ReportModule& module, const std::string& os) {
  ModuleQuery query;
  query.code_file = module.code_file;
  query.debug_file = module.debug_file;
  query.debug_identifier = module.debug_identifier;
  query.debug_id = module.debug_id;
  query.code_id = module.code_id;
  query.os = os;
  return query;
}

}  // namespace

std::optional<SourceContext> source_context(std::string_view text, std::uint32_t line) {
  if (line == 0) return std::nullopt;
  SourceContext context;
  bool is_there = false;
  std::uint32_t number = 0;
  while (!text.empty() && number < std::uint64_t{line} + kLinesAround) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view found = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    ++number;
    if (std::uint64_t{number} + kLinesAround < line) continue;
    if (number < line) context.before.push_back(shown_line(found));
    if (number > line) context.after.push_back(shown_line(found));
    if (number != line) continue;
    context.line = shown_line(found);
    is_there = true;
  }
  if (!is_there) return std::nullopt;
  return context;
}

std::vector<SourceContainer> SourceBundles::containers(const ModuleQuery& module) {
  WantedModule wanted;
  wanted.code_file = module.code_file;
  wanted.debug_file = module.debug_file;
  wanted.debug_checksum = module.debug_checksum;
  WantedFile bundle = native_files(module).front();
  bundle.type = WantedType::kSourceBundle;
  wanted.files = {std::move(bundle)};
  std::vector<SourceContainer> found;
  for (const Source& source : sources_) {
    if (source.type == SourceType::kSentry)
      continue;  // its lists do not say which files are bundles
    for (const Location& location : locations_of(source, wanted)) {
      if (fetcher_.probe(source, location).state != Fetcher::State::kThere) continue;
      auto file = fetcher_.fetch(source, location);
      if (!file.has_value()) continue;
      const auto size = file->size();
      if (!size.has_value()) continue;
      found.push_back({std::make_shared<const File>(std::move(file).value()), 0, *size});
    }
  }
  return found;
}

void add_source_context(const TraceRequest& request,
                        SourcePlace& place,
                        WorkerPool& workers,
                        NamedTraces& named) {
  std::vector<ModuleQuery> modules;
  modules.reserve(request.modules.size());
  for (const TraceModule& module : request.modules) modules.push_back(module.query);
  Texts texts(modules, place, workers);
  for (std::vector<NamedFrame>& trace : named.traces) {
    for (NamedFrame& frame : trace) {
      if (!frame.module) continue;
      frame.context = texts.context(*frame.module, frame.call.file, frame.call.line);
    }
  }
}

ReportContexts source_contexts(const Report& report, SourcePlace& place, WorkerPool& workers) {
  std::vector<ModuleQuery> modules;
  modules.reserve(report.modules.size());
  for (const ReportModule& module : report.modules) modules.push_back(query_of(module, report.os));
  Texts texts(modules, place, workers);
  ReportContexts contexts;
  for (const ReportThread& thread : report.threads) {
    auto& of_thread = contexts.emplace_back();
    for (const ReportFrame& frame : thread.frames) {
      of_thread.emplace_back();
      if (!frame.module) continue;
      of_thread.back() = texts.context(*frame.module, frame.file, frame.line);
    }
  }
  return contexts;
}

}  // namespace sigla
