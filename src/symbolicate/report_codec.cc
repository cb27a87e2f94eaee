// SPDX-License-Identifier: Apache-2.0
#include "symbolicate/report_codec.h"

#include <bit>
#include <type_traits>

#include "symbolicate/field_codec.h"

namespace sigla {

using codec::code_bytes;
using codec::code_list;
using codec::code_optional;
using codec::Decoder;
using codec::Encoder;

// As its bits, so that the same number comes out.
template <typename Coder>
void code_float(Coder& coder, const float& value) {
  coder(std::bit_cast<std::uint32_t>(value));
}
inline void code_float(Decoder& coder, float& value) {
  std::uint32_t bits = 0;
  coder(bits);
  value = std::bit_cast<float>(bits);
}

// Lists that may not be there at all.
template <typename Coder, typename T>
void code_optional_list(Coder& coder, T& list) {
  if constexpr (std::is_same_v<Coder, Encoder>) {
    coder(std::uint8_t{list.has_value()});
    if (list) code_list(coder, *list);
  } else {
    std::uint8_t is_there = 0;
    coder(is_there);
    if (is_there != 0) code_list(coder, list.emplace());
  }
}

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
  coder(module.list_index);
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
  coder(thread.is_in_name_list);
  code_optional(coder, thread.last_error);
  code_optional(coder, thread.info);
  code_optional(coder, thread.shadow_stack_pointer);
  code_list(coder, thread.frames);
}

template <typename Coder, typename T>
  requires std::is_same_v<std::remove_const_t<T>, Report::Annotation>
void code(Coder& coder, T& annotation) {
  coder(annotation.key);
  coder(annotation.value);
}

template <typename Coder, typename T>
  requires std::is_same_v<std::remove_const_t<T>, MemoryAccess>
void code(Coder& coder, T& access) {
  coder(access.address);
  coder(access.size);
  coder(access.kind);
  coder(access.has_null_base);
  coder(access.is_likely_guard_page);
}

template <typename Coder, typename T>
  requires std::is_same_v<std::remove_const_t<T>, InstructionEffects>
void code(Coder& coder, T& effects) {
  code_optional_list(coder, effects.accesses);
  coder(effects.is_complete);
  coder(effects.flow);
  coder(effects.target);
  code_list(coder, effects.address_registers);
}

template <typename Coder, typename T>
  requires std::is_same_v<std::remove_const_t<T>, PossibleBitFlip>
void code(Coder& coder, T& flip) {
  coder(flip.address);
  coder(flip.source_register);
  code_float(coder, flip.confidence);
  coder(flip.was_non_canonical);
  coder(flip.is_null);
  coder(flip.was_low);
  coder(flip.nearby_registers);
  coder(flip.has_poison_registers);
}

template <typename Coder, typename T>
  requires std::is_same_v<std::remove_const_t<T>, CrashFindings>
void code(Coder& coder, T& findings) {
  coder(findings.instruction);
  coder(findings.rust_instruction);
  code_optional(coder, findings.effects);
  coder(findings.adjustment);
  coder(findings.adjusted_address);
  coder(findings.is_stack_overflow);
  code_list(coder, findings.bit_flips);
  code_list(coder, findings.inconsistencies);
}

// Where code_list() and code_optional() find them: in the namespace of their types.
namespace minidump {

template <typename Coder, typename T>
  requires std::is_same_v<std::remove_const_t<T>, ThreadInfo>
void code(Coder& coder, T& info) {
  coder(info.dump_flags);
  coder(info.exit_status);
  coder(info.create_time);
  coder(info.exit_time);
  coder(info.kernel_time);
  coder(info.user_time);
  coder(info.start_address);
}

template <typename Coder, typename T>
  requires std::is_same_v<std::remove_const_t<T>, AuxvEntry>
void code(Coder& coder, T& entry) {
  coder(entry.type);
  coder(entry.value);
}

template <typename Coder, typename T>
  requires std::is_same_v<std::remove_const_t<T>, Handle>
void code(Coder& coder, T& handle) {
  coder(handle.handle);
  coder(handle.type_name);
  coder(handle.object_name);
}

template <typename Coder, typename T>
  requires std::is_same_v<std::remove_const_t<T>, LsbRelease>
void code(Coder& coder, T& release) {
  coder(release.id);
  coder(release.release);
  coder(release.codename);
  coder(release.description);
}

template <typename Coder, typename T>
  requires std::is_same_v<std::remove_const_t<T>, ProcLimit>
void code(Coder& coder, T& limit) {
  coder(limit.name);
  code_optional(coder, limit.soft);
  code_optional(coder, limit.hard);
  coder(limit.unit);
}

template <typename Coder, typename T>
  requires std::is_same_v<std::remove_const_t<T>, MacCrashRecord>
void code(Coder& coder, T& record) {
  code_optional(coder, record.thread);
  code_optional(coder, record.dialog_mode);
  code_optional(coder, record.abort_cause);
  code_optional(coder, record.module);
  coder(record.message);
  coder(record.signature_string);
  coder(record.backtrace);
  coder(record.message2);
}

}  // namespace minidump

template <typename Coder, typename T>
  requires std::is_same_v<std::remove_const_t<T>, ProcessDetails::DumpThread>
void code(Coder& coder, T& thread) {
  coder(thread.index);
  coder(thread.id);
}

template <typename Coder, typename T>
  requires std::is_same_v<std::remove_const_t<T>, ProcessDetails>
void code(Coder& coder, T& details) {
  code_list(coder, details.command_line);
  code_optional_list(coder, details.handles);
  code_optional(coder, details.lsb_release);
  code_optional_list(coder, details.limits);
  code_optional(coder, details.mapping_count);
  code_optional(coder, details.microcode_version);
  code_optional_list(coder, details.mac_crash_info);
  code_optional(coder, details.mac_boot_args);
  coder(details.soft_errors);
  coder(details.build_string);
  code_optional(coder, details.integrity_level);
  code_optional_list(coder, details.auxv);
  code_optional(coder, details.dump_thread);
}

template <typename Coder, typename T>
  requires std::is_same_v<std::remove_const_t<T>, Report>
void code(Coder& coder, T& report) {
  coder(report.os);
  coder(report.os_version);
  coder(report.cpu);
  coder(report.cpu_info);
  coder(report.cpu_count);
  coder(report.gpu_version);
  coder(report.gpu_vendor);
  coder(report.gpu_renderer);
  coder(report.arch);
  coder(report.time);
  code_optional(coder, report.process_id);
  coder(report.process_create_time);
  coder(report.has_crashed);
  coder(report.crash_reason);
  coder(report.rust_crash_reason);
  coder(report.crash_address);
  code_list(coder, report.crash_parameters);
  coder(report.exploitability);
  code(coder, report.findings);
  coder(report.assertion);
  code_optional(coder, report.requesting_thread);
  coder(report.has_modules);
  code_list(coder, report.modules);
  code_list(coder, report.unloaded_modules);
  code_optional(coder, report.main_module);
  code_list(coder, report.threads);
  code_list(coder, report.annotations);
  code(coder, report.details);
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
