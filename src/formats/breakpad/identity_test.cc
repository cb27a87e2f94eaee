// SPDX-License-Identifier: Apache-2.0
#include "formats/breakpad/identity.h"

#include "testing/matchers.h"

namespace sigla::breakpad {
namespace {

TEST(BreakpadIdentity, ComesFromModuleAndCodeId) {
  ASSERT_OK_AND_ASSIGN(
      const Identity identity,
      identify_breakpad(as_bytes("MODULE windows x86 3249D99D0C4049318610F4E4FB0B69361 crash.pdb\n"
                                 "INFO CODE_ID 5AB380779000 crash.exe\n"
                                 "PUBLIC 10 0 f\n"),
                        "other.sym",
                        Limits()));
  EXPECT_EQ(identity.format, Format::kBreakpad);
  EXPECT_EQ(identity.kind, ObjectKind::kDebug);
  EXPECT_EQ(identity.arch, Arch::kX86);
  EXPECT_EQ(identity.name, "crash.pdb");
  EXPECT_EQ(identity.debug_id->dashed(), "3249d99d-0c40-4931-8610-f4e4fb0b6936-1");
  EXPECT_EQ(identity.code_id.text(), "5ab380779000");
  EXPECT_TRUE(identity.has_symbols);
  EXPECT_FALSE(identity.has_debug_info);
  EXPECT_FALSE(identity.has_unwind_info);
}

TEST(BreakpadIdentity, FindsFeaturesAnywhereInAFile) {
  std::string text = "MODULE Linux arm64 000102030405060708090A0B0C0D0E0F0\nFUNC 10 10 0 f\n";
  for (int i = 0; i < 20'000; ++i) text += "10 4 1 0\n";
  text += "STACK CFI INIT 10 10 .cfa: sp 0 +\n";
  for (int i = 0; i < 20'000; ++i) text += "FILE 10 4 STACK\n";
  ASSERT_OK_AND_ASSIGN(const Identity identity,
                       identify_breakpad(as_bytes(text), "/x/lib.so.sym", Limits()));
  EXPECT_EQ(identity.name, "lib.so.sym");
  EXPECT_TRUE(identity.has_symbols);
  EXPECT_TRUE(identity.has_debug_info);
  EXPECT_TRUE(identity.has_unwind_info);
}

TEST(BreakpadIdentity, RefusesAnIdThatIsNone) {
  EXPECT_THAT(identify_breakpad(as_bytes("MODULE Linux x86 XYZ a\n"), "a", Limits()),
              IsError(ErrorCode::kMalformed, "MODULE"));
}

}  // namespace
}  // namespace sigla::breakpad
