// SPDX-License-Identifier: Apache-2.0
#include "formats/pe/debug_directory.h"

#include <gmock/gmock.h>

#include "formats/pe/identity.h"
#include "formats/pe/pe_for_test.h"
#include "testing/matchers.h"

namespace sigla::pe {
namespace {

// Ten bytes in one stored (uncompressed) DEFLATE block.
constexpr std::string_view kStoredDeflate(
    "\x01\x0a\x00\xf5\xff"
    "0123456789",
    15);

void add_rsds(BytesBuilder& b, std::uint8_t seed, std::uint32_t age, std::string_view path) {
  b.text("RSDS");
  for (std::uint8_t i = 0; i < 16; ++i) b.u8(static_cast<std::uint8_t>(seed + i));
  b.u32(age).cstring(path);
}

// Every kind of entry; data 0x40 bytes apart behind the directory of 7 entries.
PeForTest image_with_everything() {
  constexpr std::uint32_t kBase = 0x1100;
  BytesBuilder b;
  add_debug_entry(b, 2, 0x30, kBase, 0x77, 0x100, kPortablePdbMinorVersion);
  add_debug_entry(b, 2, 0x30, kBase + 0x40);
  add_debug_entry(b, 2, 0x20, kBase + 0x80);
  add_debug_entry(b, kDebugTypePdbChecksum, 7 + 4, kBase + 0xc0);
  add_debug_entry(b, kDebugTypeR2rPerfMap, 0x30, kBase + 0x100, 0, 1, 0);
  add_debug_entry(b, kDebugTypeEmbeddedPortablePdb, 8 + 15, kBase + 0x140, 0, 0x100, 0x100);
  add_debug_entry(b, IMAGE_DEBUG_TYPE_REPRO, 4, 0x9999);
  const auto directory_size = static_cast<std::uint32_t>(b.size());
  const auto go_to = [&](std::size_t offset) { b.zeros(offset - b.size()); };
  go_to(0x100);
  add_rsds(b, 0x10, 1, "a.ni.pdb");
  go_to(0x140);
  add_rsds(b, 0x20, 0x1f, "C:\\b\\a.pdb");
  go_to(0x180);
  b.text("NB10").u32(0).u32(0x3f4e1c2a).u32(3).cstring("old.pdb");
  go_to(0x1c0);
  b.cstring("SHA256").u32(0xefbeadde);
  go_to(0x200);
  b.text("R2RM");
  for (std::uint8_t i = 0; i < 16; ++i) b.u8(i);
  b.u32(1).cstring("a.ni.r2rmap");
  go_to(0x240);
  b.text("MPDB").u32(10).text(kStoredDeflate);
  b.zeros(0x40);
  PeForTest pe;
  pe.section = b.build();
  pe.directories[kDebug] = {0x1000, directory_size};
  pe.directories[kClrRuntimeHeader] = {0x1000, 0x48};
  return pe;
}

TEST(DebugDirectory, ReadsEveryKindOfEntry) {
  const Buffer file = image_with_everything().build();
  ASSERT_OK_AND_ASSIGN(const Image image, Image::open(file, Limits()));
  const DebugDirectory directory = read_debug_directory(image);
  ASSERT_EQ(directory.entries.size(), 7U);
  ASSERT_EQ(directory.code_views.size(), 3U);
  EXPECT_TRUE(directory.code_views[0].pdb.portable);
  EXPECT_EQ(directory.code_views[0].stamp, 0x77U);
  EXPECT_EQ(directory.code_views[0].pdb.path, "a.ni.pdb");
  EXPECT_EQ(directory.code_views[1].pdb.debug_id.dashed(),
            "23222120-2524-2726-2829-2a2b2c2d2e2f-1f");
  EXPECT_TRUE(directory.code_views[2].is_nb10);
  EXPECT_EQ(directory.code_views[2].pdb.debug_id.dashed(),
            "3f4e1c2a-0000-0000-0000-000000000000-3");
  ASSERT_EQ(directory.checksums.size(), 1U);
  EXPECT_EQ(directory.checksums[0].algorithm, "SHA256");
  EXPECT_EQ(directory.checksums[0].digest, "deadbeef");
  ASSERT_EQ(directory.perfmaps.size(), 1U);
  EXPECT_EQ(directory.perfmaps[0].signature, "000102030405060708090a0b0c0d0e0f");
  EXPECT_EQ(directory.perfmaps[0].name, "a.ni.r2rmap");
  EXPECT_TRUE(directory.entries[6].data.empty());
}

TEST(DebugDirectory, UnpacksTheEmbeddedPdb) {
  PeForTest pe = image_with_everything();
  Buffer file = pe.build();
  {
    ASSERT_OK_AND_ASSIGN(const Image image, Image::open(file, Limits()));
    ASSERT_OK_AND_ASSIGN(const Buffer pdb,
                         unpack_embedded_pdb(read_debug_directory(image), Limits()));
    EXPECT_EQ(as_text(pdb), "0123456789");
  }
  const std::size_t size_at = 0x200 + 0x244;
  file[size_at] = 11;
  ASSERT_OK_AND_ASSIGN(const Image image, Image::open(file, Limits()));
  EXPECT_THAT(unpack_embedded_pdb(read_debug_directory(image), Limits()),
              IsError(ErrorCode::kMalformed, "11 promised"));
  file[size_at] = 9;
  EXPECT_FALSE(unpack_embedded_pdb(read_debug_directory(image), Limits()).has_value());
  Limits limits;
  limits.embedded_pdb_size_max = 8;
  EXPECT_THAT(unpack_embedded_pdb(read_debug_directory(image), limits),
              IsError(ErrorCode::kLimitExceeded, "9 bytes"));
}

TEST(DebugDirectory, TakesTheLastPdbOfAManagedImage) {
  const Buffer file = image_with_everything().build();
  ASSERT_OK_AND_ASSIGN(const Identity managed, identify_pe(file, "/b/a.dll", Limits()));
  EXPECT_TRUE(managed.is_managed);
  EXPECT_EQ(managed.name, "a.dll");
  EXPECT_EQ(managed.pdbs.size(), 2U);
  EXPECT_EQ(managed.debug_file_name, "old.pdb");
  PeForTest native = image_with_everything();
  native.directories.erase(kClrRuntimeHeader);
  ASSERT_OK_AND_ASSIGN(const Identity first, identify_pe(native.build(), "a.dll", Limits()));
  EXPECT_EQ(first.debug_id->dashed(), "13121110-1514-1716-1819-1a1b1c1d1e1f-77");
}

TEST(DebugDirectory, SurvivesEverySizeAndOffset) {
  const PeForTest pe = image_with_everything();
  for (std::size_t entry = 0; entry < 7; ++entry) {
    for (const std::size_t field : {16U, 20U, 24U}) {
      for (const std::uint32_t value : {0U, 1U, 0x7fff'ffffU, 0xffff'ffffU}) {
        Buffer file = pe.build();
        std::memcpy(file.data() + 0x200 + entry * 28 + field, &value, sizeof(value));
        ASSERT_OK_AND_ASSIGN(const Image image, Image::open(file, Limits()));
        EXPECT_EQ(read_debug_directory(image).entries.size(), 7U);
      }
    }
  }
}

TEST(ArchOf, KnowsOtherSystemsImages) {
  EXPECT_EQ(arch_of(0x8664), Arch::kX86_64);
  EXPECT_EQ(arch_of(0xfd1d), Arch::kX86_64);          // Linux
  EXPECT_EQ(arch_of(0xaa64 ^ 0x4644), Arch::kArm64);  // Apple
  EXPECT_EQ(arch_of(0x1c4), Arch::kArm);
  EXPECT_EQ(arch_of(0), Arch::kUnknown);
}

}  // namespace
}  // namespace sigla::pe
