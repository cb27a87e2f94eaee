// SPDX-License-Identifier: Apache-2.0
#include "formats/dwarf/abbrev.h"

#include <gtest/gtest.h>

#include "formats/dwarf/die.h"
#include "testing/bytes_builder.h"
#include "testing/fixture.h"

namespace sigla::dwarf {
namespace {

BytesBuilder& declare(BytesBuilder& b,
                      std::uint64_t code,
                      std::uint64_t tag,
                      std::initializer_list<std::pair<std::uint64_t, std::uint64_t>> attributes) {
  b.uleb(code).uleb(tag).u8(0);
  for (const auto& [attribute, form] : attributes) b.uleb(attribute).uleb(form);
  return b.uleb(0).uleb(0);
}

constexpr std::uint64_t kUnwanted = 0x3a;  // DW_AT_decl_file

TEST(AbbrevTable, MeltsWhatNobodyAsksFor) {
  BytesBuilder b;
  declare(b,
          1,
          DW_TAG_subprogram,
          {{DW_AT_name, DW_FORM_strp},
           {kUnwanted, DW_FORM_data1},
           {kUnwanted, DW_FORM_data2},
           {kUnwanted, DW_FORM_flag_present},
           {DW_AT_low_pc, DW_FORM_addr},
           {kUnwanted, DW_FORM_data16}});
  const Buffer data = b.u8(0).build();
  const AbbrevTable table = AbbrevTable::open(data, Encoding());
  const Abbrev* abbrev = table.find(1);
  ASSERT_NE(abbrev, nullptr);
  EXPECT_EQ(abbrev->role, Role::kFunction);
  EXPECT_EQ(abbrev->size, 4U + 1 + 2 + 8 + 16);
  EXPECT_EQ(abbrev->step_count, 4U);
  EXPECT_TRUE(table.has_functions());
}

TEST(AbbrevTable, TellsWhatAnEntryMeans) {
  BytesBuilder b;
  declare(b, 1, DW_TAG_subprogram, {{DW_AT_declaration, DW_FORM_flag_present}});
  declare(b, 2, DW_TAG_subprogram, {{DW_AT_name, DW_FORM_string}});
  declare(b, 3, DW_TAG_subprogram, {{DW_AT_ranges, DW_FORM_sec_offset}});
  declare(b, 4, DW_TAG_class_type, {});
  declare(b, 5, DW_TAG_call_site, {});
  declare(b, 6, DW_TAG_inlined_subroutine, {});
  declare(b, 7, 0x39, {});  // DW_TAG_namespace
  declare(b, 8, DW_TAG_compile_unit, {});
  const Buffer data = b.u8(0).build();
  const AbbrevTable table = AbbrevTable::open(data, Encoding());
  const Role roles[] = {Role::kLeaf,
                        Role::kOrigin,
                        Role::kFunction,
                        Role::kType,
                        Role::kLeaf,
                        Role::kCall,
                        Role::kOther,
                        Role::kUnit};
  for (std::uint64_t code = 1; code <= 8; ++code) {
    ASSERT_NE(table.find(code), nullptr) << code;
    EXPECT_EQ(table.find(code)->role, roles[code - 1]) << code;
  }
}

TEST(AbbrevTable, FindsCodesThatAreFarApartAndInNoOrder) {
  BytesBuilder b;
  for (const std::uint64_t code : std::initializer_list<std::uint64_t>{7, UINT64_MAX, 3, 4, 900}) {
    declare(b, code, code < 100 ? DW_TAG_subprogram : DW_TAG_class_type, {});
  }
  const Buffer data = b.u8(0).build();
  const AbbrevTable table = AbbrevTable::open(data, Encoding());
  for (const std::uint64_t code : std::initializer_list<std::uint64_t>{7, UINT64_MAX, 3, 4, 900}) {
    ASSERT_NE(table.find(code), nullptr) << code;
    EXPECT_EQ(table.find(code)->code, code);
  }
  for (const std::uint64_t code : std::initializer_list<std::uint64_t>{0, 1, 5, 8, 901}) {
    EXPECT_EQ(table.find(code), nullptr) << code;
  }
}

TEST(AbbrevTable, KeepsWhatCameBeforeTheDamage) {
  BytesBuilder b;
  declare(b, 1, DW_TAG_subprogram, {{DW_AT_name, DW_FORM_string}});
  const std::size_t first = b.size();
  declare(b, 2, DW_TAG_subprogram, {{DW_AT_low_pc, DW_FORM_addr}});
  const Buffer data = b.build();
  for_every_prefix(data, 1, [&](Bytes prefix) {
    const AbbrevTable table = AbbrevTable::open(prefix, Encoding());
    EXPECT_EQ(table.find(1) != nullptr, prefix.size() >= first);
    EXPECT_EQ(table.find(2), nullptr);
  });
  EXPECT_EQ(AbbrevTable::open({}, Encoding()).find(1), nullptr);
}

// Every form once, each followed by a name whose value shows that the right number of bytes was
// taken.
TEST(DieValues, ReadsPastEveryForm) {
  const std::uint64_t forms[] = {
      DW_FORM_addr,          DW_FORM_block2,      DW_FORM_block4,       DW_FORM_data2,
      DW_FORM_data4,         DW_FORM_data8,       DW_FORM_string,       DW_FORM_block,
      DW_FORM_block1,        DW_FORM_data1,       DW_FORM_flag,         DW_FORM_sdata,
      DW_FORM_strp,          DW_FORM_udata,       DW_FORM_ref_addr,     DW_FORM_ref1,
      DW_FORM_ref2,          DW_FORM_ref4,        DW_FORM_ref8,         DW_FORM_ref_udata,
      DW_FORM_indirect,      DW_FORM_sec_offset,  DW_FORM_exprloc,      DW_FORM_flag_present,
      DW_FORM_strx,          DW_FORM_addrx,       DW_FORM_ref_sup4,     DW_FORM_strp_sup,
      DW_FORM_data16,        DW_FORM_line_strp,   DW_FORM_ref_sig8,     DW_FORM_implicit_const,
      DW_FORM_loclistx,      DW_FORM_rnglistx,    DW_FORM_ref_sup8,     DW_FORM_strx1,
      DW_FORM_strx2,         DW_FORM_strx3,       DW_FORM_strx4,        DW_FORM_addrx1,
      DW_FORM_addrx2,        DW_FORM_addrx3,      DW_FORM_addrx4,       DW_FORM_GNU_addr_index,
      DW_FORM_GNU_str_index, DW_FORM_GNU_ref_alt, DW_FORM_GNU_strp_alt, DW_FORM_LLVM_addrx_offset};
  for (const std::uint64_t form : forms) {
    for (const std::endian order : {std::endian::little, std::endian::big}) {
      for (const Encoding encoding : {Encoding{2, 4, 4}, Encoding{5, 8, 4}, Encoding{5, 4, 8}}) {
        for (const Attribute attribute : {static_cast<Attribute>(kUnwanted), DW_AT_linkage_name}) {
          BytesBuilder declared;
          declared.uleb(1).uleb(DW_TAG_subprogram).u8(0).uleb(attribute).uleb(form);
          if (form == DW_FORM_implicit_const) declared.sleb(-5);
          declared.uleb(DW_AT_call_line).uleb(DW_FORM_data4).uleb(0).uleb(0).u8(0);
          const Buffer abbrevs = declared.build();
          const AbbrevTable table = AbbrevTable::open(abbrevs, encoding);
          BytesBuilder entry(order);
          if (form == DW_FORM_indirect) entry.uleb(DW_FORM_data2).u16(1);
          switch (shape_of(form)) {
            case FormShape::kFixed:
              entry.zeros(form_size(form, encoding));
              break;
            case FormShape::kLeb128:
              entry.uleb(300);
              break;
            case FormShape::kString:
              entry.cstring("text");
              break;
            case FormShape::kBlock1:
              entry.u8(3).zeros(3);
              break;
            case FormShape::kBlock2:
              entry.u16(3).zeros(3);
              break;
            case FormShape::kBlock4:
              entry.u32(3).zeros(3);
              break;
            case FormShape::kBlock:
              entry.uleb(3).zeros(3);
              break;
            case FormShape::kIndexAndOffset:
              entry.uleb(3).u32(4);
              break;
            case FormShape::kIndirect:
              break;
            case FormShape::kUnknown:
              FAIL() << form;
          }
          const std::size_t end = entry.size() + 4;
          const Buffer bytes = entry.u32(0x12345678).build();
          DieValues values;
          EXPECT_EQ(values.read(bytes, order, 0, table, *table.find(1), encoding), end) << form;
          EXPECT_EQ(values.number(kCallLine), 0x12345678U) << form;
          EXPECT_EQ(values.has(kLinkageName), attribute == DW_AT_linkage_name) << form;
          for_every_prefix(bytes, 1, [&](Bytes prefix) {
            EXPECT_EQ(values.read(prefix, order, 0, table, *table.find(1), encoding),
                      DieValues::kFailed);
          });
        }
      }
    }
  }
}

TEST(DieValues, RefusesFormsThatLeadNowhere) {
  const Buffer entry(64, 0x16);  // DW_FORM_indirect, over and over
  for (const std::uint64_t form : std::initializer_list<std::uint64_t>{DW_FORM_indirect, 0x7f}) {
    for (const Attribute attribute : {static_cast<Attribute>(kUnwanted), DW_AT_name}) {
      BytesBuilder b;
      declare(b, 1, DW_TAG_subprogram, {{attribute, form}});
      const Buffer abbrevs = b.u8(0).build();
      const AbbrevTable table = AbbrevTable::open(abbrevs, Encoding());
      DieValues values;
      EXPECT_EQ(values.read(entry, std::endian::little, 0, table, *table.find(1), Encoding()),
                DieValues::kFailed);
    }
  }
}

TEST(DieValues, SkipsNumbersOfAnyLength) {
  BytesBuilder b;
  declare(b, 1, DW_TAG_subprogram, {{kUnwanted, DW_FORM_sdata}, {DW_AT_name, DW_FORM_strp}});
  const Buffer abbrevs = b.u8(0).build();
  const AbbrevTable table = AbbrevTable::open(abbrevs, Encoding());
  const Buffer entry = BytesBuilder().sleb(INT64_MIN).u32(7).build();
  DieValues values;
  EXPECT_EQ(values.read(entry, std::endian::little, 0, table, *table.find(1), Encoding()),
            entry.size());
  EXPECT_EQ(values.number(kName), 7U);
}

}  // namespace
}  // namespace sigla::dwarf
