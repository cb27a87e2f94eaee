// SPDX-License-Identifier: Apache-2.0
// Identity, every section, every note and link of arbitrary bytes.
#include "base/bytes.h"
#include "formats/elf/compression.h"
#include "formats/elf/debug_link.h"
#include "formats/elf/identity.h"
#include "formats/elf/notes.h"

using sigla::Bytes;
namespace elf = sigla::elf;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Bytes file(data, size);
  const sigla::Limits limits;
  const auto image = elf::Image::open(file, limits);
  if (!image.has_value()) return 0;
  SIGLA_CHECK(image->sections().size() * sizeof(elf::Elf32_Shdr) <= size);
  for (const elf::Section& section : image->sections()) {
    const auto content = image->data(section);
    SIGLA_CHECK(!content.has_value() || content->size() <= size);
    if (!content.has_value()) continue;
    elf::NoteReader notes(image->reader(*content), section.sh_addralign);
    for (auto note = notes.next(); note.has_value() && note->has_value(); note = notes.next()) {
    }
    static_cast<void>(elf::compression_of(*image, section));
  }
  const auto identity = elf::identify_image(*image, "fuzz", limits);
  SIGLA_CHECK(identity.code_id.empty() || identity.debug_id.has_value());
  static_cast<void>(elf::debug_alt_link(*image, limits));
  return 0;
}
