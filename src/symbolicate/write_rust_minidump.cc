// SPDX-License-Identifier: Apache-2.0
#include "symbolicate/write_rust_minidump.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "base/json_writer.h"
#include "base/text.h"
#include "symbolicate/rust_minidump_crash.h"
#include "symbolicate/rust_minidump_system.h"

namespace sigla {
namespace {

std::string_view trust_name(Trust trust) {
  switch (trust) {
    case Trust::kNone:
      return "non";
    case Trust::kLeaf:
      return "cfi";  // it has no such method; its rules find these frames
    default:
      return to_string(trust);
  }
}

class Writer {
 public:
  Writer(const Report& report, JsonWriter& json)
      : report_(report), json_(json), width_(rust_minidump_pointer_width(report)) {}

  void write() {
    json_.begin_object();
    json_.key("crash_info");
    write_rust_minidump_crash(report_, thread_number(report_.requesting_thread), json_);
    crashing_thread();
    write_rust_minidump_handles(report_, json_);
    json_.value_or_null("linux_memory_map_count", report_.details.mapping_count);
    write_rust_minidump_details(report_, json_);
    json_.member("main_module", 0);
    modules();
    json_.member("modules_contains_cert_info", report_.has_certificates);
    json_.value_or_null("pid", report_.process_id);
    write_rust_minidump_limits(report_, json_);
    uptime();
    write_rust_minidump_soft_errors(report_, json_);
    json_.member("status", "OK");
    write_rust_minidump_system(report_, json_);
    threads();
    unloaded_modules();
    json_.end_object();
  }

 private:
  std::string hex(std::uint64_t value) const { return fmt::format("0x{:0{}x}", value, width_); }

  // It counts the thread that wrote the dump, too.
  std::optional<std::uint32_t> thread_number(std::optional<std::uint32_t> index) const {
    const auto& skipped = report_.details.dump_thread;
    if (index && skipped && *index >= skipped->index) return *index + 1;
    return index;
  }

  void uptime() {
    json_.key("process_uptime");
    if (report_.process_create_time == 0) {
      json_.null();
    } else {
      json_.value(report_.time > report_.process_create_time
                      ? report_.time - report_.process_create_time
                      : 0U);
    }
  }

  void crashing_thread() {
    if (!report_.requesting_thread) return;
    const ReportThread& thread = report_.threads[*report_.requesting_thread];
    if (thread.frames.empty()) return;
    json_.key("crashing_thread");
    thread_object(thread, thread_number(report_.requesting_thread));
  }

  void threads() {
    const auto& skipped = report_.details.dump_thread;
    json_.member("thread_count", report_.threads.size() + (skipped ? 1 : 0));
    json_.key("threads").begin_array();
    for (std::size_t i = 0; i <= report_.threads.size(); ++i) {
      if (skipped && skipped->index == i) {
        ReportThread writer;
        writer.id = skipped->id;
        thread_object(writer, std::nullopt);
      }
      if (i < report_.threads.size()) thread_object(report_.threads[i], std::nullopt);
    }
    json_.end_array();
  }

  // `number` is that of the thread that crashed, shown with its registers.
  void thread_object(const ReportThread& thread, std::optional<std::uint32_t> number) {
    const auto count = std::count_if(thread.frames.begin(), thread.frames.end(), [](const auto& f) {
      return f.trust != Trust::kInline;
    });
    json_.begin_object().member("frame_count", count);
    json_.key("frames").begin_array();
    std::size_t first = 0;  // of the inlined calls of the frame at hand
    std::size_t index = 0;
    for (std::size_t i = 0; i < thread.frames.size(); ++i) {
      if (thread.frames[i].trust == Trust::kInline) continue;
      frame(thread.frames, first, i, index, number && index == 0);
      ++index;
      first = i + 1;
    }
    json_.end_array();
    json_.key("last_error_value");
    if (thread.last_error) {
      json_.value(rust_minidump_last_error(*thread.last_error));
    } else {
      json_.null();
    }
    json_.member("thread_id", thread.id);
    json_.key("thread_name");
    thread.name.empty() && !thread.is_in_name_list ? json_.null() : json_.value(thread.name);
    if (number) json_.member("threads_index", *number);
    json_.end_object();
  }

