// SPDX-License-Identifier: Apache-2.0
#include "symbolicate/trace_codec.h"

#include "formats/trace/kind.h"
#include "symbolicate/field_codec.h"

namespace sigla {
namespace trace {

using codec::code_list;
using codec::code_optional;

template <typename Coder, typename T>
  requires std::is_same_v<std::remove_const_t<T>, Span>
void code(Coder& coder, T& span) {
  coder(span.offset);
  coder(span.size);
}

template <typename Coder, typename T>
  requires std::is_same_v<std::remove_const_t<T>, Module>
void code(Coder& coder, T& module) {
  coder(module.name);
  coder(module.build_id);
  coder(module.debug_file);
  coder(module.debug_id);
  coder(module.version);
  coder(module.arch);
  coder(module.base_of);
  coder(module.base);
  coder(module.size);
}

template <typename Coder, typename T>
  requires std::is_same_v<std::remove_const_t<T>, Frame>
void code(Coder& coder, T& frame) {
  coder(frame.kind);
  coder(frame.thread);
  code(coder, frame.line);
  code(coder, frame.place);
  code_optional(coder, frame.module);
  coder(frame.addressing);
  coder(frame.address);
  coder(frame.absolute);
  coder(frame.is_return_address);
  coder(frame.function);
  coder(frame.function_size);
  coder(frame.file);
  coder(frame.source_line);
  coder(frame.module_text);
}

template <typename Coder, typename T>
  requires std::is_same_v<std::remove_const_t<T>, Register>
void code(Coder& coder, T& reg) {
  coder(reg.name);
  coder(reg.value);
}

template <typename Coder, typename T>
  requires std::is_same_v<std::remove_const_t<T>, Note>
void code(Coder& coder, T& note) {
  coder(note.key);
  coder(note.value);
}

template <typename Coder, typename T>
  requires std::is_same_v<std::remove_const_t<T>, Thread>
void code(Coder& coder, T& thread) {
  coder(thread.name);
  coder(thread.id);
  coder(thread.has_crashed);
  code_list(coder, thread.registers);
}

template <typename Coder, typename T>
  requires std::is_same_v<std::remove_const_t<T>, Trace>
void code(Coder& coder, T& trace) {
  coder(trace.os);
  coder(trace.os_version);
  coder(trace.arch);
  coder(trace.reason);
  coder(trace.crash_address);
  coder(trace.assertion);
  code_optional(coder, trace.process_id);
  coder(trace.time);
  code_list(coder, trace.notes);
  code_list(coder, trace.modules);
  code_list(coder, trace.threads);
  code_list(coder, trace.frames);
}

}  // namespace trace

namespace {

Status check(const trace::Trace& trace, std::size_t text_size) {
  const std::size_t kind_count = trace::kinds().size();
  std::size_t at = 0;  // where the line before ended
  for (const trace::Frame& frame : trace.frames) {
    const trace::Span& line = frame.line;
    const trace::Span& place = frame.place;
    const bool is_sound = line.offset >= at && line.offset <= text_size &&
                          line.size <= text_size - line.offset && place.offset >= line.offset &&
                          place.offset <= line.end() && place.size <= line.end() - place.offset &&
                          frame.kind < kind_count && frame.thread < trace.threads.size() &&
                          (!frame.module || *frame.module < trace.modules.size());
    if (!is_sound) return malformed("encoded trace: a frame is out of range");
    at = line.end();
  }
  return {};
}

}  // namespace

std::string encode_trace(const trace::Trace& trace) {
  codec::Encoder encoder;
  code(encoder, trace);
  return encoder.take();
}

Result<trace::Trace> decode_trace(Bytes bytes, std::size_t text_size) {
  codec::Decoder decoder(bytes);
  trace::Trace trace;
  code(decoder, trace);
  SIGLA_TRY(decoder.finish("encoded trace"));
  SIGLA_TRY(check(trace, text_size));
  return trace;
}

}  // namespace sigla
