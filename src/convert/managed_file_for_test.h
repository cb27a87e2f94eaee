// SPDX-License-Identifier: Apache-2.0
// Builds a .NET program and its Portable PDB for tests: what formats/clr/program_for_test.h has,
// three methods of which the last has places.
#pragma once

#include <optional>

#include "codec/encoder.h"
#include "formats/clr/program_for_test.h"
#include "formats/pe/pe_for_test.h"

namespace sigla {

// MoveNext: IL 0 hidden, IL 4 at 7:9-7:20, IL 8 at 9:5-9:6 of C:\a.cs.
inline Buffer managed_pdb_for_test() {
  using T = ClrTable;
  ClrMetadataForTest m;
  m.version = "PDB v1.0";
  m.pdb.emplace();
  m.pdb->id = Buffer(20);
  for (std::uint8_t i = 0; i < 20; ++i) m.pdb->id[i] = i;
  m.pdb->referenced = {{T::kMethodDef, 3}, {T::kTypeDef, 3}, {T::kModule, 1}};
  const Buffer name = {
      '\\', static_cast<std::uint8_t>(m.blob("C:")), static_cast<std::uint8_t>(m.blob("a.cs"))};
  m.add(T::kDocument, {m.blob(name), 0, 0, 0});
  BytesBuilder points;
  points.u8(0).u8(0).u8(0).u8(0).u8(4).u8(0).u8(11).u8(7).u8(9).u8(4).u8(0).u8(1);
  append_clr_signed(points, 2);
  append_clr_signed(points, -4);
  m.add(T::kMethodDebugInformation, {0, 0});
  m.add(T::kMethodDebugInformation, {0, 0});
  m.add(T::kMethodDebugInformation, {1, m.blob(points.build())});
  m.add(T::kStateMachineMethod, {3, 1});
  const auto parent = [](T table, std::uint32_t row) {
    return ClrMetadataForTest::coded(ClrCodedIndex::kHasCustomDebugInformation, table, row);
  };
  m.add(T::kCustomDebugInformation,
        {parent(T::kModule, 1),
         m.guid("cc110556a0914d389fec25ab9a351a6a"),
         m.blob(R"({"documents":{"C:\\*":"https://example.org/*"}})")});
  m.add(T::kCustomDebugInformation,
        {parent(T::kDocument, 1),
         m.guid("0e8a571b6926466eb4ad8ab04611f5fe"),
         m.blob(std::string("\0\0\0\0x", 5))});
  return m.build();
}

struct ManagedPeForTest {
  std::optional<Buffer> pdb;  // to embed
  std::string checksum;       // raw digest of SHA256; empty: no entry
  bool has_other_id = false;

  Buffer build() const {
    const Buffer metadata = clr::typical_program().build();
    const Buffer packed = pdb ? encode(Codec::kDeflate, *pdb) : Buffer();
    constexpr std::uint32_t kPdbAt = 0x1200;
    const auto metadata_at = static_cast<std::uint32_t>(kPdbAt + 8 + packed.size());
    BytesBuilder b;
    b.u32(0x48).u16(2).u16(5).u32(metadata_at).u32(metadata.size()).u32(1).u32(0).zeros(48);
    std::uint32_t entries = 1;
    pe::add_debug_entry(b, 2, 0x40, 0x1100, 0x13121110, 0x100, 0x504d);
    if (pdb) {
      pe::add_debug_entry(
          b, 17, static_cast<std::uint32_t>(packed.size() + 8), kPdbAt, 0, 0x100, 0x100);
      ++entries;
    }
    if (!checksum.empty()) {
      pe::add_debug_entry(b, 19, static_cast<std::uint32_t>(checksum.size() + 7), 0x1180);
      ++entries;
    }
    b.zeros(0x100 - b.size()).text("RSDS");
    for (std::uint8_t i = 0; i < 16; ++i) b.u8(has_other_id ? 0xee : i);
    b.u32(1).cstring("C:\\obj\\app.pdb");
    b.zeros(0x180 - b.size()).cstring("SHA256").text(checksum);
    b.zeros(0x200 - b.size()).text("MPDB").u32(pdb ? pdb->size() : 0).bytes(packed);
    b.bytes(metadata);
    pe::PeForTest pe;
    pe.section = b.build();
    pe.directories[6] = {0x1048, 28 * entries};
    pe.directories[14] = {0x1000, 0x48};
    return pe.build();
  }
};

}  // namespace sigla
