// SPDX-License-Identifier: Apache-2.0
#include "formats/clr/signature.h"

#include <gmock/gmock.h>

#include "formats/clr/program_for_test.h"
#include "testing/matchers.h"

namespace sigla::clr {
namespace {

Result<std::string> type_of(std::string_view hex) {
  ClrMetadataForTest built = typical_program();
  // TypeSpec 1 is int[], TypeSpec 2 itself in an array.
  built.add(ClrTable::kTypeSpec, {built.blob(Buffer{0x1d, 0x08})});
  built.add(ClrTable::kTypeSpec, {built.blob(Buffer{0x1d, 0x12, 0x0a})});
  const Buffer metadata = built.build();
  SIGLA_TRY_ASSIGN(const auto program, Program::open(metadata, Limits()));
  return read_type_signature(program, *parse_hex_bytes(hex), generic_context(program, 1));
}

std::string text_of(std::string_view hex) {
  const auto type = type_of(hex);
  return type.has_value() ? type.value() : type.error().message();
}

TEST(Signature, NamesEveryKindOfType) {
  EXPECT_EQ(text_of("0e"), "System.String");
  EXPECT_EQ(text_of("1c"), "System.Object");
  EXPECT_EQ(text_of("18"), "System.IntPtr");
  EXPECT_EQ(text_of("16"), "System.TypedReference");
  EXPECT_EQ(text_of("0f05"), "System.Byte*");
  EXPECT_EQ(text_of("101d08"), "System.Int32[]&");
  EXPECT_EQ(text_of("1408020000"), "System.Int32[,]");
  EXPECT_EQ(text_of("14080101050100"), "System.Int32[*]");
  EXPECT_EQ(text_of("1208"), "N.C`1");
  EXPECT_EQ(text_of("1109"), "System.Collections.Generic.List`1+Enumerator");
  EXPECT_EQ(text_of("1206"), "System.Int32[]");
  EXPECT_EQ(text_of("15120502081300"), "System.Collections.Generic.List`1[System.Int32,T]");
  EXPECT_EQ(text_of("1e00"), "U");
  EXPECT_EQ(text_of("1305"), "!5");
  EXPECT_EQ(text_of("1f05200508"), "System.Int32");
  EXPECT_EQ(text_of("1b000201080e"), "System.Void(System.Int32, System.String)");
}

TEST(Signature, RejectsWhatIsNone) {
  EXPECT_THAT(type_of(""), IsError(ErrorCode::kMalformed, "signature"));
  EXPECT_THAT(type_of("1d"), IsError(ErrorCode::kMalformed, "signature"));
  EXPECT_THAT(type_of("7f"), IsError(ErrorCode::kMalformed, "type 0x7f"));
  EXPECT_THAT(type_of("1200"), IsError(ErrorCode::kMalformed, "no type"));
  EXPECT_THAT(type_of("12bfff"), IsError(ErrorCode::kMalformed, "no type"));
  EXPECT_THAT(type_of("1408bfff"), IsError(ErrorCode::kMalformed, "rank"));
  EXPECT_THAT(type_of("120a"), IsError(ErrorCode::kLimitExceeded, "nested"));
  std::string deep;
  for (int i = 0; i < 200; ++i) deep += "1d";
  EXPECT_THAT(type_of(deep + "08"), IsError(ErrorCode::kLimitExceeded, "nested"));
}

TEST(Signature, ShortensNames) {
  EXPECT_EQ(short_type_name("System.Int32"), "Int32");
  EXPECT_EQ(short_type_name("N.Outer`1+Inner"), "Inner");
  EXPECT_EQ(short_type_name("System.Collections.Generic.List`1[N.X][]&"), "List`1[]&");
  EXPECT_EQ(short_type_name("System.Int32[,]"), "Int32[,]");
  EXPECT_EQ(short_type_name("T"), "T");
  EXPECT_EQ(short_type_name("[[["), "");
  EXPECT_EQ(short_type_name(""), "");
}

}  // namespace
}  // namespace sigla::clr
