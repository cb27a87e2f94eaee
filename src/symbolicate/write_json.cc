// SPDX-License-Identifier: Apache-2.0
#include "symbolicate/write_json.h"

#include <fmt/format.h>

#include "base/text.h"
#include "stackwalk/rust_crash_reason.h"
#include "symbolicate/explanation.h"
#include "symbolicate/rust_minidump_system.h"
#include "symbolicate/write_findings.h"
#include "symbolicate/write_thread_info.h"

namespace sigla {
namespace {

std::string hex(std::uint64_t value) { return fmt::format("0x{:x}", value); }

class Writer {
 public:
  Writer(const Report& report, JsonWriter& json) : report_(report), json_(json) {}

  void write() {
    json_.begin_object();
    system();
    crash();
    json_.key("threads").begin_array();
    for (std::size_t i = 0; i < report_.threads.size(); ++i) thread(i);
    json_.end_array();
    modules("modules", report_.modules);
    modules("unloaded_modules", report_.unloaded_modules);
    json_.key("annotations").begin_array();
    for (const Report::Annotation& annotation : report_.annotations) {
      json_.begin_object();
      json_.member("key", annotation.key).member("value", annotation.value).end_object();
    }
    json_.end_array();
    details();
    json_.key("warnings").begin_array();
    for (const std::string& warning : report_.warnings) json_.value(warning);
    json_.end_array().end_object();
  }

 private:
  void system() {
    json_.key("system").begin_object();
    json_.member("os", report_.os).member("os_version", report_.os_version);
    json_.member("cpu", report_.cpu).member("cpu_info", report_.cpu_info);
    json_.member("cpu_count", report_.cpu_count).key("gpu");
    if (report_.gpu_version.empty() && report_.gpu_renderer.empty()) {
      json_.null();
    } else {
      json_.begin_object().member("version", report_.gpu_version);
      json_.member("vendor", report_.gpu_vendor).member("renderer", report_.gpu_renderer);
      json_.end_object();
    }
    json_.end_object();
    json_.member("time", report_.time);
    json_.value_or_null("process_id", report_.process_id);
  }

  void crash() {
    json_.key("crash");
    if (report_.has_crashed) {
      json_.begin_object().member("reason", report_.crash_reason);
      json_.member("address", hex(report_.crash_address));
      json_.value_or_null("thread", report_.requesting_thread);
      json_.key("parameters").begin_array();
      for (const std::uint64_t parameter : report_.crash_parameters) json_.value(hex(parameter));
      json_.end_array();
      json_.member("exploitability", to_string(report_.exploitability));
      write_findings(report_.findings, json_);
      json_.end_object();
    } else {
      json_.null();
    }
    json_.text_or_null("assertion", report_.assertion);
    json_.value_or_null("requesting_thread", report_.requesting_thread);
  }

  void details() {
    const ProcessDetails& details = report_.details;
    json_.key("details").begin_object().key("command_line").begin_array();
    for (const std::string& word : details.command_line) json_.value(word);
    json_.end_array();
    json_.text_or_null("build_string", details.build_string);
    json_.value_or_null("integrity_level", details.integrity_level);
    json_.value_or_null("linux_mapping_count", details.mapping_count);
    json_.text_or_null("microcode_version",
                       details.microcode_version ? hex(*details.microcode_version) : std::string());
    write_rust_minidump_handles(report_, json_);
    write_rust_minidump_details(report_, json_);
    write_rust_minidump_limits(report_, json_);
    write_rust_minidump_soft_errors(report_, json_);
    write_auxv(details.auxv, json_);
    json_.end_object();
  }

  void thread(std::size_t index) {
    const ReportThread& thread = report_.threads[index];
    json_.begin_object().member("index", index).member("id", thread.id);
    json_.text_or_null("name", thread.name);
    json_.text_or_null("last_error",
                       thread.last_error ? windows_error_text(*thread.last_error) : std::string());
    json_.text_or_null("shadow_stack_pointer",
                       thread.shadow_stack_pointer ? hex(*thread.shadow_stack_pointer) : "");
    write_thread_info(thread.info, json_);
    json_.member("crashed", report_.has_crashed && report_.requesting_thread == index);
    json_.key("frames").begin_array();
    std::size_t first = 0;  // of the inlined calls of the frame at hand
    std::size_t number = 0;
    for (std::size_t i = 0; i < thread.frames.size(); ++i) {
      if (thread.frames[i].trust == Trust::kInline) continue;
      frame(thread.frames, first, i, number++);
      first = i + 1;
    }
    json_.end_array().end_object();
  }

