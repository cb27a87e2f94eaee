// SPDX-License-Identifier: Apache-2.0
#include <cstdlib>

#include "base/bytes.h"
#include "demangle/demangle.h"
#include "demangle/rust_v0.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = sigla::as_text(sigla::Bytes(data, size));
  const auto readable = sigla::demangle_rust_v0("_R" + std::string(text));
  if (readable.has_value() && readable->size() > sigla::kReadableNameSizeMax) std::abort();
  return 0;
}
