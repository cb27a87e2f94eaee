// SPDX-License-Identifier: Apache-2.0
#include "formats/macho/identity.h"

#include <gtest/gtest.h>
#include <sys/mman.h>

#include "formats/macho/dump.h"
#include "formats/macho/fat.h"
#include "testing/bytes_builder.h"
#include "testing/fixture.h"
#include "testing/matchers.h"

namespace sigla::macho {
namespace {

const std::string kTestdata = "src/formats/macho/testdata/";
constexpr const char* kArm64Uuid = "4c4c4498-5555-3144-a1dd-004ead9aa160";
constexpr const char* kX86_64Uuid = "4c4c4425-5555-3144-a15f-641beae16179";

TEST(MachoIdentity, OfALibrary) {
  const Buffer file = read_fixture(kTestdata + "small.arm64.dylib");
  ASSERT_OK_AND_ASSIGN(const auto slices, identify_macho(file, "libsmall.dylib", Limits()));
  ASSERT_EQ(slices.size(), 1U);
  EXPECT_EQ(slices[0].offset, 0U);
  EXPECT_EQ(slices[0].size, file.size());
  const Identity& identity = slices[0].identity;
  EXPECT_EQ(identity.format, Format::kMacho);
  EXPECT_EQ(identity.kind, ObjectKind::kLibrary);
  EXPECT_EQ(identity.arch, Arch::kArm64);
  EXPECT_EQ(identity.name, "libsmall.dylib");
  EXPECT_EQ(identity.debug_id->dashed(), kArm64Uuid);
  EXPECT_EQ(identity.code_id.text(), "4c4c449855553144a1dd004ead9aa160");
  EXPECT_TRUE(identity.has_symbols);
  EXPECT_FALSE(identity.has_debug_info);
  EXPECT_TRUE(identity.has_unwind_info);
}

TEST(MachoIdentity, OfItsDebugHalf) {
  const Buffer file = read_fixture(kTestdata + "small.arm64.dwarf");
  ASSERT_OK_AND_ASSIGN(const auto slices, identify_macho(file, "small.dwarf", Limits()));
  const Identity& identity = slices.at(0).identity;
  EXPECT_EQ(identity.kind, ObjectKind::kDebug);
  EXPECT_EQ(identity.debug_id->dashed(), kArm64Uuid);
  EXPECT_TRUE(identity.has_symbols);
  EXPECT_TRUE(identity.has_debug_info);
  EXPECT_FALSE(identity.has_unwind_info);
}

TEST(MachoIdentity, OfRelocatablesOfBothWidths) {
  for (const auto& [name, arch] :
       {std::pair("small.arm64.o", Arch::kArm64), std::pair("small.i386.o", Arch::kX86)}) {
    const Buffer file = read_fixture(kTestdata + name);
    ASSERT_OK_AND_ASSIGN(const auto slices, identify_macho(file, name, Limits()));
    const Identity& identity = slices.at(0).identity;
    EXPECT_EQ(identity.kind, ObjectKind::kRelocatable);
    EXPECT_EQ(identity.arch, arch);
    EXPECT_FALSE(identity.debug_id.has_value());
    EXPECT_TRUE(identity.code_id.empty());
    EXPECT_TRUE(identity.has_debug_info);
  }
}

TEST(MachoIdentity, OfEverySliceOfAFatFile) {
  for (const char* name : {"small.fat.dwarf", "small.fat64.dwarf"}) {
    const Buffer file = read_fixture(kTestdata + name);
    ASSERT_OK_AND_ASSIGN(const auto slices, identify_macho(file, name, Limits()));
    ASSERT_EQ(slices.size(), 2U);
    EXPECT_EQ(slices[0].identity.arch, Arch::kX86_64);
    EXPECT_EQ(slices[0].identity.debug_id->dashed(), kX86_64Uuid);
    EXPECT_EQ(slices[1].identity.arch, Arch::kArm64);
    EXPECT_EQ(slices[1].identity.debug_id->dashed(), kArm64Uuid);
    const Bytes second = Bytes(file).subspan(slices[1].offset, slices[1].size);
    EXPECT_TRUE(is_macho(second));
  }
}

TEST(MachoIdentity, RejectsEveryTruncation) {
  for (const char* name : {"small.arm64.dylib", "small.arm64.dwarf", "small.fat.dwarf"}) {
    const Buffer file = read_fixture(kTestdata + name);
    for_every_prefix(file, 7, [](Bytes prefix) {
      EXPECT_THAT(identify_macho(prefix, "x", Limits()), IsError(ErrorCode::kMalformed, "Mach-O"));
    });
  }
}

TEST(MachoIdentity, NameFallsBackToTheInstallName) {
  const Buffer file = read_fixture(kTestdata + "small.arm64.dylib");
  ASSERT_OK_AND_ASSIGN(const auto slices, identify_macho(file, "", Limits()));
  EXPECT_EQ(slices.at(0).identity.name, "libsmall.dylib");
}

TEST(MachoIdentity, ArchitecturesHaveTheirNames) {
  EXPECT_EQ(arch_of(CPU_TYPE_ARM64, 0x80000002), Arch::kArm64e);
  EXPECT_EQ(arch_of(CPU_TYPE_ARM64_32, 1), Arch::kArm64_32);
  EXPECT_EQ(arch_of(CPU_TYPE_X86_64, 8), Arch::kX86_64);
  EXPECT_EQ(arch_of(CPU_TYPE_ARM, 9), Arch::kArm);
  EXPECT_EQ(arch_of(CPU_TYPE_POWERPC, 0), Arch::kPpc);
  EXPECT_EQ(arch_of(12345, 0), Arch::kUnknown);
}

TEST(MachoImage, ReadsBigEndianFiles) {
  BytesBuilder b(std::endian::big);
  b.u32(MH_MAGIC).u32(CPU_TYPE_POWERPC).u32(0).u32(MH_EXECUTE).u32(1).u32(24).u32(0);
  b.u32(LC_UUID).u32(24).text("0123456789abcdef");
  const Buffer file = b.build();
  ASSERT_OK_AND_ASSIGN(const auto slices, identify_macho(file, "x", Limits()));
  EXPECT_EQ(slices.at(0).identity.arch, Arch::kPpc);
  EXPECT_EQ(slices.at(0).identity.kind, ObjectKind::kExecutable);
  EXPECT_EQ(slices.at(0).identity.code_id, CodeId::from_bytes(as_bytes("0123456789abcdef")));
}

TEST(MachoImage, RejectsLoadCommandSizesThatDoNotFit) {
  for (const std::uint32_t cmdsize : {0U, 7U, 23U, 25U, 0xffffffffU}) {
    BytesBuilder b;
    b.u32(MH_MAGIC_64).u32(CPU_TYPE_ARM64).u32(0).u32(MH_EXECUTE).u32(1).u32(24).u32(0).u32(0);
    b.u32(LC_UUID).u32(cmdsize).text("0123456789abcdef");
    EXPECT_THAT(Image::open(b.build(), Limits()), IsError(ErrorCode::kMalformed, "Mach-O"))
        << cmdsize;
  }
}

// The offsets of sections wrap around: the second one's is 0x10, at 4 GiB and 16 bytes.
TEST(MachoImage, FindsSectionsBeyond4GiB) {
  constexpr std::uint64_t kFirstSize = (1ULL << 32) - 0x1000;
  constexpr std::uint64_t kVmaddr = 0x1'0000'2000;
  constexpr std::size_t kFileSize = 0x1'0000'0000 + 0x20;
  BytesBuilder b;
  b.u32(MH_MAGIC_64).u32(CPU_TYPE_ARM64).u32(0).u32(MH_DSYM).u32(1).u32(72 + 2 * 80).u32(0).u32(0);
  b.u32(LC_SEGMENT_64).u32(72 + 2 * 80).text("__DWARF").zeros(9);
  b.u64(kVmaddr).u64(0x1'0000'0000).u64(0x1000).u64(kFirstSize + 0x20);
  b.u32(7).u32(3).u32(2).u32(0);
  const auto add_section = [&](std::string_view name, std::uint64_t at, std::uint64_t size) {
    b.text(name).zeros(16 - name.size()).text("__DWARF").zeros(9).u64(kVmaddr + at).u64(size);
    b.u32(static_cast<std::uint32_t>(0x1000 + at)).zeros(28);
  };
  add_section("__debug_str", 0, kFirstSize);
  add_section("__debug_abbrev", kFirstSize + 0x10, 0x10);
  const Buffer head = b.build();

  void* const memory = mmap(nullptr,
                            kFileSize,
                            PROT_READ | PROT_WRITE,
                            MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE,
                            -1,
                            0);
  ASSERT_NE(memory, MAP_FAILED);
  const std::span file(static_cast<std::uint8_t*>(memory), kFileSize);
  std::ranges::copy(head, file.begin());
  file[0x1'0000'0010] = 42;
  ASSERT_OK_AND_ASSIGN(const Image image, Image::open(file, Limits()));
  const Section* const section = image.section("__DWARF", "__debug_abbrev");
  ASSERT_NE(section, nullptr);
  ASSERT_OK_AND_ASSIGN(const Bytes data, image.data(*section));
  EXPECT_EQ(data.size(), 0x10U);
  EXPECT_EQ(data[0], 42);
  munmap(memory, kFileSize);
}

TEST(MachoImage, StopsAtTheLimits) {
  const Buffer file = read_fixture(kTestdata + "small.arm64.dylib");
  Limits limits;
  limits.load_command_count_max = 3;
  EXPECT_THAT(Image::open(file, limits), IsError(ErrorCode::kLimitExceeded, "load commands"));
  limits = Limits();
  limits.section_count_max = 1;
  EXPECT_THAT(Image::open(file, limits), IsError(ErrorCode::kLimitExceeded, "sections"));
}

TEST(MachoDump, IsStable) {
  for (const std::string name : {"small.arm64.dylib", "small.arm64.dwarf", "small.i386.o"}) {
    const Buffer file = read_fixture(kTestdata + name);
    ASSERT_OK_AND_ASSIGN(const Image image, Image::open(file, Limits()));
    expect_golden(kTestdata + name + ".golden.txt", dump(image));
  }
}

TEST(FatMacho, IsNoJavaClass) {
  BytesBuilder java(std::endian::big);
  java.u32(FAT_MAGIC).u16(0).u16(52).u16(10).zeros(64);
  EXPECT_FALSE(is_fat(java.build()));
  EXPECT_THAT(identify_macho(java.build(), "A.class", Limits()),
              IsError(ErrorCode::kMalformed, "magic"));
  EXPECT_TRUE(is_fat(read_fixture(kTestdata + "small.fat.dwarf")));
}

TEST(FatMacho, OfStaticArchivesIsUnsupported) {
  BytesBuilder b(std::endian::big);
  b.u32(FAT_MAGIC).u32(1).u32(CPU_TYPE_ARM64).u32(0).u32(28).u32(8).u32(2).text("!<arch>\n");
  EXPECT_THAT(identify_macho(b.build(), "a.a", Limits()),
              IsError(ErrorCode::kUnsupported, "none of its 1 slices"));
}

TEST(FatMacho, RejectsCountsAndSlicesPastTheEnd) {
  BytesBuilder many(std::endian::big);
  many.u32(FAT_MAGIC_64).u32(1000);
  EXPECT_THAT(read_fat(many.build(), Limits()), IsError(ErrorCode::kLimitExceeded, "1000"));
  BytesBuilder far(std::endian::big);
  far.u32(FAT_MAGIC_64).u32(1).u32(CPU_TYPE_ARM64).u32(0).u64(~0ULL).u64(2).u32(0).u32(0);
  EXPECT_THAT(read_fat(far.build(), Limits()), IsError(ErrorCode::kMalformed, "past the end"));
}

}  // namespace
}  // namespace sigla::macho
