// SPDX-License-Identifier: Apache-2.0
// Stack traces in any text: every span lies in it; methods are taken apart.
#include <cstddef>
#include <cstdint>

#include "base/bytes.h"
#include "formats/clr/method_text.h"
#include "formats/clr/source_name.h"
#include "formats/clr/stack_trace.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace clr = sigla::clr;
  const std::string_view text = sigla::as_text(sigla::Bytes(data, size));
  for (const clr::TraceFrame& frame : clr::read_stack_traces(text, sigla::Limits()).frames) {
    SIGLA_CHECK(frame.line + frame.line_size <= size);
    SIGLA_CHECK(frame.place >= frame.line && frame.name >= frame.line);
    SIGLA_CHECK(frame.place + frame.place_size <= frame.line + frame.line_size);
    SIGLA_CHECK(frame.name + frame.name_size <= frame.line + frame.line_size);
    const clr::MethodText method = clr::parse_method_text(frame.method);
    static_cast<void>(clr::source_method(method.type, method.method).qualified_method());
  }
  return 0;
}
