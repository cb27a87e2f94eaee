// SPDX-License-Identifier: Apache-2.0
// Identity and every section of arbitrary bytes.
#include "formats/wasm/dump.h"
#include "formats/wasm/functions.h"
#include "formats/wasm/identity.h"

namespace wasm = sigla::wasm;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const sigla::Bytes file(data, size);
  const sigla::Limits limits;
  const auto identity = wasm::identify_wasm(file, "fuzz", limits);
  const auto module = wasm::Module::open(file, limits);
  SIGLA_CHECK(identity.has_value() == module.has_value());
  if (!module.has_value()) return 0;
  std::uint64_t end = 8;
  for (const wasm::Section& section : module->sections()) {
    SIGLA_CHECK(section.offset >= end + 2 && section.offset + section.data.size() <= size);
    end = section.offset + section.data.size();
  }
  SIGLA_CHECK(end == size);
  const auto functions = wasm::functions_of(*module, limits);
  for (std::size_t i = 0; functions.has_value() && i < functions->size(); ++i) {
    SIGLA_CHECK((*functions)[i].address + (*functions)[i].size <= size);
  }
  static_cast<void>(wasm::dump(*module, limits));
  return 0;
}
