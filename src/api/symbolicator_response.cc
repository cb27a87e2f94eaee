// SPDX-License-Identifier: Apache-2.0
#include "api/symbolicator_response.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "base/json_writer.h"
#include "base/text.h"

namespace sigla::api {

namespace {

constexpr unsigned kRetrySeconds = 30;
constexpr std::size_t kFramesMax = 256;  // of one thread of a dump, as Symbolicator has it

std::string hex(std::uint64_t value) { return fmt::format("{:#x}", value); }

std::string_view status_text(NamedFrame::Status status) {
  switch (status) {
    case NamedFrame::Status::kNamed:
      return "symbolicated";
    case NamedFrame::Status::kNoSymbol:
      return "missing_symbol";
    case NamedFrame::Status::kNoModule:
      return "unknown_image";
    case NamedFrame::Status::kMissing:
      return "missing";
    case NamedFrame::Status::kMalformed:
      return "malformed";
  }
  return "missing";
}

std::string_view status_text(ModuleStatus status) {
  switch (status) {
    case ModuleStatus::kUnused:
      return "unused";
    case ModuleStatus::kFound:
      return "found";
    case ModuleStatus::kMissing:
      return "missing";
    case ModuleStatus::kCorrupt:
      return "malformed";
  }
  return "other";
}

std::string_view trust_text(Trust trust) {
  switch (trust) {
    case Trust::kNone:
    case Trust::kInline:
      return "none";
    case Trust::kScan:
      return "scan";
    case Trust::kCfiScan:
      return "cfiscan";
    case Trust::kFramePointer:
      return "fp";
    case Trust::kCfi:
    case Trust::kLeaf:
      return "cfi";
    case Trust::kPrewalked:
      return "prewalked";
    case Trust::kContext:
      return "context";
  }
  return "none";
}

// By the scheme in which the name is mangled, of .NET by the file; empty when neither says.
std::string_view language_of(std::string_view symbol, std::string_view file) {
  if (ends_with_ignoring_case(file, ".cs")) return "csharp";
  if (ends_with_ignoring_case(file, ".vb")) return "visualbasic";
  if (ends_with_ignoring_case(file, ".fs")) return "fsharp";
  if (symbol.starts_with("_R") || symbol.starts_with("__R")) return "rust";
  if (symbol.starts_with("$s") || symbol.starts_with("_$s")) return "swift";
  if (symbol.starts_with("_Z") || symbol.starts_with("__Z") || symbol.starts_with('?')) {
    return "cpp";
  }
  return {};
}

void write_features(const Identity& identity, JsonWriter& json) {
  json.key("features").begin_object();
  json.member("has_debug_info", identity.has_debug_info);
  json.member("has_unwind_info", identity.has_unwind_info);
  json.member("has_symbols", identity.has_symbols);
  json.member("has_sources", identity.has_sources).end_object();
}

void write_download(const SymbolCandidate& candidate, JsonWriter& json) {
  json.key("download").begin_object().key("status");
  switch (candidate.download) {
    case SymbolCandidate::Download::kOk:
      json.value("ok");
      write_features(candidate.identity.value_or(Identity()), json);
      break;
    case SymbolCandidate::Download::kMissing:
      json.value("notfound");
      break;
    case SymbolCandidate::Download::kMalformed:
      json.value("malformed").member("details", candidate.details);
      break;
    case SymbolCandidate::Download::kRefused:
      json.value("noperm").member("details", candidate.details);
      break;
    case SymbolCandidate::Download::kFailed:
      json.value("error").member("details", "download failed: " + candidate.details);
      break;
  }
  json.end_object();
}

void write_use(std::string_view name,
               SymbolCandidate::Use use,
               const std::string& details,
               JsonWriter& json) {
  if (use == SymbolCandidate::Use::kNone) return;
  const bool is_good = use == SymbolCandidate::Use::kGood;
  json.key(name).begin_object().member("status", is_good ? "ok" : "malformed");
  if (!is_good) json.member("details", details);
  json.end_object();
}

void write_candidates(std::vector<SymbolCandidate> candidates, JsonWriter& json) {
  if (candidates.empty()) return;
  std::ranges::stable_sort(candidates, [](const SymbolCandidate& a, const SymbolCandidate& b) {
    return std::tie(a.source, a.location) < std::tie(b.source, b.location);
  });
  json.key("candidates").begin_array();
  for (const SymbolCandidate& candidate : candidates) {
    json.begin_object().member("source", candidate.source);
    json.member("location", candidate.location);
    write_download(candidate, json);
    write_use("unwind", candidate.unwind, candidate.details, json);
    write_use("debug", candidate.names, candidate.details, json);
    json.end_object();
  }
  json.end_array();
}

void write_text(std::string_view name, std::string_view text, JsonWriter& json) {
  if (!text.empty()) json.member(name, text);
}

// One module of an answer, whatever it was asked for.
struct ShownModule {
  std::string_view type;
  const ModuleQuery& query;
  std::string debug_id;
  std::uint64_t base = 0;
  std::optional<std::uint64_t> size;
  ModuleStatus status = ModuleStatus::kUnused;
  std::string_view unwind_status;  // empty: nothing was unwound
  const Identity& identity;
  const std::vector<SymbolCandidate>& candidates;
};

void write_module(const ShownModule& module, bool has_candidates, JsonWriter& json) {
  json.begin_object().member("debug_status", status_text(module.status));
  write_text("unwind_status", module.unwind_status, json);
  write_features(module.identity, json);
  json.member("arch", to_string(module.identity.arch)).member("type", module.type);
  write_text("code_id", module.query.code_id.text(), json);
  write_text("code_file", module.query.code_file, json);
  write_text("debug_id", module.debug_id, json);
  write_text("debug_file", module.query.debug_file, json);
  write_text("debug_checksum", module.query.debug_checksum, json);
  json.member("image_addr", hex(module.base));
  if (module.size) json.member("image_size", *module.size);
  if (has_candidates) write_candidates(module.candidates, json);
  json.end_object();
}

// What is known of a named call, without its frame.
void write_call(std::string_view symbol,
                std::string_view function,
                std::string_view file,
                std::uint32_t line,
                JsonWriter& json) {
  write_text("lang", language_of(symbol, file), json);
  write_text("symbol", symbol, json);
  json.member("function", function);
  if (!file.empty()) json.member("filename", base_name(file)).member("abs_path", file);
  json.member("lineno", line);
}

void write_lines(std::string_view name, const std::vector<std::string>& lines, JsonWriter& json) {
  if (lines.empty()) return;
  json.key(name).begin_array();
  for (const std::string& line : lines) json.value(line);
  json.end_array();
}

// The lines around a place or, where nobody has them, the URL that Source Link gives.
void write_source(const std::optional<SourceContext>& context,
                  std::string_view url,
                  JsonWriter& json) {
  if (!context) return write_text("source_link", url, json);
  write_lines("pre_context", context->before, json);
  json.member("context_line", context->line);
  write_lines("post_context", context->after, json);
}

class TraceWriter {
 public:
  TraceWriter(const SymbolicatorRequest& request, const NamedTraces& named, JsonWriter& json)
      : request_(request), named_(named), json_(json) {}

