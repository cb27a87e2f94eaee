// SPDX-License-Identifier: Apache-2.0
// Any request path: what comes out are lower-case keys that mean themselves.
#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "base/text.h"
#include "ident/breakpad_path.h"
#include "ident/debuginfod_path.h"
#include "ident/symbol_request.h"
#include "ident/symstore_path.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view path = sigla::as_text(sigla::Bytes(data, size));
  static_cast<void>(sigla::parse_symstore_path(path));
  static_cast<void>(sigla::parse_breakpad_path(path));
  static_cast<void>(sigla::parse_debuginfod_path(path));
  const auto request = sigla::normalise_request(path);
  if (!request.has_value()) return 0;
  SIGLA_CHECK(!request.value().keys.empty());
  for (const std::string& key : request.value().keys) {
    SIGLA_CHECK(key == sigla::lower(key));
    for (const std::string_view part : sigla::split(key, '/')) {
      SIGLA_CHECK(!part.empty() && part != "." && part != "..");
    }
  }
  return 0;
}
