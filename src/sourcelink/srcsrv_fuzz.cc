// SPDX-License-Identifier: Apache-2.0
// A source server's text, every row of which is evaluated.
#include <cstddef>
#include <cstdint>

#include "base/bytes.h"
#include "sourcelink/srcsrv.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input = sigla::as_text(sigla::Bytes(data, size));
  const auto stream = sigla::sourcelink::Srcsrv::parse(input, sigla::Limits());
  if (!stream.has_value()) return 0;
  std::size_t count = 0;
  for (const auto& row : stream->rows()) {
    if (++count > 20) break;
    SIGLA_CHECK(stream->find_row(row.front()) != nullptr);
    static_cast<void>(stream->evaluate(row.front(), "C:\\target"));
  }
  return 0;
}
