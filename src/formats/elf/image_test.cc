// SPDX-License-Identifier: Apache-2.0
#include "formats/elf/image.h"

#include <gtest/gtest.h>

#include "testing/bytes_builder.h"
#include "testing/fixture.h"
#include "testing/matchers.h"

namespace sigla::elf {
namespace {

const std::string kTestdata = "src/formats/elf/testdata/";

struct Machine {
  const char* file;
  bool is_64;
  std::endian order;
  std::uint16_t e_machine;
};

class ElfImageOfMachine : public testing::TestWithParam<Machine> {};

TEST_P(ElfImageOfMachine, ReadsHeaderSectionsAndSegments) {
  const Machine& machine = GetParam();
  const Buffer file = read_fixture(kTestdata + machine.file);
  ASSERT_OK_AND_ASSIGN(const Image image, Image::open(file, Limits()));
  EXPECT_EQ(image.header().is_64, machine.is_64);
  EXPECT_EQ(image.header().order, machine.order);
  EXPECT_EQ(image.header().e_machine, machine.e_machine);
  EXPECT_EQ(image.header().e_type, ET_DYN);
  const Section* text = image.section(".text");
  ASSERT_NE(text, nullptr);
  EXPECT_EQ(text->sh_flags, SHF_ALLOC | SHF_EXECINSTR);
  ASSERT_OK_AND_ASSIGN(const Bytes code, image.data(*text));
  EXPECT_EQ(code.size(), text->sh_size);
  ASSERT_OK_AND_ASSIGN(const Bytes mapped, image.data_at_address(text->sh_addr));
  EXPECT_EQ(mapped.data(), code.data());
  EXPECT_FALSE(image.segments().empty());
}

INSTANTIATE_TEST_SUITE_P(
    Machines,
    ElfImageOfMachine,
    testing::Values(Machine{"libsmall.so", true, std::endian::little, EM_X86_64},
                    Machine{"i686.so", false, std::endian::little, EM_386},
                    Machine{"arm.so", false, std::endian::little, EM_ARM},
                    Machine{"arm64.so", true, std::endian::little, EM_AARCH64},
                    Machine{"riscv64.so", true, std::endian::little, EM_RISCV},
                    Machine{"mips.so", false, std::endian::big, EM_MIPS},
                    Machine{"ppc64.so", true, std::endian::big, EM_PPC64}));

TEST(ElfImage, SectionBytesAreThoseOfTheFile) {
  const Buffer file = read_fixture(kTestdata + "libsmall.so.debug");
  ASSERT_OK_AND_ASSIGN(const Image image, Image::open(file, Limits()));
  ASSERT_OK_AND_ASSIGN(const Bytes info, section_bytes(image, ".debug_info"));
  EXPECT_EQ(info.size(), image.section(".debug_info")->sh_size);
  EXPECT_THAT(section_bytes(image, ".text"), IsError(ErrorCode::kNotFound, ".text"));
  EXPECT_THAT(section_bytes(image, ".none"), IsError(ErrorCode::kNotFound, ".none"));
}

TEST(ElfImage, RejectsEveryTruncation) {
  const Buffer file = read_fixture(kTestdata + "libsmall.so");
  for_every_prefix(file, 1, [](Bytes prefix) {
    EXPECT_THAT(Image::open(prefix, Limits()), IsError(ErrorCode::kMalformed, "ELF"));
  });
}

TEST(ElfImage, RejectsOtherClassesOrdersAndMagic) {
  Buffer file = read_fixture(kTestdata + "libsmall.so");
  file[EI_CLASS] = 3;
  EXPECT_THAT(Image::open(file, Limits()), IsError(ErrorCode::kMalformed, "class 3 at offset 4"));
  file[EI_CLASS] = ELFCLASS64;
  file[EI_DATA] = 0;
  EXPECT_THAT(Image::open(file, Limits()), IsError(ErrorCode::kMalformed, "offset 5"));
  file[EI_DATA] = ELFDATA2LSB;
  file[0] = 'E';
  EXPECT_THAT(Image::open(file, Limits()), IsError(ErrorCode::kMalformed, "magic"));
  EXPECT_FALSE(is_elf(file));
  EXPECT_FALSE(is_elf(Bytes()));
}

// Offsets of Elf64_Ehdr fields.
constexpr std::size_t kShoff = 0x28;
constexpr std::size_t kPhentsize = 0x36;
constexpr std::size_t kPhnum = 0x38;
constexpr std::size_t kShentsize = 0x3a;
constexpr std::size_t kShnum = 0x3c;
constexpr std::size_t kShstrndx = 0x3e;

TEST(ElfImage, RejectsCountsAndSizesThatDoNotFit) {
  const Buffer good = read_fixture(kTestdata + "libsmall.so");
  for (const std::size_t field : {kPhentsize, kPhnum, kShentsize, kShnum, kShstrndx}) {
    for (const std::uint8_t value : {std::uint8_t{0xfe}, std::uint8_t{1}}) {
      Buffer file = good;
      file[field] = value;
      file[field + 1] = 0xfe;
      EXPECT_THAT(Image::open(file, Limits()), IsError(ErrorCode::kMalformed, "ELF")) << field;
    }
  }
  Buffer file = good;
  for (std::size_t i = 0; i < 8; ++i) file[kShoff + i] = 0xff;
  EXPECT_THAT(Image::open(file, Limits()), IsError(ErrorCode::kMalformed, "section header"));
}

TEST(ElfImage, StopsAtTheSectionLimit) {
  Limits limits;
  limits.section_count_max = 3;
  const Buffer file = read_fixture(kTestdata + "libsmall.so");
  EXPECT_THAT(Image::open(file, limits), IsError(ErrorCode::kLimitExceeded, "more than 3"));
}

// A file whose section and segment counts stand in section 0, as they do past 65,279 sections.
Buffer file_with_extended_counts() {
  BytesBuilder b;
  b.text(
       "\x7f"
       "ELF")
      .u8(ELFCLASS64)
      .u8(ELFDATA2LSB)
      .u8(1)
      .zeros(9);
  b.u16(ET_CORE).u16(EM_X86_64).u32(1).u64(0).ref64("segments").ref64("sections").u32(0);
  b.u16(64).u16(56).u16(PN_XNUM).u16(64).u16(0).u16(SHN_XINDEX);
  b.mark("segments");
  b.u32(PT_LOAD).u32(PF_X).u64(0).u64(0x1000).u64(0).u64(8).u64(8).u64(1);
  b.mark("sections");
  b.u32(0).u32(SHT_NULL).u64(0).u64(0).u64(0).u64(2).u32(1).u32(1).u64(0).u64(0);
  b.u32(1).u32(SHT_STRTAB).u64(0).u64(0).ref64("names").u64(8).u32(0).u32(0).u64(1).u64(0);
  b.mark("names").u8(0).cstring(".names");
  return b.build();
}

TEST(ElfImage, TakesLargeCountsFromSectionZero) {
  const Buffer file = file_with_extended_counts();
  ASSERT_OK_AND_ASSIGN(const Image image, Image::open(file, Limits()));
  ASSERT_EQ(image.segments().size(), 1U);
  EXPECT_EQ(image.segments()[0].p_vaddr, 0x1000U);
  ASSERT_EQ(image.sections().size(), 2U);
  EXPECT_EQ(image.sections()[1].name, ".names");
  for_every_prefix(file, 1, [](Bytes prefix) {
    EXPECT_THAT(Image::open(prefix, Limits()), IsError(ErrorCode::kMalformed, "ELF"));
  });
}

TEST(ElfImage, RejectsASectionCountThatFillsNoFile) {
  Buffer file = file_with_extended_counts();
  const std::size_t sh_size = 64 + 56 + 0x20;
  file[sh_size + 2] = 0x01;  // 65,538 sections
  EXPECT_THAT(Image::open(file, Limits()), IsError(ErrorCode::kMalformed, "section headers"));
  file[sh_size + 4] = 0x01;  // and more than 32 bits of them
  EXPECT_THAT(Image::open(file, Limits()), IsError(ErrorCode::kMalformed, "too large"));
}

}  // namespace
}  // namespace sigla::elf
