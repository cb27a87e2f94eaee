// SPDX-License-Identifier: Apache-2.0
#include <cstdint>

#include "formats/trace/kind.h"

// Every frame lies in the text, in order, and can be written again on one line.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = sigla::as_text({data, size});
  const sigla::trace::Trace trace = sigla::trace::recognise(text, {});
  sigla::trace::Call call;
  call.function = "f";
  call.file = "a.c";
  call.line = 1;
  std::size_t end = 0;
  for (const auto& frame : trace.frames) {
    SIGLA_CHECK(frame.line.offset >= end && frame.line.end() <= size);
    SIGLA_CHECK(frame.place.offset >= frame.line.offset && frame.place.end() <= frame.line.end());
    SIGLA_CHECK(!frame.module || *frame.module < trace.modules.size());
    SIGLA_CHECK(frame.thread < trace.threads.size());
    const auto* kind = sigla::trace::kinds()[frame.kind];
    SIGLA_CHECK(kind->write(frame, call).find('\n') == std::string::npos);
    end = frame.line.end();
  }
  return 0;
}
