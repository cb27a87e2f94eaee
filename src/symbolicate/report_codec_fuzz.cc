// SPDX-License-Identifier: Apache-2.0
#include <cstdint>

#include "symbolicate/report_codec.h"
#include "symbolicate/write_breakpad.h"
#include "symbolicate/write_json.h"
#include "symbolicate/write_machine.h"
#include "symbolicate/write_text.h"

// What decodes can be written in every format, and encodes to what decodes to the same again.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto report = sigla::decode_report({data, size});
  if (!report.has_value()) return 0;
  static_cast<void>(sigla::write_text(*report));
  static_cast<void>(sigla::write_breakpad(*report));
  const std::string encoded = sigla::encode_report(*report);
  const auto again = sigla::decode_report(sigla::as_bytes(encoded));
  SIGLA_CHECK(again.has_value());
  SIGLA_CHECK(sigla::write_json(*report) == sigla::write_json(*again));
  SIGLA_CHECK(sigla::write_breakpad_machine(*report) == sigla::write_breakpad_machine(*again));
  return 0;
}
