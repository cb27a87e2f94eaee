// SPDX-License-Identifier: Apache-2.0
#include "formats/dwarf/addresses.h"

#include <gmock/gmock.h>

#include "testing/bytes_builder.h"

namespace sigla::dwarf {

void PrintTo(const AddressRange& range, std::ostream* stream) {
  *stream << fmt::format("[{:x},{:x})", range.low, range.high);
}

namespace {

using testing::ElementsAre;
using testing::IsEmpty;

// A unit with nothing but what its addresses need.
class AddressesTest : public testing::TestWithParam<std::endian> {
 protected:
  BytesBuilder bytes() const { return BytesBuilder(GetParam()); }

  std::vector<AddressRange> read(DieValue ranges, CodeFilter filter = CodeFilter({}, true)) {
    sections_.order = GetParam();
    Diagnostics diagnostics;
    const DebugInfo info = DebugInfo::open(sections_, Limits(), diagnostics);
    Addresses addresses({&info, &unit_, &info, &unit_}, filter);
    std::vector<AddressRange> out;
    addresses.append({}, {}, ranges, out);
    is_exhausted_ = addresses.is_exhausted();
    return out;
  }

  Sections sections_;
  Unit unit_;
  bool is_exhausted_ = false;
};

TEST_P(AddressesTest, ReadsOldRangeLists) {
  unit_.encoding = {4, 4, 4};
  unit_.low_pc = {0x1000, DW_FORM_addr};
  const Buffer ranges = bytes()
                            .u32(0)
                            .u32(0)
                            .u32(0x10)
                            .u32(0x20)
                            .u32(0xffffffff)  // a new base
                            .u32(0x5000)
                            .u32(1)
                            .u32(2)
                            .u32(7)  // empty
                            .u32(7)
                            .u32(9)  // the wrong way round
                            .u32(8)
                            .u32(0xfffffffe)  // removed by the linker
                            .u32(0xffffffff)
                            .u32(0)
                            .u32(0)
                            .u32(1)
                            .u32(2)
                            .build();
  sections_.ranges = ranges;
  EXPECT_THAT(read({8, DW_FORM_sec_offset}),
              ElementsAre(AddressRange{0x1010, 0x1020}, AddressRange{0x5001, 0x5002}));
  EXPECT_THAT(read({0, DW_FORM_sec_offset}), IsEmpty());
  EXPECT_THAT(read({1000, DW_FORM_sec_offset}), IsEmpty());
  // Version 5 with the sections of version 4.
  unit_.encoding.version = 5;
  EXPECT_THAT(read({8, DW_FORM_sec_offset}), testing::SizeIs(2));
}

TEST_P(AddressesTest, ReadsEveryKindOfRangeListEntry) {
  unit_.encoding = {5, 8, 4};
  unit_.low_pc = {0x100, DW_FORM_addr};
  unit_.addr_base = 8;
  const Buffer addr = bytes().zeros(8).u64(0x7000).u64(0x8000).build();
  const Buffer list = bytes()
                          .u8(DW_RLE_offset_pair)
                          .uleb(1)
                          .uleb(2)
                          .u8(DW_RLE_base_addressx)
                          .uleb(1)
                          .u8(DW_RLE_offset_pair)
                          .uleb(3)
                          .uleb(4)
                          .u8(DW_RLE_startx_endx)
                          .uleb(0)
                          .uleb(1)
                          .u8(DW_RLE_startx_length)
                          .uleb(0)
                          .uleb(5)
                          .u8(DW_RLE_base_address)
                          .u64(0x9000)
                          .u8(DW_RLE_offset_pair)
                          .uleb(0)
                          .uleb(1)
                          .u8(DW_RLE_start_end)
                          .u64(0xa000)
                          .u64(0xa001)
                          .u8(DW_RLE_start_length)
                          .u64(0xb000)
                          .uleb(16)
                          .u8(DW_RLE_startx_length)
                          .uleb(99)  // no such address
                          .uleb(1)
                          .u8(DW_RLE_end_of_list)
                          .build();
  sections_.addr = addr;
  sections_.rnglists = list;
  const auto all = ElementsAre(AddressRange{0x101, 0x102},
                               AddressRange{0x8003, 0x8004},
                               AddressRange{0x7000, 0x8000},
                               AddressRange{0x7000, 0x7005},
                               AddressRange{0x9000, 0x9001},
                               AddressRange{0xa000, 0xa001},
                               AddressRange{0xb000, 0xb010});
  EXPECT_THAT(read({0, DW_FORM_sec_offset}), all);
  // By index: 4 bytes of offset, counted from themselves.
  const Buffer table = bytes().zeros(12).u32(0).u32(8).bytes(list).build();
  sections_.rnglists = table;
  unit_.rnglists_base = 12;
  EXPECT_THAT(read({1, DW_FORM_rnglistx}), all);
  EXPECT_THAT(read({UINT64_MAX / 2, DW_FORM_rnglistx}), IsEmpty());
  for (std::size_t size = 0; size < list.size(); ++size) {
    sections_.rnglists = Bytes(list).first(size);
    EXPECT_LT(read({0, DW_FORM_sec_offset}).size(), 8U);
  }
}

TEST_P(AddressesTest, LeavesOutWhatTheLinkerRemoved) {
  unit_.encoding = {5, 8, 4};
  BytesBuilder list = bytes();
  for (const std::uint64_t low :
       std::initializer_list<std::uint64_t>{0, 1, UINT64_MAX - 1, UINT64_MAX, 0x1000, 0x5000}) {
    list.u8(DW_RLE_start_end).u64(low).u64(low + 0x10 < low ? UINT64_MAX : low + 0x10);
  }
  const Buffer built = list.u8(0).build();
  sections_.rnglists = built;
  const DieValue value{0, DW_FORM_sec_offset};
  EXPECT_THAT(read(value, CodeFilter({{0x800, 0x2000}}, false)),
              ElementsAre(AddressRange{0x1000, 0x1010}));
  EXPECT_THAT(read(value, CodeFilter({}, false)), testing::SizeIs(3));
  EXPECT_THAT(read(value, CodeFilter({}, true)), testing::SizeIs(4));
}

TEST_P(AddressesTest, StopsWhenAUnitAsksForTooMany) {
  unit_.encoding = {5, 8, 4};
  unit_.end = 10;
  BytesBuilder list = bytes();
  for (int i = 0; i < 5000; ++i) list.u8(DW_RLE_start_length).u64(0x1000).uleb(1);
  const Buffer built = list.u8(0).build();
  sections_.rnglists = built;
  EXPECT_EQ(read({0, DW_FORM_sec_offset}).size(), 1024U + 80);
  EXPECT_TRUE(is_exhausted_);
}

TEST_P(AddressesTest, TakesHighPcAsAddressOrAsSize) {
  sections_.order = GetParam();
  Diagnostics diagnostics;
  const DebugInfo info = DebugInfo::open(sections_, Limits(), diagnostics);
  const CodeFilter filter({}, true);
  Addresses addresses({&info, &unit_, &info, &unit_}, filter);
  std::vector<AddressRange> out;
  addresses.append({0x10, DW_FORM_addr}, {0x18, DW_FORM_addr}, {}, out);
  addresses.append({0x20, DW_FORM_addr}, {0x8, DW_FORM_data4}, {}, out);
  addresses.append({0x20, DW_FORM_addr}, {0, DW_FORM_data1}, {}, out);
  addresses.append({0x20, DW_FORM_addr}, {UINT64_MAX, DW_FORM_data8}, {}, out);
  addresses.append({0x20, DW_FORM_addr}, {}, {}, out);
  addresses.append({9, DW_FORM_addrx}, {8, DW_FORM_data4}, {}, out);
  EXPECT_THAT(out, ElementsAre(AddressRange{0x10, 0x18}, AddressRange{0x20, 0x28}));
}

INSTANTIATE_TEST_SUITE_P(ByteOrders,
                         AddressesTest,
                         testing::Values(std::endian::little, std::endian::big),
                         [](const auto& order) {
                           return order.param == std::endian::little ? "Little" : "Big";
                         });

}  // namespace
}  // namespace sigla::dwarf