  void write() {
    json_.key("stacktraces").begin_array();
    for (std::size_t i = 0; i < named_.traces.size(); ++i) write_trace(i);
    json_.end_array().key("modules").begin_array();
    for (std::size_t i = 0; i < named_.modules.size(); ++i) {
      const LookedUpModule& found = named_.modules[i];
      const TraceModule& module = request_.stacks.modules[i];
      write_module({request_.modules[i].type,
                    module.query,
                    request_.modules[i].debug_id,
                    module.base,
                    request_.modules[i].size,
                    found.status,
                    {},
                    found.identity,
                    found.candidates},
                   request_.options.has_candidates,
                   json_);
    }
    json_.end_array();
  }

 private:
  void write_trace(std::size_t index) {
    const SymbolicatorTrace& trace = request_.traces[index];
    json_.begin_object();
    if (trace.thread_id) json_.member("thread_id", *trace.thread_id);
    write_text("thread_name", trace.thread_name, json_);
    if (trace.is_requesting) json_.member("is_requesting", *trace.is_requesting);
    const auto& registers = request_.stacks.traces[index].registers;
    if (!registers.empty()) {
      json_.key("registers").begin_object();
      for (const auto& [name, value] : registers) json_.member(name, hex(value));
      json_.end_object();
    }
    json_.key("frames").begin_array();
    const std::vector<NamedFrame>& frames = named_.traces[index];
    for (std::size_t i = 0; i < frames.size(); ++i) {
      write_frame(frames[request_.options.is_caller_first ? frames.size() - 1 - i : i],
                  trace.frames);
    }
    json_.end_array().end_object();
  }

