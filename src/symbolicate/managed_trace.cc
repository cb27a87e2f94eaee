// SPDX-License-Identifier: Apache-2.0
#include "symbolicate/managed_trace.h"

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "formats/clr/method_text.h"
#include "formats/clr/source_name.h"
#include "object/object.h"
#include "symbolicate/source_urls.h"
#include "symbolicate/trace_job.h"
#include "symbolicate/trace_resolver.h"

namespace sigla {
namespace {

// Names of the source as far as the text itself tells them.
std::string source_name(const std::string& method) {
  const std::size_t open = std::min(method.find('('), method.size());
  const clr::MethodText parsed = clr::parse_method_text(method);
  const clr::SourceMethod source = clr::source_method(parsed.type, parsed.method);
  if (!source.is_generated()) return method;
  return (source.type.empty() ? std::string() : source.type + ".") + source.qualified_method() +
         method.substr(open);
}

class Resolver {
 public:
  Resolver(const SymbolFinder& finder, WorkerPool& pool, ResolvedManagedTrace& resolved)
      : finder_(finder), pool_(pool), resolved_(resolved) {}

  Status run() {
    for (std::size_t module = 0; module < resolved_.modules.size(); ++module) {
      SIGLA_TRY(resolve(module));
    }
    return {};
  }

 private:
  Status resolve(std::size_t module) {
    ResolvedManagedTrace::Module& about = resolved_.modules[module];
    const auto program = finder_.find_program(about.wanted);
    if (!program) return {};
    about.symbol_source = program->source;
    std::vector<ManagedQuery> queries;
    std::vector<std::size_t> frames;
    for (std::size_t i = 0; i < resolved_.frames.size(); ++i) {
      const ResolvedManagedTrace::Frame& frame = resolved_.frames[i];
      if (frame.module != module) continue;
      queries.push_back({frame.text.token, frame.text.method, frame.text.il_offset});
      frames.push_back(i);
    }
    auto answer =
        look_up_managed(pool_, program->file, program->name, queries, program->on_request);
    if (!answer.has_value()) {
      if (is_environmental(answer.error().code())) return std::move(answer).error();
      about.problem = answer.error().message();
      return {};
    }
    about.name = answer->module_name;
    about.pdb_source = answer->companion;
    about.has_pdb = answer->has_pdb;
    const SourceUrls urls(answer->source_link);
    for (std::size_t i = 0; i < frames.size(); ++i) {
      ResolvedManagedTrace::Frame& frame = resolved_.frames[frames[i]];
      frame.found = std::move(answer->frames[i]);
      frame.source_url = urls.url_of(frame.found.file, frame.found.line);
    }
    return {};
  }

