// SPDX-License-Identifier: Apache-2.0
#include <cstdlib>

#include "base/bytes.h"
#include "demangle/demangle.h"
#include "demangle/punycode.h"
#include "demangle/swift.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = sigla::as_text(sigla::Bytes(data, size));
  sigla::decode_punycode(text, sigla::PunycodeDigits::kSwift);
  for (const std::string_view prefix : {"$s", "_T0", "_T"}) {
    const auto readable = sigla::demangle_swift(std::string(prefix) + std::string(text));
    if (readable.has_value() && readable->size() > sigla::kReadableNameSizeMax) std::abort();
  }
  return 0;
}
