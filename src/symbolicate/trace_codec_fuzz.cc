// SPDX-License-Identifier: Apache-2.0
#include <cstdint>

#include "symbolicate/trace_codec.h"
#include "symbolicate/trace_resolver.h"

// What decodes lies in the text, encodes to what decodes to the same, and can be written into it.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::size_t kTextSize = 4'096;
  const auto trace = sigla::decode_trace({data, size}, kTextSize);
  if (!trace.has_value()) return 0;
  const std::string encoded = sigla::encode_trace(*trace);
  const auto again = sigla::decode_trace(sigla::as_bytes(encoded), kTextSize);
  SIGLA_CHECK(again.has_value());
  SIGLA_CHECK(sigla::encode_trace(*again) == encoded);
  const std::string text(kTextSize, 'x');
  sigla::ResolvedTrace resolved;
  resolved.lookups.assign(trace->frames.size(), SIZE_MAX);
  SIGLA_CHECK(sigla::write_trace(text, *trace, resolved) == text);
  resolved.lookups.assign(trace->frames.size(), 0);
  resolved.addresses.assign(trace->frames.size(), 0);
  resolved.found.frames.resize(1);
  resolved.found.frames[0].resize(2);
  static_cast<void>(sigla::write_trace(text, *trace, resolved));
  return 0;
}