  void write_frame(const NamedFrame& frame, const std::vector<SymbolicatorFrame>& asked) {
    const SymbolicatorFrame& original = asked[frame.original];
    json_.begin_object().member("status", status_text(frame.status));
    json_.member("original_index", frame.original);
    if (frame.is_offset && frame.module) {
      json_.member("addr_mode", fmt::format("rel:{}", *frame.module));
    }
    json_.member("instruction_addr", hex(frame.address));
    if (original.method) json_.member("function_id", hex(*original.method));
    if (!original.trust.empty() && original.trust != "none") json_.member("trust", original.trust);
    const std::string_view package =
        frame.module ? std::string_view(request_.stacks.modules[*frame.module].query.code_file)
                     : std::string_view();
    if (frame.status != NamedFrame::Status::kNamed) {
      const bool repeats = original.json.find("\"package\":") != std::string::npos;
      if (!repeats) write_text("package", package, json_);
      if (!original.json.empty()) json_.raw(original.json);
      json_.end_object();
      return;
    }
    write_text("platform", original.platform, json_);
    write_text("package", package, json_);
    const bool has_name = !frame.call.function.empty();
    write_call(frame.call.symbol,
               has_name ? frame.call.function : original.function,
               frame.call.file,
               frame.call.line,
               json_);
    write_source(frame.context, frame.call.source_url, json_);
    if (frame.is_outermost && !original.method) {
      const std::uint64_t base = frame.is_offset ? 0 : request_.stacks.modules[*frame.module].base;
      json_.member("sym_addr", hex(base + frame.call.function_address));
    }
    json_.end_object();
  }

  const SymbolicatorRequest& request_;
  const NamedTraces& named_;
  JsonWriter& json_;
};

class ReportWriter {
 public:
  ReportWriter(const Report& report,
               const ReportContexts& contexts,
               const SymbolicatorOptions& options,
               JsonWriter& json)
      : report_(report), contexts_(contexts), options_(options), json_(json) {}

  void write() {
    if (report_.time != 0) json_.member("timestamp", report_.time);
    write_system();
    json_.member("crashed", report_.has_crashed).member("crash_reason", crash_reason());
    json_.member("assertion", report_.assertion);
    json_.key("stacktraces").begin_array();
    for (std::size_t i = 0; i < report_.threads.size(); ++i) write_thread(i);
    json_.end_array().key("modules").begin_array();
    for (const ReportModule& module : report_.modules) write_report_module(module);
    json_.end_array();
  }

 private:
  // "Linux 4.9.60-aufs #1 SMP": the version is what is numbers and dots, the build what follows.
  void write_system() {
    std::string_view name = report_.os;
    if (name == "Windows NT") name = "Windows";
    if (name == "Mac OS X") name = "macOS";
    std::string_view version = report_.os_version;
    if (const std::size_t linux_at = version.find("Linux "); linux_at != version.npos) {
      version.remove_prefix(linux_at + 6);
    }
    const std::size_t end = std::min(version.find_first_not_of("0123456789."), version.size());
    json_.key("system_info").begin_object().member("os_name", name);
    json_.member("os_version", version.substr(0, end));
    json_.member("os_build", trim(version.substr(end)));
    json_.member("cpu_arch", to_string(report_.arch)).member("device_model", "").end_object();
  }

  std::string crash_reason() const {
    if (!report_.has_crashed) return {};
    std::string reason = report_.crash_reason;
    const std::size_t slash = reason.find(" /");
    if (slash != std::string::npos && !reason.substr(slash).starts_with(" / ")) {
      reason.insert(slash + 2, " ");
    }
    return fmt::format("{} / {:#x}", reason, report_.crash_address);
  }

  void write_thread(std::size_t index) {
    const ReportThread& thread = report_.threads[index];
    json_.begin_object().member("thread_id", thread.id);
    write_text("thread_name", thread.name, json_);
    json_.member("is_requesting", report_.requesting_thread == index);
    write_registers(thread);
    json_.key("frames").begin_array();
    const std::vector<Shown> shown = shown_frames(thread);
    for (std::size_t i = 0; i < shown.size(); ++i) {
      const Shown& frame = shown[options_.is_caller_first ? shown.size() - 1 - i : i];
      const auto at = static_cast<std::size_t>(frame.call - thread.frames.data());
      write_frame(frame, contexts_.empty() ? std::nullopt : contexts_[index][at]);
    }
    json_.end_array().end_object();
  }

  void write_registers(const ReportThread& thread) {
    for (const ReportFrame& frame : thread.frames) {
      if (frame.registers.empty()) continue;
      json_.key("registers").begin_object();
      for (const ReportRegister& one : frame.registers) json_.member(one.name, hex(one.value));
      json_.end_object();
      return;
    }
  }

  // A call; `physical` is the frame that it is an inlined call of, or itself.
  struct Shown {
    const ReportFrame* call;
    const ReportFrame* physical;
    std::size_t index;
  };

