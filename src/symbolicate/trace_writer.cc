// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "base/text.h"
#include "formats/trace/kind.h"
#include "symbolicate/trace_resolver.h"

namespace sigla {
namespace {

// Names come from symbol files: one with a line end in it would forge lines of the trace.
std::string one_line(std::string text) {
  for (char& c : text) {
    if (static_cast<unsigned char>(c) < 0x20) c = ' ';
  }
  return text;
}

std::string_view line_end(std::string_view text, const trace::Frame& frame) {
  return text.substr(frame.line.end(), 2) == "\r\n" ? "\r\n" : "\n";
}

}  // namespace

std::string write_trace(std::string_view text,
                        const trace::Trace& trace,
                        const ResolvedTrace& resolved) {
  const auto kinds = trace::kinds();
  std::string out;
  out.reserve(text.size() + text.size() / 2);
  std::size_t copied = 0;
  for (std::size_t i = 0; i < trace.frames.size(); ++i) {
    const trace::Frame& frame = trace.frames[i];
    const std::size_t at = resolved.lookups[i];
    if (at == SIZE_MAX || resolved.found.frames[at].empty()) continue;
    out += text.substr(copied, frame.line.offset - copied);
    const std::string_view before =
        text.substr(frame.line.offset, frame.place.offset - frame.line.offset);
    const std::string_view after =
        text.substr(frame.place.end(), frame.line.end() - frame.place.end());
    const auto& found = resolved.found.frames[at];
    for (std::size_t k = 0; k < found.size(); ++k) {
      trace::Call call;
      call.function = found[k].function.empty() ? std::string_view("??") : found[k].function;
      call.file = found[k].file;
      call.line = found[k].line;
      call.column = found[k].column;
      call.is_inlined = found[k].is_inlined;
      if (!call.is_inlined) {
        call.offset = resolved.addresses[i] - found[k].function_address;
        call.line_offset = resolved.addresses[i] - found[k].line_address;
      }
      out += before;
      out += one_line(kinds[frame.kind]->write(frame, call));
      out += after;
      if (k + 1 == found.size()) continue;
      const std::string_view between = kinds[frame.kind]->between;
      out += between.empty() ? line_end(text, frame) : between;
    }
    copied = frame.line.end();
  }
  out += text.substr(copied);
  return out;
}

}  // namespace sigla
