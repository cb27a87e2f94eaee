// SPDX-License-Identifier: Apache-2.0
#include "stackwalk/image_memory.h"

#include "formats/elf/raw.h"
#include "testing/bytes_builder.h"
#include "testing/matchers.h"

namespace sigla {
namespace {

constexpr std::uint64_t kLinked = 0x400000;
constexpr std::uint64_t kBase = 0x7f0000000000;

struct Part {
  std::uint32_t flags;
  std::uint64_t offset;
  std::uint64_t address;
  std::uint64_t size;
};

// A little-endian x86-64 image of 0x300 bytes, each the low byte of its offset behind the headers.
Buffer make_image(const std::vector<Part>& parts) {
  BytesBuilder b;
  b.u8(0x7f).text("ELF").u8(2).u8(1).u8(1).zeros(9).u16(elf::ET_DYN).u16(elf::EM_X86_64).u32(1);
  b.u64(0).u64(64).u64(0).u32(0).u16(64).u16(56).u16(parts.size()).u16(0).u16(0).u16(0);
  for (const Part& part : parts) {
    b.u32(elf::PT_LOAD).u32(part.flags).u64(part.offset).u64(part.address).u64(part.address);
    b.u64(part.size).u64(part.size).u64(0x100);
  }
  Buffer file = b.build();
  while (file.size() < 0x300) file.push_back(static_cast<std::uint8_t>(file.size()));
  return file;
}

TEST(ImageMemory, HasTheSegmentsThatNobodyMayWrite) {
  const Buffer file = make_image({{elf::PF_R, 0, kLinked, 0x200},
                                  {elf::PF_R | elf::PF_X, 0x200, kLinked + 0x1200, 0x80},
                                  {elf::PF_R | elf::PF_W, 0x280, kLinked + 0x2280, 0x80}});
  const auto regions = image_memory(file, kBase, Limits());
  ASSERT_EQ(regions.size(), 2U);
  EXPECT_EQ(regions[0].base, kBase);
  EXPECT_EQ(regions[1].base, kBase + 0x1200);
  EXPECT_EQ(regions[1].bytes.size(), 0x80U);
  EXPECT_EQ(regions[1].read(kBase + 0x1210, 1), 0x10U);
}

TEST(ImageMemory, LeavesOutWhatTheFileDoesNotHave) {
  const Buffer file = make_image({{elf::PF_R, 0, kLinked, 0x200},
                                  {elf::PF_R, 0x200, kLinked + 0x1200, UINT64_MAX},
                                  {elf::PF_R, UINT64_MAX, kLinked + 0x2000, 0x10},
                                  {elf::PF_R, 0x200, ~std::uint64_t{0} - 0xf, 0x80}});
  const std::uint64_t last = ~std::uint64_t{0} - 0xf;
  for (const auto& region : image_memory(file, kLinked, Limits())) {
    EXPECT_LE(region.bytes.size(), 0x200U);
    EXPECT_NE(region.base, last) << "runs over the end of the address space";
  }
  for (std::size_t size = 0; size < file.size(); ++size) {
    for (const auto& region : image_memory(Bytes(file).first(size), kBase, Limits())) {
      EXPECT_LE(region.bytes.size(), size);
    }
  }
  EXPECT_TRUE(image_memory(Buffer(100, 1), kBase, Limits()).empty());
}

}  // namespace
}  // namespace sigla