  const SymbolFinder& finder_;
  WorkerPool& pool_;
  ResolvedManagedTrace& resolved_;
};

// The frames of native code in the same text: on lines that no frame of .NET is on.
Result<trace::Trace> read_native_trace(WorkerPool& pool,
                                       const File& text,
                                       std::size_t text_size,
                                       const std::vector<clr::TraceFrame>& managed) {
  auto native = read_trace(pool, text, text_size);
  if (!native.has_value()) {
    if (is_environmental(native.error().code())) return native;
    return trace::Trace();  // what is said of .NET stands without it
  }
  std::erase_if(native->frames, [&](const trace::Frame& frame) {
    const auto near =
        std::partition_point(managed.begin(), managed.end(), [&](const clr::TraceFrame& other) {
          return other.line + other.line_size <= frame.line.offset;
        });
    return near != managed.end() && near->line < frame.line.end();
  });
  return native;
}

Result<std::string> write_mixed_text(const File& input,
                                     const trace::Trace& native,
                                     const ResolvedTrace& native_resolved,
                                     const SymbolFinder* finder,
                                     WorkerPool& pool,
                                     const ManagedTextOptions& options) {
  SIGLA_TRY_ASSIGN(const MappedFile mapped, MappedFile::map(input));
  const std::string text = write_trace(as_text(mapped.bytes()), native, native_resolved);
  SIGLA_TRY_ASSIGN(File file, File::create_in_memory("sigla-trace"));
  SIGLA_TRY(file.write_all(as_bytes(text)));
  SIGLA_TRY_ASSIGN(const clr::TraceText trace, read_managed_trace(pool, file));
  SIGLA_TRY_ASSIGN(const auto resolved, resolve_managed_trace(trace, finder, pool));
  return write_managed_text(text, resolved, options);
}

}  // namespace

std::string ResolvedManagedTrace::Frame::source_link() const {
  if (!source_url.empty() || !found.is_embedded) return source_url;
  // Deterministic builds map the roots of the source tree to "/_/", "/_1/", ...
  std::string_view path = found.file;
  if (path.starts_with("/_")) {
    const std::size_t end = path.find('/', 1);
    if (end != std::string_view::npos) path.remove_prefix(end + 1);
  }
  return std::string(path);
}

Result<std::optional<std::string>> symbolicate_managed_trace(const File& input,
                                                             WorkerPool& pool,
                                                             const SymbolFinder* finder,
                                                             bool as_json,
                                                             const ManagedTextOptions& options) {
  constexpr std::uint64_t kTextSizeMax = 64ULL << 20;
  constexpr std::size_t kStartSize = 4'096;  // enough to recognise every format by
  std::optional<std::string> nothing;
  SIGLA_TRY_ASSIGN(const std::uint64_t size, input.size());
  if (size > kTextSizeMax) return nothing;
  Buffer start(kStartSize);
  SIGLA_TRY_ASSIGN(const std::size_t start_size, input.read_at(start, 0));
  start.resize(start_size);
  if (sniff_format(start) != Format::kUnknown || sniff_wrapping(start) != Wrapping::kNone) {
    return nothing;
  }
  SIGLA_TRY_ASSIGN(const clr::TraceText trace, read_managed_trace(pool, input));
  // Names alone look like those of other languages, and lead to nothing.
  const bool has_any =
      std::any_of(trace.frames.begin(), trace.frames.end(), [&](const clr::TraceFrame& frame) {
        return options.folds_async || frame.il_offset || !frame.mvid.empty() ||
               !frame.module.empty() || frame.style != clr::TraceFrame::Style::kDotNet;
      });
  if (!has_any) return nothing;
  SIGLA_TRY_ASSIGN(const trace::Trace native, read_native_trace(pool, input, size, trace.frames));
  std::optional<ResolvedTrace> native_resolved;
  if (!native.frames.empty()) {
    SIGLA_TRY_ASSIGN(native_resolved, resolve_trace(native, finder, pool));
  }
  if (native_resolved && !as_json) {
    SIGLA_TRY_ASSIGN(std::string text,
                     write_mixed_text(input, native, *native_resolved, finder, pool, options));
    return std::optional<std::string>(std::move(text));
  }
  SIGLA_TRY_ASSIGN(const auto resolved, resolve_managed_trace(trace, finder, pool));
  if (as_json) {
    return std::optional<std::string>(
        write_managed_json(resolved, native_resolved ? &native_resolved->report : nullptr));
  }
  SIGLA_TRY_ASSIGN(const MappedFile mapped, MappedFile::map(input));
  return std::optional<std::string>(write_managed_text(as_text(mapped.bytes()), resolved, options));
}

Result<ResolvedManagedTrace> resolve_managed_trace(const clr::TraceText& trace,
                                                   const SymbolFinder* finder,
                                                   WorkerPool& pool) {
  constexpr std::size_t kModuleCountMax = 1'000;
  ResolvedManagedTrace resolved;
  resolved.separators = trace.separators;
  for (const clr::TraceFrame& text : trace.frames) {
    ResolvedManagedTrace::Frame& frame = resolved.frames.emplace_back();
    frame.text = text;
    frame.source_name = source_name(text.method);
    const ManagedModule wanted = {text.mvid, text.module};
    if (wanted == ManagedModule() || !text.file.empty()) continue;
    const auto known = std::find_if(resolved.modules.begin(),
                                    resolved.modules.end(),
                                    [&](const auto& module) { return module.wanted == wanted; });
    frame.module = static_cast<std::size_t>(known - resolved.modules.begin());
    if (known != resolved.modules.end()) continue;
    if (resolved.modules.size() == kModuleCountMax) {
      frame.module.reset();
      continue;
    }
    resolved.modules.emplace_back().wanted = wanted;
  }
  if (finder != nullptr) SIGLA_TRY(Resolver(*finder, pool, resolved).run());
  return resolved;
}

}  // namespace sigla
