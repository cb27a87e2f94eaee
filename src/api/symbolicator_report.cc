// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "api/symbolicator_parts.h"
#include "api/symbolicator_response.h"
#include "base/json_writer.h"
#include "base/text.h"

namespace sigla::api {

namespace {

constexpr std::size_t kFramesMax = 256;  // of one thread of a dump, as Symbolicator has it

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
    write_nonempty("thread_name", thread.name, json_);
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
    if (call.module) write_nonempty("package", report_.modules[*call.module].code_file, json_);
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

std::string write_completed(const Report& report,
                            const ReportContexts& contexts,
                            const SymbolicatorOptions& options) {
  JsonWriter json;
  json.begin_object().member("status", "completed");
  ReportWriter(report, contexts, options, json).write();
  json.end_object();
  return std::move(json).take();
}

}  // namespace sigla::api
