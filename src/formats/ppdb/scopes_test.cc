// SPDX-License-Identifier: Apache-2.0
#include "formats/ppdb/scopes.h"

#include <gmock/gmock.h>

#include "codec/clr_metadata_for_test.h"
#include "testing/fixture.h"
#include "testing/matchers.h"

namespace sigla::ppdb {
namespace {

using T = ClrTable;
using testing::ElementsAre;

ClrMetadataForTest empty_pdb() {
  ClrMetadataForTest pdb;
  pdb.pdb.emplace();
  pdb.pdb->referenced = {{T::kMethodDef, 3}};
  return pdb;
}

Result<ConstantSignature> constant_of(Bytes blob) {
  ClrMetadataForTest built = empty_pdb();
  const std::uint32_t index = built.blob(blob);
  built.add(T::kLocalConstant, {built.string("C"), index});
  static Buffer file;  // what is read borrows it
  file = built.build();
  SIGLA_TRY_ASSIGN(const auto pdb, Metadata::open(file, Limits()));
  return read_constant(pdb, pdb.local_constant(1).signature);
}

TEST(Scopes, BelongToMethodsWithTheirVariables) {
  ClrMetadataForTest built = empty_pdb();
  built.add(T::kLocalScope, {1, 1, 1, 1, 0, 20});
  built.add(T::kLocalScope, {1, 1, 2, 1, 5, 10});
  built.add(T::kLocalScope, {3, 1, 3, 1, 0, 7});
  for (const char* name : {"a", "b", "c"}) built.add(T::kLocalVariable, {0, 4, built.string(name)});
  built.add(T::kLocalConstant, {built.string("K"), 0});
  const Buffer file = built.build();
  ASSERT_OK_AND_ASSIGN(const auto pdb, Metadata::open(file, Limits()));
  const auto rows = pdb.scopes_of(1);
  ASSERT_EQ(rows.end - rows.first, 2U);
  const LocalScope inner = pdb.local_scope(rows.first + 1);
  EXPECT_EQ(inner.start_offset, 5U);
  EXPECT_EQ(inner.length, 10U);
  ASSERT_EQ(inner.variables.end - inner.variables.first, 1U);
  const LocalVariable variable = pdb.local_variable(inner.variables.first);
  EXPECT_EQ(variable.index, 4U);
  ASSERT_OK_AND_ASSIGN(const auto name, pdb.string(variable.name));
  EXPECT_EQ(name, "b");
  EXPECT_EQ(inner.constants.first, inner.constants.end);
  const LocalScope last = pdb.local_scope(pdb.scopes_of(3).first);
  EXPECT_EQ(last.constants.end - last.constants.first, 1U);
  const auto none = pdb.scopes_of(2);
  EXPECT_EQ(none.first, none.end);
}

TEST(Constants, HaveNumbersEnumsStringsAndObjects) {
  ASSERT_OK_AND_ASSIGN(const auto number, constant_of(Buffer{0x08, 1, 2, 3, 4}));
  EXPECT_EQ(number.type, ElementType::kI4);
  EXPECT_EQ(hex_lower(number.value), "01020304");
  EXPECT_TRUE(number.type_token.is_nil());
  ASSERT_OK_AND_ASSIGN(const auto enumeration, constant_of(Buffer{0x05, 9, 0x49}));
  EXPECT_EQ(enumeration.type, ElementType::kU1);
  EXPECT_EQ(enumeration.type_token.value(), 0x0100'0012U);
  ASSERT_OK_AND_ASSIGN(const auto text, constant_of(Buffer{0x0e, 'h', 0, 'i', 0}));
  EXPECT_EQ(hex_lower(text.value), "68006900");
  ASSERT_OK_AND_ASSIGN(const auto null, constant_of(Buffer{0x0e, 0xff}));
  EXPECT_TRUE(null.is_null_string);
  ASSERT_OK_AND_ASSIGN(
      const auto decimal,
      constant_of(Buffer{0x11, 0x49, 2, 0x4e, 0x61, 0xbc, 0, 0, 0, 0, 0, 0, 0, 0, 0}));
  EXPECT_EQ(decimal.type, ElementType::kValueType);
  EXPECT_EQ(decimal.value.size(), 13U);
  ASSERT_OK_AND_ASSIGN(const auto object, constant_of(Buffer{0x1f, 0x05, 0x20, 0x08, 0x1c}));
  EXPECT_EQ(object.type, ElementType::kObject);
  ASSERT_EQ(object.modifiers.size(), 2U);
  EXPECT_TRUE(object.modifiers[0].is_required);
  EXPECT_EQ(object.modifiers[0].type.value(), 0x0100'0001U);
  EXPECT_EQ(object.modifiers[1].type.value(), 0x0200'0002U);
}

TEST(Constants, AreRejectedWhenDamaged) {
  EXPECT_THAT(constant_of(Buffer{0x08, 1, 2, 3}), IsError(ErrorCode::kMalformed, "local constant"));
  EXPECT_THAT(constant_of(Buffer{0x1f}), IsError(ErrorCode::kMalformed, "local constant"));
  EXPECT_THAT(constant_of(Buffer{0x15, 0}), IsError(ErrorCode::kMalformed, "type 0x15"));
}

TEST(Imports, HaveEveryKind) {
  ClrMetadataForTest built = empty_pdb();
  const auto alias = static_cast<std::uint8_t>(built.blob("A"));
  const auto space = static_cast<std::uint8_t>(built.blob("System"));
  BytesBuilder b;
  b.u8(1).u8(space).u8(2).u8(3).u8(space).u8(3).u8(0x49).u8(4).u8(alias).u8(space);
  b.u8(5).u8(alias).u8(6).u8(alias).u8(3).u8(7).u8(alias).u8(space);
  b.u8(8).u8(alias).u8(3).u8(space).u8(9).u8(alias).u8(0x49);
  built.add(T::kImportScope, {0, built.blob(b.build())});
  built.add(T::kImportScope, {1, built.blob(std::string("\x0a"))});
  built.add(T::kImportScope, {1, 0});
  const Buffer file = built.build();
  ASSERT_OK_AND_ASSIGN(const auto pdb, Metadata::open(file, Limits()));
  ASSERT_OK_AND_ASSIGN(const auto imports, read_imports(pdb, 1));
  std::vector<std::string> texts;
  for (const Import& import : imports) {
    texts.push_back(fmt::format("{} {} {} {} {:x}",
                                static_cast<int>(import.kind),
                                import.alias,
                                import.assembly.row,
                                import.target_namespace,
                                import.type.value()));
  }
  EXPECT_THAT(texts,
              ElementsAre("1  0 System 0",
                          "2  3 System 0",
                          "3  0  1000012",
                          "4 A 0 System 0",
                          "5 A 0  0",
                          "6 A 3  0",
                          "7 A 0 System 0",
                          "8 A 3 System 0",
                          "9 A 0  1000012"));
  EXPECT_THAT(read_imports(pdb, 2), IsError(ErrorCode::kMalformed, "kind 10"));
  EXPECT_EQ(pdb.import_scope(3).parent, 1U);
  ASSERT_OK_AND_ASSIGN(const auto none, read_imports(pdb, 3));
  EXPECT_TRUE(none.empty());
}

}  // namespace
}  // namespace sigla::ppdb
