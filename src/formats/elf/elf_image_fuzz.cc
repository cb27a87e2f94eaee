// SPDX-License-Identifier: Apache-2.0
// Identity, every section, every note and link of arbitrary bytes.
#include "base/bytes.h"
#include "formats/elf/compression.h"
#include "formats/elf/dump.h"
#include "formats/elf/ehabi.h"
#include "formats/elf/functions.h"
#include "formats/elf/identity.h"
#include "formats/elf/layout.h"
#include "formats/elf/notes.h"
#include "formats/elf/plt.h"
#include "formats/elf/relocations.h"

using sigla::Bytes;
namespace elf = sigla::elf;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Bytes file(data, size);
  sigla::Limits limits;
  limits.section_size_max = 1U << 20;
  const auto image = elf::Image::open(file, limits);
  if (!image.has_value()) return 0;
  SIGLA_CHECK(image->sections().size() * sizeof(elf::Elf32_Shdr) <= size);
  const auto addresses = elf::section_addresses(*image);
  for (const elf::Section& section : image->sections()) {
    const auto content = image->data(section);
    SIGLA_CHECK(!content.has_value() || content->size() <= size);
    if (!content.has_value()) continue;
    elf::NoteReader notes(image->reader(*content), section.sh_addralign);
    for (auto note = notes.next(); note.has_value() && note->has_value(); note = notes.next()) {
    }
    auto unpacked = elf::unpacked_section(*image, section, limits);
    if (!unpacked.has_value() || !elf::has_relocations(*image, section)) continue;
    static_cast<void>(
        elf::apply_relocations(*image, section, addresses, unpacked->mutable_bytes(), limits));
  }
  const auto identity = elf::identify_image(*image, "fuzz", limits);
  SIGLA_CHECK(identity.code_id.empty() || identity.debug_id.has_value());
  const auto functions = elf::functions_of(*image, limits);
  for (std::size_t i = 1; functions.has_value() && i < functions->size(); ++i) {
    SIGLA_CHECK((*functions)[i - 1].address < (*functions)[i].address);
  }
  sigla::Diagnostics diagnostics;
  static_cast<void>(elf::ehabi_functions(*image, diagnostics));
  static_cast<void>(elf::plt_entries(*image, limits));
  static_cast<void>(elf::dump(*image, limits));
  return 0;
}
