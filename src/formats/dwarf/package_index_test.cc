// SPDX-License-Identifier: Apache-2.0
#include "formats/dwarf/package_index.h"

#include <gtest/gtest.h>

#include "formats/dwarf/raw.h"
#include "testing/bytes_builder.h"
#include "testing/fixture.h"
#include "testing/matchers.h"

namespace sigla::dwarf {
namespace {

Buffer index_of(std::uint32_t version, std::endian order) {
  BytesBuilder b(order);
  version == 5 ? b.u16(5).u16(0) : b.u32(version);
  b.u32(3).u32(2).u32(4);
  b.u64(0).u64(11).u64(0).u64(12);  // signatures
  b.u32(0).u32(1).u32(0).u32(2);    // rows
  b.u32(DW_SECT_INFO).u32(DW_SECT_ABBREV).u32(DW_SECT_RNGLISTS);
  b.u32(0x100).u32(0x10).u32(0x1000);  // offsets
  b.u32(0).u32(0x20).u32(0x2000);
  for (int i = 0; i < 6; ++i) b.u32(0x40);  // sizes
  return b.build();
}

TEST(PackageIndex, FindsTheParts) {
  for (const std::endian order : {std::endian::little, std::endian::big}) {
    for (const std::uint32_t version : std::initializer_list<std::uint32_t>{2, 5}) {
      const Buffer data = index_of(version, order);
      ASSERT_OK_AND_ASSIGN(const PackageIndex index, PackageIndex::open(data, order));
      ASSERT_NE(index.find(0x100), nullptr);
      EXPECT_EQ(index.find(0x100)->abbrev, 0x10U);
      // 8 was DW_SECT_MACRO before version 5.
      EXPECT_EQ(index.find(0x100)->rnglists, version == 5 ? 0x1000U : 0);
      EXPECT_EQ(index.find(0)->abbrev, 0x20U);
      EXPECT_EQ(index.find(1), nullptr);
    }
  }
}

TEST(PackageIndex, RefusesWhatDoesNotFit) {
  const Buffer data = index_of(5, std::endian::little);
  for_every_prefix(Bytes(data), 1, [](Bytes prefix) {
    if (prefix.empty()) return;
    EXPECT_THAT(PackageIndex::open(prefix, std::endian::little),
                IsError(ErrorCode::kMalformed, "package index"));
  });
  for (const std::size_t field : {4, 8, 12}) {  // counts
    for (const std::uint8_t value : std::initializer_list<std::uint8_t>{0, 1, 0xff}) {
      Buffer damaged = data;
      for (std::size_t i = 0; i < 4; ++i) damaged[field + i] = value;
      const auto index = PackageIndex::open(damaged, std::endian::little);
      EXPECT_EQ(index.has_value(), value == 0) << field;
    }
  }
  Buffer later = data;
  later[0] = 6;
  EXPECT_THAT(PackageIndex::open(later, std::endian::little),
              IsError(ErrorCode::kUnsupported, "version 6"));
}

}  // namespace
}  // namespace sigla::dwarf
