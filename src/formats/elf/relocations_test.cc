// SPDX-License-Identifier: Apache-2.0
#include "formats/elf/relocations.h"

#include <gtest/gtest.h>

#include "formats/elf/functions.h"
#include "formats/elf/layout.h"
#include "testing/bytes_builder.h"
#include "testing/fixture.h"
#include "testing/matchers.h"

namespace sigla::elf {
namespace {

// One relocation of a made-up object file. Its sections: 1 .init.text (16 bytes, at 24 by the
// layout), 2 .text (24 bytes, at 0), 3 .debug_info, 4 its relocations, 5 the symbol table.
struct Sample {
  std::uint16_t machine;
  std::uint32_t type;
  bool is_64 = true;
  bool has_addend = true;
  std::endian order = std::endian::little;
  std::uint64_t r_offset = 8;
  std::uint64_t r_addend = 0;
  std::uint64_t r_info = 0;  // 0: made of the type, symbol 1
  std::uint16_t e_type = ET_REL;
};

class SampleFile {
 public:
  explicit SampleFile(const Sample& sample) : sample_(sample), out_(sample.order) {}

  Buffer build() {
    header();
    out_.mark("relocations");
    relocation();
    out_.mark("relocations end").align(8).mark("symbols");
    symbol(0, 0);
    symbol(4, 1);
    out_.mark("symbols end").mark("names").u8(0).cstring(".init.text").cstring(".text").align(8);
    out_.mark("sections");
    section(0, SHT_NULL, 0, 0, "names", 0, 0, 0);
    section(1, SHT_NOBITS, SHF_ALLOC | SHF_EXECINSTR, 16, "names", 0, 0, 0);
    section(12, SHT_NOBITS, SHF_ALLOC | SHF_EXECINSTR, 24, "names", 0, 0, 32);
    section(0, SHT_PROGBITS, 0, 16, "names", 0, 0, 1);
    section(
        0, sample_.has_addend ? SHT_RELA : SHT_REL, 0, relocation_size(), "relocations", 5, 3, 8);
    section(0, SHT_SYMTAB, 0, 2 * symbol_size(), "symbols", 6, 1, 8);
    section(0, SHT_STRTAB, 0, 18, "names", 0, 0, 1);
    return out_.build();
  }

 private:
  std::uint64_t symbol_size() const { return sample_.is_64 ? 24 : 16; }
  std::uint64_t relocation_size() const {
    return (sample_.is_64 ? 8U : 4U) * (sample_.has_addend ? 3U : 2U);
  }
  BytesBuilder& word(std::uint64_t value) {
    return sample_.is_64 ? out_.u64(value) : out_.u32(value);
  }
  void header() {
    out_.text(
            "\x7f"
            "ELF")
        .u8(sample_.is_64 ? 2 : 1);
    out_.u8(sample_.order == std::endian::big ? 2 : 1).u8(1).zeros(9);
    out_.u16(sample_.e_type).u16(sample_.machine).u32(1);
    word(0);
    word(0);
    sample_.is_64 ? out_.ref64("sections") : out_.ref32("sections");
    out_.u32(0).u16(sample_.is_64 ? 64 : 52).u16(0).u16(0).u16(sample_.is_64 ? 64 : 40);
    out_.u16(7).u16(6);
  }
  void relocation() {
    word(sample_.r_offset);
    const std::uint64_t made =
        sample_.is_64 ? (1ULL << 32) | sample_.type : (1ULL << 8) | sample_.type;
    word(sample_.r_info != 0 ? sample_.r_info : made);
    if (sample_.has_addend) word(sample_.r_addend);
  }
  void symbol(std::uint64_t value, std::uint16_t section_index) {
    const std::uint8_t info = STB_GLOBAL << 4 | STT_FUNC;
    if (sample_.is_64) {
      out_.u32(section_index).u8(info).u8(0).u16(section_index).u64(value).u64(0);
    } else {
      out_.u32(section_index).u32(value).u32(0).u8(info).u8(0).u16(section_index);
    }
  }
  void section(std::uint32_t name,
               std::uint32_t type,
               std::uint64_t flags,
               std::uint64_t size,
               const std::string& offset,
               std::uint32_t link,
               std::uint32_t info,
               std::uint64_t alignment) {
    out_.u32(name).u32(type);
    word(flags);
    word(0);
    sample_.is_64 ? out_.ref64(offset) : out_.ref32(offset);
    word(size);
    out_.u32(link).u32(info);
    word(alignment);
    word(0);
  }