  void frame(const std::vector<ReportFrame>& frames,
             std::size_t first_inline,
             std::size_t at,
             std::size_t number,
             bool has_registers) {
    const ReportFrame& frame = frames[at];
    const ReportModule* module = frame.module ? &report_.modules[*frame.module] : nullptr;
    json_.begin_object();
    place(frame);
    json_.member("frame", number);
    json_.text_or_null("function", breakpad_name(report_, frame));
    json_.text_or_null("function_offset",
                       frame.function.empty() ? "" : hex(frame.instruction - frame.function_base));
    json_.key("inlines");
    if (first_inline == at) {
      json_.null();
    } else {
      json_.begin_array();
      for (std::size_t i = first_inline; i < at; ++i) {
        json_.begin_object();
        place(frames[i]);
        json_.text_or_null("function", breakpad_name(report_, frames[i]));
        line(frames[i]);
        json_.end_object();
      }
      json_.end_array();
    }
    line(frame);
    json_.member("missing_symbols", frame.function.empty());
    json_.text_or_null("module", module == nullptr ? "" : base_name(module->code_file));
    json_.text_or_null("module_offset",
                       module == nullptr ? "" : hex(frame.instruction - module->base));
    json_.member("offset", hex(frame.instruction));
    if (has_registers) registers(frame);
    json_.member("trust", trust_name(frame.trust));
    unloaded_at(frame);
    json_.end_object();
  }

  void place(const ReportFrame& frame) { json_.text_or_null("file", frame.file); }
  void line(const ReportFrame& frame) {
    json_.value_or_null(
        "line", frame.file.empty() ? std::nullopt : std::optional<std::uint32_t>(frame.line));
  }

  void registers(const ReportFrame& frame) {
    std::map<std::string, std::uint64_t> by_name;
    for (const ReportRegister& reg : frame.registers) {
      by_name[reg.name == "efl" ? "eflags" : reg.name] = reg.value;
    }
    json_.key("registers").begin_object();
    for (const auto& [name, value] : by_name) json_.member(name, hex(value));
    json_.end_object();
  }

  // Every unloaded module that once lay there.
  void unloaded_at(const ReportFrame& frame) {
    json_.key("unloaded_modules");
    std::map<std::string, std::set<std::uint64_t>> offsets;
    if (!frame.module) {
      for (const ReportModule& module : report_.unloaded_modules) {
        if (frame.instruction - module.base >= module.size) continue;
        offsets[module.code_file].insert(frame.instruction - module.base);
      }
    }
    if (offsets.empty()) {
      json_.null();
      return;
    }
    json_.begin_array();
    for (const auto& [name, of_module] : offsets) {
      json_.begin_object().member("module", name).key("offsets").begin_array();
      for (const std::uint64_t offset : of_module) json_.value(hex(offset));
      json_.end_array().end_object();
    }
    json_.end_array();
  }

  // Apple's programs have the one id.
  std::string code_id_of(const ReportModule& module) const {
    if (!module.code_id.empty() || !module.debug_id) return lower(module.code_id.text());
    const bool is_apple = report_.os == "Mac OS X" || report_.os == "iOS";
    return is_apple ? module.debug_id->guid_lower() : std::string();
  }

  static std::vector<const ReportModule*> in_list_order(const std::vector<ReportModule>& modules) {
    std::vector<const ReportModule*> ordered;
    for (const ReportModule& module : modules) ordered.push_back(&module);
    std::stable_sort(ordered.begin(), ordered.end(), [](const auto* a, const auto* b) {
      return a->list_index < b->list_index;
    });
    return ordered;
  }

  void modules() {
    json_.key("modules").begin_array();
    for (const ReportModule* module : in_list_order(report_.modules)) {
      const bool was_looked_for = module->status != ModuleStatus::kUnused;
      const bool is_found = module->status == ModuleStatus::kFound;
      json_.begin_object().member("base_addr", hex(module->base));
      json_.text_or_null("cert_subject", module->cert_subject);
      json_.member("code_id", code_id_of(*module));
      json_.member("corrupt_symbols", module->status == ModuleStatus::kCorrupt);
      json_.member("debug_file", base_name(module->debug_file));
      json_.member(
          "debug_id",
          module->debug_identifier.empty() ? std::string(33, '0') : module->debug_identifier);
      json_.member("end_addr", hex(module->base + module->size));
      json_.member("filename", base_name(module->code_file));
      json_.member("loaded_symbols", is_found);
      json_.member("missing_symbols", was_looked_for && !is_found);
      const bool is_url = module->symbol_source.find("://") != std::string::npos;
      json_.text_or_null("symbol_url", is_url ? module->symbol_source : std::string_view());
      json_.text_or_null("version", module->version);
      json_.end_object();
    }
    json_.end_array();
  }

  void unloaded_modules() {
    json_.key("unloaded_modules").begin_array();
    for (const ReportModule* module : in_list_order(report_.unloaded_modules)) {
      json_.begin_object().member("base_addr", hex(module->base));
      json_.text_or_null("cert_subject", module->cert_subject);
      json_.member("code_id", code_id_of(*module));
      json_.member("end_addr", hex(module->base + module->size));
      json_.member("filename", module->code_file).end_object();
    }
    json_.end_array();
  }

  const Report& report_;
  JsonWriter& json_;
  int width_;
};

}  // namespace

std::string write_rust_minidump(const Report& report) {
  JsonWriter json;
  Writer(report, json).write();
  return std::move(json).take() + "\n";
}

}  // namespace sigla
