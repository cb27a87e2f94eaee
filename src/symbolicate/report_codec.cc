// SPDX-License-Identifier: Apache-2.0
#include "symbolicate/report_codec.h"

#include <type_traits>

#include "symbolicate/field_codec.h"

namespace sigla {

using codec::code_bytes;
using codec::code_list;
using codec::code_optional;
using codec::Decoder;
using codec::Encoder;

template <typename Coder, typename T>
  requires std::is_same_v<std::remove_const_t<T>, DebugId>
void code(Coder& coder, T& id) {
  code_bytes(coder, id.guid);
  coder(id.age);
}

template <typename Coder>
void code_code_id(Coder& coder, const CodeId& id) {
  coder(id.text());
}
inline void code_code_id(Decoder& coder, CodeId& id) {
  std::string text;
  coder(text);
  id = CodeId(text);
}

template <typename Coder, typename T>
  requires std::is_same_v<std::remove_const_t<T>, ReportModule>
void code(Coder& coder, T& module) {
  coder(module.base);
  coder(module.size);
  coder(module.code_file);
  coder(module.debug_file);
  coder(module.debug_identifier);
  code_optional(coder, module.debug_id);
  code_code_id(coder, module.code_id);
  coder(module.version);
  coder(module.status);
  coder(module.symbol_source);
  coder(module.unwind_source);
  coder(module.has_breakpad_names);
  code_list(coder, module.explain);
  code_list(coder, module.advice);
}

template <typename Coder, typename T>
  requires std::is_same_v<std::remove_const_t<T>, ReportRegister>
void code(Coder& coder, T& reg) {
  coder(reg.name);
  coder(reg.value);
}

template <typename Coder, typename T>
  requires std::is_same_v<std::remove_const_t<T>, ReportFrame>
void code(Coder& coder, T& frame) {
  coder(frame.instruction);
  coder(frame.return_address);
  coder(frame.trust);
  code_optional(coder, frame.module);
  code_optional(coder, frame.unloaded_module);
  coder(frame.symbol);
  coder(frame.function);
  coder(frame.function_base);
  coder(frame.file);
  coder(frame.line);
  coder(frame.column);
  coder(frame.source_url);
  coder(frame.line_base);
  code_list(coder, frame.registers);
}

template <typename Coder, typename T>
  requires std::is_same_v<std::remove_const_t<T>, ReportThread>
void code(Coder& coder, T& thread) {
  coder(thread.id);
  coder(thread.name);
  code_list(coder, thread.frames);
}

template <typename Coder, typename T>
  requires std::is_same_v<std::remove_const_t<T>, Report::Annotation>
void code(Coder& coder, T& annotation) {
  coder(annotation.key);
  coder(annotation.value);
}

template <typename Coder, typename T>
  requires std::is_same_v<std::remove_const_t<T>, Report>
void code(Coder& coder, T& report) {
  coder(report.os);
  coder(report.os_version);
  coder(report.cpu);
  coder(report.cpu_info);
  coder(report.cpu_count);
  coder(report.arch);
  coder(report.time);
  code_optional(coder, report.process_id);
  coder(report.process_create_time);
  coder(report.has_crashed);
  coder(report.crash_reason);
  coder(report.crash_address);
  code_list(coder, report.crash_parameters);
  coder(report.exploitability);
  coder(report.assertion);
  code_optional(coder, report.requesting_thread);
  coder(report.has_modules);
  code_list(coder, report.modules);
  code_list(coder, report.unloaded_modules);
  code_optional(coder, report.main_module);
  code_list(coder, report.threads);
  code_list(coder, report.annotations);
  code_list(coder, report.warnings);
}

namespace {

// Indexes a writer may use without asking.
Status check_indexes(const Report& report) {
  const auto is_in = [](const std::optional<std::uint32_t>& index, std::size_t count) {
    return !index || *index < count;
  };
  bool is_sound = is_in(report.requesting_thread, report.threads.size()) &&
                  is_in(report.main_module, report.modules.size());
  for (const ReportThread& thread : report.threads) {
    for (const ReportFrame& frame : thread.frames) {
      is_sound = is_sound && is_in(frame.module, report.modules.size()) &&
                 is_in(frame.unloaded_module, report.unloaded_modules.size());
    }
  }
  if (is_sound) return {};
  return malformed("encoded report: an index is out of range");
}

}  // namespace

std::string encode_report(const Report& report) {
  Encoder encoder;
  code(encoder, report);
  return encoder.take();
}

Result<Report> decode_report(Bytes bytes) {
  Decoder decoder(bytes);
  Report report;
  code(decoder, report);
  SIGLA_TRY(decoder.finish("encoded report"));
  SIGLA_TRY(check_indexes(report));
  return report;
}

}  // namespace sigla
