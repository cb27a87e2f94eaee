// SPDX-License-Identifier: Apache-2.0
#include "formats/clr/method_text.h"

#include <gmock/gmock.h>

#include "formats/clr/program_for_test.h"
#include "testing/matchers.h"

namespace sigla::clr {
namespace {

using testing::ElementsAre;

std::string shown(std::string_view text) {
  const MethodText parsed = parse_method_text(text);
  std::string all = parsed.type + " " + parsed.method + " (";
  for (const std::string& parameter : parsed.parameters) all += parameter + ";";
  return all + ")";
}

TEST(MethodText, ReadsEveryDialect) {
  EXPECT_EQ(shown("N.C`1.In.F[U](U[] a, Int32& b, Dictionary`2 d)"),
            "N.C`1.In F (U[];Int32&;Dictionary`2;)");
  EXPECT_EQ(shown("N.C`1+In[T].F[U] (U[] a, System.Int32& b, "
                  "System.Collections.Generic.Dictionary`2[TKey,TValue] d)"),
            "N.C`1.In F (U[];System.Int32&;System.Collections.Generic.Dictionary`2;)");
  EXPECT_EQ(shown("N.C/In:F (int,string[],N.X&)"), "N.C.In F (System.Int32;System.String[];N.X&;)");
  EXPECT_EQ(shown("N.C..ctor (System.Int32 x)"), "N.C .ctor (System.Int32;)");
  EXPECT_EQ(shown("N.C..cctor()"), "N.C .cctor ()");
  EXPECT_EQ(shown("N.C.<>c__DisplayClass2_0.<Main>b__0(Int32[,] y)"),
            "N.C.<>c__DisplayClass2_0 <Main>b__0 (Int32[,];)");
  EXPECT_EQ(shown("N.C`1+<Run>c__async1+<Run>c__AnonStorey2[T].<>m__0 (System.Int32 y)"),
            "N.C`1.<Run>c__async1.<Run>c__AnonStorey2 <>m__0 (System.Int32;)");
  EXPECT_EQ(shown("Main()"), " Main ()");
  EXPECT_EQ(shown(""), "  ()");
  EXPECT_EQ(shown("((("), "  ()");
}

TEST(MethodText, FindsMethodsByTypeNameAndParameters) {
  const Buffer metadata = typical_program().build();
  ASSERT_OK_AND_ASSIGN(const auto program, Program::open(metadata, Limits()));
  const auto find = [&](std::string_view text) {
    return find_methods(program, {parse_method_text(text)})[0];
  };
  EXPECT_EQ(find("N.C`1[T].Run[U] (System.Int32 x, System.Collections.Generic.List`1[T] y)"), 1U);
  EXPECT_EQ(find("N.C`1.Run[U](Int32 x, List`1 y)"), 1U);
  EXPECT_EQ(find("N.C`1.Run(!!0& z)"), 2U);
  EXPECT_EQ(find("N.C`1.Run(String s)"), 0U);  // no overload
  EXPECT_EQ(find("N.C`1.Run"), 0U);            // which of them?
  EXPECT_EQ(find("N.C`1.<Run>d__3.MoveNext()"), 3U);
  EXPECT_EQ(find("N.D.Run(Int32 x)"), 0U);
  EXPECT_THAT(find_methods(program,
                           {parse_method_text("N.C`1.Run(!!0& z)"),
                            parse_method_text("N.C`1+<Run>d__3[T].MoveNext ()")}),
              ElementsAre(2U, 3U));
}

}  // namespace
}  // namespace sigla::clr
