// SPDX-License-Identifier: Apache-2.0
// __unwind_info of any content, its encodings for any processor and code.
#include "formats/macho/compact_unwind.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace macho = sigla::macho;
  using sigla::Bytes;
  const Bytes bytes(data, size);
  for (const auto order : {std::endian::little, std::endian::big}) {
    const auto functions = macho::compact_functions(bytes, order);
    if (!functions.has_value()) continue;
    SIGLA_CHECK(functions->size() <= size / 4 + 1);
    for (const macho::CompactFunction& function : *functions) {
      for (const auto cpu : {macho::CPU_TYPE_X86, macho::CPU_TYPE_X86_64, macho::CPU_TYPE_ARM64}) {
        const auto frame = macho::decode_compact(cpu, function.encoding, bytes);
        SIGLA_CHECK(!frame || frame->saved_count <= frame->saved.size());
      }
    }
  }
  return 0;
}
