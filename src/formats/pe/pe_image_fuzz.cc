// SPDX-License-Identifier: Apache-2.0
// A PE read to the end: headers, directories, debug entries, version, embedded PDB, ready-to-run
// code; as a file and as memory.
#include <cstddef>
#include <cstdint>

#include "formats/pe/dump.h"
#include "formats/pe/functions.h"
#include "formats/pe/identity.h"
#include "formats/pe/ready_to_run.h"

namespace {

void read_ready_to_run(const sigla::pe::Image& image, const sigla::Limits& limits) {
  const auto header = sigla::pe::read_cli_header(image);
  if (!header.has_value()) return;
  const auto code = sigla::pe::ReadyToRun::open(image, header.value(), limits);
  if (!code.has_value()) return;
  for (const auto& method : code->methods(1'000)) static_cast<void>(code->mappings(method));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace pe = sigla::pe;
  sigla::Limits limits;
  limits.embedded_pdb_size_max = 1U << 20;
  const sigla::Bytes file(data, size);
  for (const pe::Placement placement : {pe::Placement::kFile, pe::Placement::kMemory}) {
    const auto image = pe::Image::open(file, limits, placement);
    if (!image.has_value()) continue;
    SIGLA_CHECK(pe::is_pe(file));
    SIGLA_CHECK(!pe::dump(image.value()).empty());
    const auto functions = pe::functions_of(image.value(), limits);
    for (std::size_t i = 1; i < functions.size(); ++i) {
      SIGLA_CHECK(functions[i - 1].address + functions[i - 1].size <= functions[i].address);
    }
    read_ready_to_run(image.value(), limits);
    const pe::DebugDirectory debug = pe::read_debug_directory(image.value());
    if (debug.embedded_pdb) static_cast<void>(pe::unpack_embedded_pdb(debug, limits));
    SIGLA_CHECK(pe::identify_image(image.value(), debug, "a.dll").format == sigla::Format::kPe);
  }
  return 0;
}