  Sample sample_;
  BytesBuilder out_;
};

// What stands in .debug_info afterwards: 16 bytes that began as `before`.
Result<std::uint64_t> relocate(const Sample& sample, MutableBytes content) {
  const Buffer file = SampleFile(sample).build();
  SIGLA_TRY_ASSIGN(const Image image, Image::open(file, Limits()));
  return apply_relocations(image, image.sections()[3], section_addresses(image), content, Limits());
}

std::uint64_t relocated(const Sample& sample, std::uint64_t before = 0) {
  BytesBuilder out(sample.order);
  Buffer content = out.u64(0).u64(before).build();
  EXPECT_THAT(relocate(sample, content), IsOkAnd(testing::Eq(0U)));
  ByteReader reader(content, sample.order);
  EXPECT_EQ(reader.u64(), 0U);
  return reader.u64();
}

TEST(ElfLayout, PutsCodeFirstAndInitCodeAfterIt) {
  const Buffer file = SampleFile({.machine = EM_X86_64, .type = 1}).build();
  ASSERT_OK_AND_ASSIGN(const Image image, Image::open(file, Limits()));
  const auto addresses = section_addresses(image);
  EXPECT_EQ(addresses.at(2), 0U);   // .text, 24 bytes
  EXPECT_EQ(addresses.at(1), 24U);  // .init.text
  EXPECT_EQ(addresses.at(3), 0U);
  ASSERT_OK_AND_ASSIGN(const auto functions, functions_of(image, Limits()));
  ASSERT_EQ(functions.size(), 1U);
  EXPECT_EQ(functions[0].address, 28U);
}

TEST(ElfRelocations, SetAddressesOfEveryWidth) {
  const std::uint64_t target = 24 + 4;
  EXPECT_EQ(relocated({.machine = EM_X86_64, .type = 1, .r_addend = 0x100000000}, 7),
            target + 0x100000000);
  EXPECT_EQ(relocated({.machine = EM_X86_64, .type = 10, .r_addend = 2}, 0xffULL << 56),
            (0xffULL << 56) + target + 2);
  EXPECT_EQ(relocated({.machine = EM_X86_64, .type = 14}), target);
  EXPECT_EQ(relocated({.machine = EM_AARCH64, .type = 257}), target);
  EXPECT_EQ(relocated({.machine = EM_PPC64, .type = 38, .order = std::endian::big}), target);
  EXPECT_EQ(relocated({.machine = EM_S390, .type = 22, .order = std::endian::big}), target);
}

TEST(ElfRelocations, TakeTheAddendFromTheSectionWithoutOneOfTheirOwn) {
  const std::uint64_t target = 24 + 4;
  EXPECT_EQ(relocated({.machine = EM_386, .type = 1, .is_64 = false, .has_addend = false}, 0x10),
            target + 0x10);
  EXPECT_EQ(relocated({.machine = EM_ARM, .type = 2, .is_64 = false, .has_addend = false}, 1),
            target + 1);
  EXPECT_EQ(relocated({.machine = EM_MIPS,
                       .type = 2,
                       .is_64 = false,
                       .has_addend = false,
                       .order = std::endian::big},
                      0x0000001000000000),
            (target + 0x10) << 32);
}

TEST(ElfRelocations, CountFromTheirPlaceWhenTheyAreRelative) {
  EXPECT_EQ(relocated({.machine = EM_X86_64, .type = 24}), 24U + 4 - 8);
  EXPECT_EQ(relocated({.machine = EM_AARCH64, .type = 261}), 24U + 4 - 8);
}

TEST(ElfRelocations, AddAndSubtractForRiscV) {
  EXPECT_EQ(relocated({.machine = EM_RISCV, .type = 36}, 100), 100U + 28);
  EXPECT_EQ(relocated({.machine = EM_RISCV, .type = 40}, 100), 100U - 28);
  EXPECT_EQ(relocated({.machine = EM_RISCV, .type = 53}, 0xc0), 0xc0U | 28);
  EXPECT_EQ(relocated({.machine = EM_RISCV, .type = 52}, 0xc0 | 30), 0xc0U | 2);
  EXPECT_EQ(relocated({.machine = EM_RISCV, .type = 60}, 0x0080), 0x009cU);
  EXPECT_EQ(relocated({.machine = EM_RISCV, .type = 61}, 0x01a0), 0x0084U | 0x0100);
}

TEST(ElfRelocations, KnowTheFourFieldsOfMips64LittleEndian) {
  EXPECT_EQ(relocated({.machine = EM_MIPS, .type = 0, .r_info = 18ULL << 56 | 1}), 24U + 4);
}

TEST(ElfRelocations, LeaveLinkedFilesAlone) {
  EXPECT_EQ(relocated({.machine = EM_X86_64, .type = 1, .e_type = ET_EXEC}, 5), 5U);
  const Buffer file = SampleFile({.machine = EM_X86_64, .type = 1, .e_type = ET_EXEC}).build();
  ASSERT_OK_AND_ASSIGN(const Image image, Image::open(file, Limits()));
  EXPECT_FALSE(has_relocations(image, image.sections()[3]));
}

TEST(ElfRelocations, CountWhatTheyCannotApply) {
  for (const Sample& sample : {Sample{.machine = EM_X86_64, .type = 200},
                               Sample{.machine = EM_X86_64, .type = 0xffffffff},
                               Sample{.machine = EM_SPARC, .type = 3},
                               Sample{.machine = EM_X86_64, .type = 1, .r_offset = 9},
                               Sample{.machine = EM_X86_64, .type = 1, .r_offset = 16},
                               Sample{.machine = EM_X86_64, .type = 1, .r_offset = UINT64_MAX},
                               Sample{.machine = EM_RISCV, .type = 60, .r_offset = 16}}) {
    Buffer content(16);
    EXPECT_THAT(relocate(sample, content), IsOkAnd(testing::Eq(1U)));
    EXPECT_EQ(content, Buffer(16));
  }
}

TEST(ElfRelocations, SurviveEveryTruncation) {
  const Buffer file = SampleFile({.machine = EM_X86_64, .type = 1}).build();
  for_every_prefix(file, 1, [](Bytes prefix) {
    const auto image = Image::open(prefix, Limits());
    if (!image.has_value()) return;
    Buffer content(16);
    for (const Section& section : image->sections()) {
      static_cast<void>(
          apply_relocations(*image, section, section_addresses(*image), content, Limits()));
    }
  });
}

}  // namespace
}  // namespace sigla::elf
