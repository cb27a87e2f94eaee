// SPDX-License-Identifier: Apache-2.0
// Builds a managed PE with a Portable PDB inside, for tests.
#pragma once

#include "codec/encoder.h"
#include "formats/pe/pe_for_test.h"

namespace sigla {

// It calls its PDB "a.pdb".
inline Buffer pe_with_embedded_pdb(Bytes pdb) {
  const Buffer packed = encode(Codec::kDeflate, pdb);
  BytesBuilder b;
  pe::add_debug_entry(b, 2, 0x20, 0x1100, 0xa596286e, 0x100, 0x504d);
  pe::add_debug_entry(
      b, 17, static_cast<std::uint32_t>(packed.size() + 8), 0x1200, 0, 0x100, 0x100);
  b.zeros(0x100 - b.size()).text("RSDS");
  for (std::uint8_t i = 0; i < 16; ++i) b.u8(i);
  b.u32(1).cstring("a.pdb");
  b.zeros(0x200 - b.size()).text("MPDB").u32(pdb.size()).bytes(packed);
  pe::PeForTest pe;
  pe.section = b.build();
  pe.directories[6] = {0x1000, 56};
  pe.directories[14] = {0x1000, 0x48};
  return pe.build();
}

}  // namespace sigla
