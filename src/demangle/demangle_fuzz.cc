// SPDX-License-Identifier: Apache-2.0
// All but MSVC's names, which LLVM expands without bounds: a fuzzer would find nothing else. Those
// are short here.
#include <cstdlib>

#include "base/bytes.h"
#include "demangle/demangle.h"
#include "demangle/rust_legacy.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view name = sigla::as_text(sigla::Bytes(data, size));
  const auto rust = sigla::decode_rust_legacy(name);
  if (rust.has_value() && rust->size() > name.size()) std::abort();
  if (name.starts_with('?') && size > 64) return 0;
  const std::string readable = sigla::demangle(name);
  if (!sigla::looks_mangled(name) && readable != name) std::abort();
  const std::string itanium = sigla::demangle("_Z" + std::string(name));
  if (itanium.size() > sigla::kReadableNameSizeMax + name.size()) std::abort();
  return 0;
}
