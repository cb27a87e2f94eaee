// SPDX-License-Identifier: Apache-2.0
#include "formats/elf/identity.h"

#include <gtest/gtest.h>

#include "formats/elf/debug_link.h"
#include "testing/fixture.h"
#include "testing/matchers.h"

namespace sigla::elf {
namespace {

const std::string kTestdata = "src/formats/elf/testdata/";

Identity identity_of(const std::string& name) {
  const Buffer file = read_fixture(kTestdata + name);
  auto identity = identify_elf(file, name, Limits());
  EXPECT_THAT(identity, IsOk()) << name;
  return identity.has_value() ? std::move(identity).value() : Identity();
}

TEST(ElfIdentity, IdsComeFromTheBuildId) {
  for (const char* name : {"libsmall.so", "libsmall.so.debug", "libsmall.stripped.so"}) {
    const Identity identity = identity_of(name);
    EXPECT_EQ(identity.format, Format::kElf);
    EXPECT_EQ(identity.arch, Arch::kX86_64);
    EXPECT_EQ(identity.name, name);
    EXPECT_EQ(identity.code_id.text(), "e99b9a95a90b62aa0cc374c2385c37427092c210");
    ASSERT_TRUE(identity.debug_id.has_value());
    EXPECT_EQ(identity.debug_id->dashed(), "959a9be9-0ba9-aa62-0cc3-74c2385c3742");
  }
}

TEST(ElfIdentity, BigEndianFilesKeepTheOrderOfTheBuildId) {
  const Identity identity = identity_of("ppc64.so");
  EXPECT_EQ(identity.arch, Arch::kPpc64);
  EXPECT_EQ(identity.code_id.text(), "64b38188a86b189f0142fd246ac4868f658d66f4");
  EXPECT_EQ(identity.debug_id->dashed(), "64b38188-a86b-189f-0142-fd246ac4868f");
}

TEST(ElfIdentity, ArchitecturesHaveTheirNames) {
  EXPECT_EQ(identity_of("i686.so").arch, Arch::kX86);
  EXPECT_EQ(identity_of("arm.so").arch, Arch::kArm);
  EXPECT_EQ(identity_of("arm64.so").arch, Arch::kArm64);
  EXPECT_EQ(identity_of("mips.so").arch, Arch::kMips);
  EXPECT_EQ(identity_of("riscv64.so").arch, Arch::kRiscv64);
  EXPECT_EQ(arch_of(Header{.is_64 = false, .e_machine = EM_RISCV}), Arch::kRiscv32);
  EXPECT_EQ(arch_of(Header{.is_64 = true, .e_machine = EM_MIPS}), Arch::kMips64);
  EXPECT_EQ(arch_of(Header{.is_64 = true, .e_machine = EM_S390}), Arch::kS390x);
  EXPECT_EQ(arch_of(Header{.is_64 = true, .e_machine = EM_SPARCV9}), Arch::kSparc64);
  EXPECT_EQ(arch_of(Header{.is_64 = true, .e_machine = EM_LOONGARCH}), Arch::kLoongArch64);
  EXPECT_EQ(arch_of(Header{.e_machine = 9999}), Arch::kUnknown);
}

TEST(ElfIdentity, KindsFollowContentRatherThanTypeAlone) {
  EXPECT_EQ(identity_of("libsmall.so").kind, ObjectKind::kLibrary);
  EXPECT_EQ(identity_of("libsmall.stripped.so").kind, ObjectKind::kLibrary);
  EXPECT_EQ(identity_of("libsmall.so.debug").kind, ObjectKind::kDebug);
  EXPECT_EQ(identity_of("small.pie").kind, ObjectKind::kExecutable);
  EXPECT_EQ(identity_of("small.exec").kind, ObjectKind::kExecutable);
  EXPECT_EQ(identity_of("small.exec.debug").kind, ObjectKind::kDebug);
  EXPECT_EQ(identity_of("small.zlib.o").kind, ObjectKind::kRelocatable);
}

struct Features {
  const char* file;
  bool symbols;
  bool debug_info;
  bool unwind_info;
};

TEST(ElfIdentity, FeaturesAreWhatTheFileHolds) {
  for (const Features& expected : {Features{"libsmall.so", true, true, true},
                                   Features{"libsmall.so.debug", true, true, false},
                                   Features{"libsmall.stripped.so", true, false, true},
                                   Features{"libsmall.zdebug.so", true, true, true},
                                   Features{"small.zlib.o", true, true, true},
                                   Features{"arm.so", true, true, true}}) {
    const Identity identity = identity_of(expected.file);
    EXPECT_EQ(identity.has_symbols, expected.symbols) << expected.file;
    EXPECT_EQ(identity.has_debug_info, expected.debug_info) << expected.file;
    EXPECT_EQ(identity.has_unwind_info, expected.unwind_info) << expected.file;
    EXPECT_FALSE(identity.has_sources) << expected.file;
  }
}

// The debug halves that some tool chains make for ARM keep an .eh_frame of no bytes.
TEST(ElfIdentity, AnEhFrameOfNoEntriesIsNoUnwindInformation) {
  Buffer file = read_fixture(kTestdata + "libsmall.so");
  ASSERT_OK_AND_ASSIGN(const Image image, Image::open(file, Limits()));
  const Section* const section = image.section(".eh_frame");
  ASSERT_NE(section, nullptr);
  ASSERT_EQ(image.section(".debug_frame"), nullptr);
  const std::size_t header =
      load<std::uint64_t>(Bytes(file).subspan(0x28)) + section->index * std::size_t{64};
  for (const std::uint8_t size : std::initializer_list<std::uint8_t>{0, 4}) {
    std::fill_n(file.begin() + static_cast<std::ptrdiff_t>(header + 0x20), 8, std::uint8_t{0});
    file[header + 0x20] = size;
    ASSERT_OK_AND_ASSIGN(const Identity identity, identify_elf(file, "a.so", Limits()));
    EXPECT_FALSE(identity.has_unwind_info) << size;
  }
}

TEST(ElfIdentity, WithoutABuildIdTheCodeGivesTheDebugId) {
  const Identity program = identity_of("small.exec");
  EXPECT_TRUE(program.code_id.empty());
  ASSERT_TRUE(program.debug_id.has_value());
  const Identity debug = identity_of("small.exec.debug");
  EXPECT_TRUE(debug.code_id.empty());
  EXPECT_FALSE(debug.debug_id.has_value());

  const Buffer file = read_fixture(kTestdata + "small.exec");
  ASSERT_OK_AND_ASSIGN(const Image image, Image::open(file, Limits()));
  ASSERT_OK_AND_ASSIGN(const Bytes code, section_bytes(image, ".text"));
  Buffer folded(16);
  for (std::size_t i = 0; i < code.size(); ++i) {
    folded[i % 16] = static_cast<std::uint8_t>(folded[i % 16] ^ code[i]);
  }
  EXPECT_EQ(*program.debug_id, DebugId::from_build_id(folded));
}

TEST(ElfIdentity, NameFallsBackToTheSoname) {
  const Buffer file = read_fixture(kTestdata + "libsmall.so");
  ASSERT_OK_AND_ASSIGN(const Identity identity, identify_elf(file, "", Limits()));
  EXPECT_EQ(identity.name, "libsmall.so.1");
}

TEST(ElfIdentity, DebugFileNameIsTheDebugLink) {
  EXPECT_EQ(identity_of("libsmall.stripped.so").debug_file_name, "libsmall.so.debug");
  EXPECT_EQ(identity_of("libsmall.so").debug_file_name, "");
}

TEST(ElfIdentity, SurvivesEveryByteSetToTheMaximum) {
  const Buffer good = read_fixture(kTestdata + "libsmall.stripped.so");
  for (std::size_t i = 4; i < good.size(); ++i) {
    Buffer file = good;
    file[i] = 0xff;
    const auto identity = identify_elf(file, "x", Limits());
    if (!identity.has_value()) {
      EXPECT_NE(identity.error().message(), "");
    }
  }
}

}  // namespace
}  // namespace sigla::elf
