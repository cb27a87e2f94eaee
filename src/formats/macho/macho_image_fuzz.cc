// SPDX-License-Identifier: Apache-2.0
// Identity and every section of arbitrary bytes, thin or fat.
#include "formats/macho/dump.h"
#include "formats/macho/functions.h"
#include "formats/macho/identity.h"

using sigla::Bytes;
namespace macho = sigla::macho;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Bytes file(data, size);
  const sigla::Limits limits;
  const auto slices = macho::identify_macho(file, "fuzz", limits);
  if (!slices.has_value()) return 0;
  SIGLA_CHECK(!slices->empty());
  for (const macho::MachoSlice& slice : *slices) {
    SIGLA_CHECK(slice.offset + slice.size <= size);
    const auto image = macho::Image::open(file.subspan(slice.offset, slice.size), limits);
    SIGLA_CHECK(image.has_value());
    for (const macho::Section& section : image->sections()) {
      const auto content = image->data(section);
      SIGLA_CHECK(!content.has_value() || content->size() <= slice.size);
    }
    const auto functions = macho::functions_of(*image, limits);
    for (std::size_t i = 1; functions.has_value() && i < functions->size(); ++i) {
      SIGLA_CHECK((*functions)[i - 1].address < (*functions)[i].address);
    }
    static_cast<void>(macho::dump(*image));
  }
  return 0;
}
