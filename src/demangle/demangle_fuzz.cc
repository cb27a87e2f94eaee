// SPDX-License-Identifier: Apache-2.0
// Our own part only: LLVM's demanglers expand and recurse without bounds, which is why they run in
// a worker, and a fuzzer finds nothing else. Names are therefore short and without substitutions.
#include <cstdlib>

#include "base/bytes.h"
#include "demangle/demangle.h"
#include "demangle/rust_legacy.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view name = sigla::as_text(sigla::Bytes(data, size));
  const auto rust = sigla::decode_rust_legacy(name);
  if (rust.has_value() && rust->size() > name.size()) std::abort();
  if (size > 128 || name.find('S') != std::string_view::npos ||
      name.find('T') != std::string_view::npos) {
    return 0;
  }
  const std::string readable = sigla::demangle(name);
  if (!sigla::looks_mangled(name) && readable != name) std::abort();
  return 0;
}