  // Without what scanning found that nothing speaks for.
  std::vector<Shown> shown_frames(const ReportThread& thread) const {
    std::vector<Shown> shown;
    std::size_t index = 0;
    std::size_t first = 0;
    for (std::size_t i = 0; i < thread.frames.size() && index < kFramesMax; ++i) {
      if (thread.frames[i].trust == Trust::kInline) continue;
      const ReportFrame& physical = thread.frames[i];
      const NamedFrame::Status status = status_of(physical);
      const bool is_dubious =
          physical.trust == Trust::kScan &&
          (status == NamedFrame::Status::kNoSymbol || status == NamedFrame::Status::kNoModule);
      for (; first <= i; ++first) {
        if (!is_dubious) shown.push_back({&thread.frames[first], &physical, index});
      }
      ++index;
    }
    return shown;
  }

  NamedFrame::Status status_of(const ReportFrame& frame) const {
    if (!frame.module) return NamedFrame::Status::kNoModule;
    if (!frame.symbol.empty()) return NamedFrame::Status::kNamed;
    switch (report_.modules[*frame.module].status) {
      case ModuleStatus::kFound:
        return NamedFrame::Status::kNoSymbol;
      case ModuleStatus::kCorrupt:
        return NamedFrame::Status::kMalformed;
      case ModuleStatus::kMissing:
      case ModuleStatus::kUnused:
        break;
    }
    return NamedFrame::Status::kMissing;
  }

  void write_frame(const Shown& shown, const std::optional<SourceContext>& context) {
    const ReportFrame& call = *shown.call;
    const NamedFrame::Status status = status_of(call);
    const bool is_named = status == NamedFrame::Status::kNamed;
    json_.begin_object().member("status", status_text(status));
    json_.member("original_index", shown.index);
    json_.member("instruction_addr", hex(is_named ? call.instruction : call.return_address));
    if (call.module) write_text("package", report_.modules[*call.module].code_file, json_);
    const std::string_view trust = trust_text(shown.physical->trust);
    if (trust != "none") json_.member("trust", trust);
    if (is_named) {
      write_call(call.symbol, call.function, call.file, call.line, json_);
      write_source(context, call.source_url, json_);
      if (shown.call == shown.physical) json_.member("sym_addr", hex(call.function_base));
    }
    json_.end_object();
  }

  void write_report_module(const ReportModule& module) {
    ModuleQuery query;
    query.code_file = module.code_file;
    query.debug_file = module.debug_file;
    query.code_id = module.code_id;
    query.os = report_.os;
    const std::string_view type = type_text(module_type(query));
    const bool is_used = module.status != ModuleStatus::kUnused;
    const std::string_view unwind = !is_used                       ? "unused"
                                    : module.unwind_source.empty() ? "missing"
                                                                   : "found";
    write_module({type,
                  query,
                  module.debug_id ? module.debug_id->dashed() : std::string(),
                  module.base,
                  module.size,
                  module.status,
                  unwind,
                  module.symbol_identity,
                  module.candidates},
                 options_.has_candidates,
                 json_);
  }

  static std::string_view type_text(ModuleType type) {
    switch (type) {
      case ModuleType::kPe:
      case ModuleType::kPortable:
        return "pe";
      case ModuleType::kElf:
        return "elf";
      case ModuleType::kMacho:
        return "macho";
      case ModuleType::kWasm:
        return "wasm";
    }
    return "unknown";
  }

  const Report& report_;
  const ReportContexts& contexts_;  // none: empty
  const SymbolicatorOptions& options_;
  JsonWriter& json_;
};

}  // namespace

std::string write_completed(const SymbolicatorRequest& request, const NamedTraces& named) {
  JsonWriter json;
  json.begin_object().member("status", "completed");
  if (request.stacks.signal) json.member("signal", *request.stacks.signal);
  TraceWriter(request, named, json).write();
  json.end_object();
  return std::move(json).take();
}

std::string write_completed(const Report& report,
                            const ReportContexts& contexts,
                            const SymbolicatorOptions& options) {
  JsonWriter json;
  json.begin_object().member("status", "completed");
  ReportWriter(report, contexts, options, json).write();
  json.end_object();
  return std::move(json).take();
}

std::string write_failed(std::string_view message) {
  JsonWriter json;
  json.begin_object().member("status", "failed").member("message", message).end_object();
  return std::move(json).take();
}

std::string write_pending(std::string_view id) {
  JsonWriter json;
  json.begin_object().member("status", "pending").member("request_id", id);
  json.member("retry_after", kRetrySeconds).end_object();
  return std::move(json).take();
}

}  // namespace sigla::api
