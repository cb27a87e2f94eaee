// SPDX-License-Identifier: Apache-2.0
// Entries of the procedure linkage table, named after what they jump to ("foo@plt" elsewhere). They
// have no symbols of their own; each is found by the slot it reads its target from, and that by the
// dynamic relocation of the slot. x86-64, i386 and AArch64, in the forms of GNU ld and lld, with
// and without branch protection (processor supplements, "Procedure Linkage Table").
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "base/limits.h"
#include "formats/elf/image.h"

namespace sigla::elf {

// Borrows the file's bytes.
struct PltEntry {
  std::uint64_t address = 0;  // relative to load_address()
  std::uint64_t size = 0;
  std::string_view symbol;
};

// Ascending by address; empty where the code is not in the file, or of another machine.
std::vector<PltEntry> plt_entries(const Image& image, const Limits& limits);

}  // namespace sigla::elf
