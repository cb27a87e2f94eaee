// SPDX-License-Identifier: Apache-2.0
#include "codec/clr_metadata.h"

#include <gmock/gmock.h>

#include "codec/clr_metadata_for_test.h"
#include "testing/fixture.h"
#include "testing/matchers.h"

namespace sigla {
namespace {

using T = ClrTable;

ClrMetadataForTest typical_metadata() {
  ClrMetadataForTest metadata;
  metadata.add(
      T::kModule,
      {0, metadata.string("a.dll"), metadata.guid("0e8a571b6926466eb4ad8ab04611f5fe"), 0, 0});
  const std::uint32_t object =
      ClrMetadataForTest::coded(ClrCodedIndex::kTypeDefOrRef, T::kTypeRef, 0x12);
  metadata.add(T::kTypeDef, {0, metadata.string("<Module>"), 0, 0, 1, 1});
  metadata.add(T::kTypeDef, {1, metadata.string("C"), metadata.string("N"), object, 1, 1});
  metadata.add(T::kTypeDef, {1, metadata.string("D"), 0, object, 1, 3});
  for (const char* name : {"F", "G", "H"}) {
    metadata.add(T::kMethodDef,
                 {0x2050, 0, 6, metadata.string(name), metadata.blob(std::string("\0\0\1", 3)), 1});
  }
  return metadata;
}

// Everything that can be asked for.
void read_all(const ClrMetadata& metadata) {
  for (unsigned number = 0; number < kClrTableCount; ++number) {
    const auto table = static_cast<T>(number);
    const auto columns = clr_columns(table);
    for (std::uint32_t row = 1; row <= metadata.row_count(table); ++row) {
      for (std::size_t i = 0; i < columns.size(); ++i) {
        const std::uint32_t value = metadata.cell(table, row, i);
        static_cast<void>(metadata.string(value));
        static_cast<void>(metadata.blob(value));
        static_cast<void>(metadata.guid(value));
        static_cast<void>(metadata.user_string(value));
      }
    }
  }
}

TEST(ClrMetadata, ReadsEveryWidth) {
  for (const int heap_sizes : {0, 1, 2, 4, 7}) {
    for (const bool is_wide : {false, true}) {
      ClrMetadataForTest built = typical_metadata();
      built.heap_sizes = static_cast<std::uint8_t>(heap_sizes);
      built.has_wide_indexes = is_wide;
      built.table_stream = is_wide ? "#-" : "#~";
      const Buffer content = built.build();
      ASSERT_OK_AND_ASSIGN(const auto metadata, ClrMetadata::open(content, "test", Limits()));
      EXPECT_EQ(metadata.version(), "v4.0.30319");
      EXPECT_EQ(metadata.row_count(T::kMethodDef), 3U);
      ASSERT_OK_AND_ASSIGN(const auto name, metadata.string(metadata.cell(T::kTypeDef, 2, 1)));
      EXPECT_EQ(name, "C");
      ASSERT_OK_AND_ASSIGN(const Bytes signature,
                           metadata.blob(metadata.cell(T::kMethodDef, 3, 4)));
      EXPECT_EQ(hex_lower(signature), "000001");
      ASSERT_OK_AND_ASSIGN(const Bytes mvid, metadata.guid(metadata.cell(T::kModule, 1, 2)));
      EXPECT_EQ(hex_lower(mvid), "1b578a0e26696e46b4ad8ab04611f5fe");
      const ClrToken base = metadata.coded_cell(T::kTypeDef, 2, 3);
      EXPECT_EQ(base.value(), 0x0100'0012U);
    }
  }
}

TEST(ClrMetadata, WidensIndexesWithTheTables) {
  // 0x8000 rows need no more than 15 bits, but with a tag of two they do not fit 16.
  ClrMetadataForTest built;
  built.pdb.emplace();
  built.pdb->referenced = {{T::kMethodDef, 0x1'0000}, {T::kTypeRef, 0x10}};
  built.add(T::kStateMachineMethod, {0xffff, 0x1'0000});
  built.add(T::kCustomDebugInformation, {0x20'0000, 0, 0});
  const Buffer content = built.build();
  ASSERT_OK_AND_ASSIGN(const auto metadata, ClrMetadata::open(content, "test", Limits()));
  EXPECT_EQ(metadata.cell(T::kStateMachineMethod, 1, 1), 0x1'0000U);
  EXPECT_EQ(metadata.coded_cell(T::kCustomDebugInformation, 1, 0),
            (ClrToken{T::kMethodDef, 0x1'0000}));
  EXPECT_FALSE(metadata.has(T::kMethodDef));  // it is the program's
}

TEST(ClrMetadata, GivesTheRowsATypeOwns) {
  const Buffer content = typical_metadata().build();
  ASSERT_OK_AND_ASSIGN(const auto metadata, ClrMetadata::open(content, "test", Limits()));
  const auto methods = metadata.list_rows(T::kTypeDef, 2, 5, T::kMethodDef);
  EXPECT_EQ(methods.first, 1U);
  EXPECT_EQ(methods.end, 3U);
  const auto last = metadata.list_rows(T::kTypeDef, 3, 5, T::kMethodDef);
  EXPECT_EQ(last.first, 3U);
  EXPECT_EQ(last.end, 4U);
  // Lists that begin nowhere own nothing.
  ClrMetadataForTest damaged = typical_metadata();
  damaged.tables[T::kTypeDef][1][5] = 0xffff;
  damaged.tables[T::kTypeDef][2][5] = 0;
  const Buffer bad = damaged.build();
  ASSERT_OK_AND_ASSIGN(const auto other, ClrMetadata::open(bad, "test", Limits()));
  const auto none = other.list_rows(T::kTypeDef, 2, 5, T::kMethodDef);
  EXPECT_EQ(none.first, none.end);
}

TEST(ClrMetadata, FindsEqualRows) {
  ClrMetadataForTest built;
  for (const std::uint32_t parent : {1, 3, 3, 3, 7}) built.add(T::kNestedClass, {parent, 1});
  const Buffer content = built.build();
  ASSERT_OK_AND_ASSIGN(const auto metadata, ClrMetadata::open(content, "test", Limits()));
  const auto rows = [&](std::uint32_t value) {
    const auto found = metadata.equal_rows(T::kNestedClass, 0, value);
    return std::pair(found.first, found.end);
  };
  EXPECT_EQ(rows(1), std::pair(1U, 2U));
  EXPECT_EQ(rows(3), std::pair(2U, 5U));
  EXPECT_EQ(rows(7), std::pair(5U, 6U));
  EXPECT_EQ(rows(0), std::pair(1U, 1U));
  EXPECT_EQ(rows(5), std::pair(5U, 5U));
  EXPECT_EQ(rows(9), std::pair(6U, 6U));
}

TEST(ClrMetadata, FailsCleanlyOnEveryPrefix) {
  for_every_prefix(typical_metadata().build(), 1, [](Bytes prefix) {
    const auto metadata = ClrMetadata::open(prefix, "test", Limits());
    if (metadata.has_value()) read_all(metadata.value());
  });
}

TEST(ClrMetadata, SurvivesEveryByteAtItsExtremes) {
  const Buffer content = typical_metadata().build();
  for (std::size_t i = 0; i < content.size(); ++i) {
    for (const int value : {0, 1, 0x7f, 0x80, 0xff}) {
      Buffer damaged = content;
      damaged[i] = static_cast<std::uint8_t>(value);
      const auto metadata = ClrMetadata::open(damaged, "test", Limits());
      if (metadata.has_value()) read_all(metadata.value());
    }
  }
}

TEST(ClrMetadata, RejectsWhatItCannotRead) {
  EXPECT_THAT(ClrMetadata::open(Buffer(), "test", Limits()),
              IsError(ErrorCode::kMalformed, "test: no magic"));
  ClrMetadataForTest unknown = typical_metadata();
  unknown.table_stream = "#?";
  EXPECT_THAT(ClrMetadata::open(unknown.build(), "test", Limits()),
              IsError(ErrorCode::kMalformed, "no stream of tables"));
  ClrMetadataForTest strange = typical_metadata();
  strange.tables[static_cast<T>(0x2d)].push_back({});
  EXPECT_THAT(ClrMetadata::open(strange.build(), "test", Limits()),
              IsError(ErrorCode::kUnsupported, "table 0x2d"));
  Limits limits;
  limits.metadata_heap_size_max = 10;
  EXPECT_THAT(ClrMetadata::open(typical_metadata().build(), "test", limits),
              IsError(ErrorCode::kLimitExceeded, "bytes"));
}

TEST(ClrCompressed, ReadsTheExamplesOfTheSpecification) {
  // ECMA-335 II.23.2, both tables.
  const auto number = [](std::string_view hex) {
    const Buffer bytes = *parse_hex_bytes(hex);
    ByteReader reader(bytes);
    const std::uint32_t value = read_clr_compressed(reader);
    EXPECT_TRUE(reader.ok() && reader.at_end()) << hex;
    return value;
  };
  EXPECT_EQ(number("03"), 0x03U);
  EXPECT_EQ(number("7f"), 0x7fU);
  EXPECT_EQ(number("8080"), 0x80U);
  EXPECT_EQ(number("ae57"), 0x2e57U);
  EXPECT_EQ(number("bfff"), 0x3fffU);
  EXPECT_EQ(number("c0004000"), 0x4000U);
  EXPECT_EQ(number("dfffffff"), 0x1fff'ffffU);
  const auto signed_number = [](std::string_view hex) {
    const Buffer bytes = *parse_hex_bytes(hex);
    ByteReader reader(bytes);
    const std::int32_t value = read_clr_compressed_signed(reader);
    EXPECT_TRUE(reader.ok() && reader.at_end()) << hex;
    BytesBuilder again;
    append_clr_signed(again, value);
    EXPECT_EQ(hex_lower(again.build()), hex);
    return value;
  };
  EXPECT_EQ(signed_number("06"), 3);
  EXPECT_EQ(signed_number("7b"), -3);
  EXPECT_EQ(signed_number("8080"), 64);
  EXPECT_EQ(signed_number("01"), -64);
  EXPECT_EQ(signed_number("c0004000"), 8192);
  EXPECT_EQ(signed_number("8001"), -8192);
  EXPECT_EQ(signed_number("dffffffe"), 268435455);
  EXPECT_EQ(signed_number("c0000001"), -268435456);
  const Buffer none = {0xe0, 0, 0, 0};
  ByteReader reader(none);
  EXPECT_EQ(read_clr_compressed(reader), 0U);
  EXPECT_FALSE(reader.ok());
}

}  // namespace
}  // namespace sigla
