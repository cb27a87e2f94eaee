// SPDX-License-Identifier: Apache-2.0
#include <utility>

#include "base/byte_reader.h"
#include "symbolicate/managed_trace.h"

namespace sigla {
namespace {

// One description of every field serves both directions.
struct Encoder {
  std::string out;
  void number(std::uint64_t value) {
    for (unsigned shift = 0; shift < 64; shift += 8) out += static_cast<char>(value >> shift);
  }
  void text(const std::string& value) {
    number(value.size());
    out += value;
  }
};

struct Decoder {
  ByteReader reader;
  template <typename T>
  void number(T& value) {
    value = static_cast<T>(reader.u64());
  }
  void text(std::string& value) { value = as_text(reader.bytes(reader.u64())); }
};

template <typename Archive, typename Frame>
void visit_frame(Archive& archive, Frame& frame) {
  archive.number(frame.line);
  archive.number(frame.line_size);
  archive.number(frame.place);
  archive.number(frame.place_size);
  archive.number(frame.name);
  archive.number(frame.name_size);
  archive.text(frame.method);
  archive.text(frame.module);
  archive.text(frame.mvid);
  archive.number(frame.token);
  archive.text(frame.file);
  archive.number(frame.source_line);
}

std::string encode(const clr::TraceText& trace) {
  Encoder encoder;
  encoder.number(trace.frames.size());
  for (const clr::TraceFrame& frame : trace.frames) {
    visit_frame(encoder, frame);
    encoder.number(static_cast<std::uint64_t>(frame.style));
    encoder.number(frame.is_escaped ? 1 : 0);
    encoder.number(frame.is_noise ? 1 : 0);
    encoder.number(frame.il_offset ? std::uint64_t{*frame.il_offset} + 1 : 0);
  }
  encoder.number(trace.separators.size());
  for (const auto& separator : trace.separators) {
    encoder.number(separator.line);
    encoder.number(separator.line_size);
  }
  return std::move(encoder.out);
}

// A job may have been taken over by what it read: spans are checked against the text.
Result<clr::TraceText> decode(Bytes encoded, std::uint64_t text_size) {
  Decoder decoder{ByteReader(encoded)};
  clr::TraceText trace;
  const auto is_inside = [&](std::uint64_t at, std::uint64_t size) {
    return at <= text_size && size <= text_size - at;
  };
  std::uint64_t end = 0;  // lines come in order
  bool is_right = true;
  const std::uint64_t frame_count = decoder.reader.u64();
  for (std::uint64_t i = 0; i < frame_count && !decoder.reader.at_end(); ++i) {
    clr::TraceFrame& frame = trace.frames.emplace_back();
    visit_frame(decoder, frame);
    frame.style = static_cast<clr::TraceFrame::Style>(decoder.reader.u64() % 3);
    frame.is_escaped = decoder.reader.u64() != 0;
    frame.is_noise = decoder.reader.u64() != 0;
    if (const std::uint64_t offset = decoder.reader.u64(); offset != 0) {
      frame.il_offset = static_cast<std::uint32_t>(offset - 1);
    }
    is_right = is_right && frame.line >= end && is_inside(frame.line, frame.line_size) &&
               is_inside(frame.name, frame.name_size) && is_inside(frame.place, frame.place_size) &&
               frame.name >= frame.line && frame.place >= frame.name + frame.name_size &&
               frame.place + frame.place_size <= frame.line + frame.line_size;
    end = frame.line + frame.line_size;
  }
  const std::uint64_t separator_count = decoder.reader.u64();
  for (std::uint64_t i = 0; i < separator_count && !decoder.reader.at_end(); ++i) {
    auto& separator = trace.separators.emplace_back();
    decoder.number(separator.line);
    decoder.number(separator.line_size);
    is_right = is_right && is_inside(separator.line, separator.line_size);
  }
  SIGLA_TRY(decoder.reader.finish("managed trace job's answer"));
  if (!is_right) return malformed("managed trace job: a frame outside of the text");
  return trace;
}

Result<WorkerMessage> run_managed_trace_job(WorkerMessage request, WorkerContext& context) {
  if (request.files.size() != 1) {
    return make_error(ErrorCode::kInvalidArgument, "managed trace job: no file");
  }
  SIGLA_TRY_ASSIGN(const MappedFile mapped,
                   MappedFile::map(request.files[0], context.limits().entry_size_max));
  WorkerMessage answer;
  answer.payload = encode(clr::read_stack_traces(as_text(mapped.bytes()), context.limits()));
  return answer;
}

}  // namespace

void add_managed_trace_job(WorkerJobs& jobs) {
  jobs.emplace(kManagedTraceJob, run_managed_trace_job);
}

Result<clr::TraceText> read_managed_trace(WorkerPool& pool, const File& text) {
  SIGLA_TRY_ASSIGN(const std::uint64_t size, text.size());
  WorkerMessage request;
  SIGLA_TRY_ASSIGN(request.files.emplace_back(), text.duplicate());
  SIGLA_TRY_ASSIGN(const WorkerMessage answer, pool.run(kManagedTraceJob, std::move(request)));
  return decode(as_bytes(answer.payload), size);
}

}  // namespace sigla