  void frame(const std::vector<ReportFrame>& frames,
             std::size_t first_inline,
             std::size_t at,
             std::size_t number) {
    const ReportFrame& frame = frames[at];
    const ReportModule* module = nullptr;
    if (frame.module) module = &report_.modules[*frame.module];
    if (frame.unloaded_module) module = &report_.unloaded_modules[*frame.unloaded_module];
    json_.begin_object().member("index", number);
    json_.member("address", hex(frame.return_address))
        .member("instruction", hex(frame.instruction));
    json_.text_or_null("module", module == nullptr ? "" : base_name(module->code_file));
    json_.text_or_null("module_offset",
                       module == nullptr ? "" : hex(frame.return_address - module->base));
    name(frame);
    json_.text_or_null(
        "function_offset",
        frame.function.empty() ? "" : hex(frame.return_address - frame.function_base));
    place(frame);
    json_.member("trust", to_string(frame.trust));
    json_.text_or_null("symbol_source", module == nullptr ? "" : module->symbol_source);
    json_.key("inlines").begin_array();
    for (std::size_t i = first_inline; i < at; ++i) {
      json_.begin_object();
      name(frames[i]);
      place(frames[i]);
      json_.end_object();
    }
    json_.end_array();
    json_.key("explain").begin_array();
    for (const std::string& line : explain_frame(report_, frames, at)) json_.value(line);
    json_.end_array();
    if (!frame.registers.empty()) {
      json_.key("registers").begin_object();
      for (const ReportRegister& reg : frame.registers) json_.member(reg.name, hex(reg.value));
      json_.end_object();
    }
    json_.end_object();
  }

  void place(const ReportFrame& frame) {
    json_.text_or_null("file", frame.file);
    json_.number_or_null("line", frame.file.empty() ? 0 : frame.line);
    json_.number_or_null("column", frame.file.empty() ? 0 : frame.column);
    json_.text_or_null("source_link", frame.source_url);
  }
  void name(const ReportFrame& frame) {
    json_.text_or_null("function", frame.function);
    json_.text_or_null("symbol", frame.symbol);
  }

  void modules(std::string_view name, const std::vector<ReportModule>& modules) {
    json_.key(name).begin_array();
    for (const ReportModule& module : modules) {
      json_.begin_object().member("base", hex(module.base)).member("size", hex(module.size));
      json_.member("code_file", module.code_file);
      json_.text_or_null("debug_file", module.debug_file);
      json_.text_or_null("debug_id", module.debug_id ? module.debug_id->dashed() : "");
      json_.text_or_null("breakpad_id", module.debug_identifier);
      json_.text_or_null("code_id", module.code_id.text());
      json_.text_or_null("version", module.version);
      json_.text_or_null("cert_subject", module.cert_subject);
      json_.member("main",
                   report_.main_module && &module == &report_.modules[*report_.main_module]);
      json_.member("status", to_string(module.status));
      json_.text_or_null("symbol_source", module.symbol_source);
      json_.text_or_null("unwind_source", module.unwind_source);
      json_.key("explain").begin_array();
      for (const std::string& line : module.explain) json_.value(line);
      for (const std::string& line : module.advice) json_.value(line);
      json_.end_array().end_object();
    }
    json_.end_array();
  }

  const Report& report_;
  JsonWriter& json_;
};

}  // namespace

void write_json(const Report& report, JsonWriter& json) { Writer(report, json).write(); }

std::string write_json(const Report& report) {
  JsonWriter json(JsonWriter::Style::kPretty);
  write_json(report, json);
  return std::move(json).take() + "\n";
}

}  // namespace sigla
