// SPDX-License-Identifier: Apache-2.0
#include <cstdint>

#include "formats/trace/json_trace.h"

// Every frame is an object in the text, and every module it names is there.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = sigla::as_text({data, size});
  static_cast<void>(sigla::trace::is_json_trace(text));
  const auto trace = sigla::trace::read_json_trace(text);
  if (!trace.has_value()) return 0;
  for (const auto& frame : trace->frames) {
    SIGLA_CHECK(frame.line.end() <= size && text[frame.line.offset] == '{');
    SIGLA_CHECK(!frame.module || *frame.module < trace->modules.size());
    SIGLA_CHECK(frame.thread < trace->threads.size());
  }
  return 0;
}
