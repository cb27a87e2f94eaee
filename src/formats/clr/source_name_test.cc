// SPDX-License-Identifier: Apache-2.0
#include "formats/clr/source_name.h"

#include <gmock/gmock.h>

namespace sigla::clr {
namespace {

std::string shown(std::string_view type, std::string_view method) {
  const SourceMethod source = source_method(type, method);
  return source.type + " " + source.qualified_method();
}

TEST(SourceName, NamesStateMachinesAfterTheirMethod) {
  EXPECT_EQ(shown("N.C+<RunAsync>d__3", "MoveNext"), "N.C RunAsync");
  EXPECT_EQ(shown("N.C`1+<RunAsync>d__3`2[T,U]", "MoveNext"), "N.C`1 RunAsync");
  EXPECT_EQ(shown("N.C.<RunAsync>d__3", "MoveNext"), "N.C RunAsync");
  EXPECT_EQ(shown("N.C+<Run>c__async1", "MoveNext"), "N.C Run");
  EXPECT_EQ(shown("N.C+<It>c__Iterator0", "MoveNext"), "N.C It");
  EXPECT_EQ(shown("N.C+VB$StateMachine_3_Run", "MoveNext"), "N.C Run");
  EXPECT_EQ(shown("N.C+<System.IDisposable.Dispose>d__1", "MoveNext"),
            "N.C System.IDisposable.Dispose");
  EXPECT_TRUE(source_method("N.C+<RunAsync>d__3", "MoveNext").is_async);
}

TEST(SourceName, NamesLambdasAndLocalFunctionsAfterTheirMethod) {
  EXPECT_EQ(shown("N.C+<>c", "<Main>b__0_1"), "N.C Main.AnonymousMethod__0_1");
  EXPECT_EQ(shown("N.C+<>c__DisplayClass2_0", "<Main>b__1"), "N.C Main.AnonymousMethod__1");
  EXPECT_EQ(shown("N.C", "<M>g__Local|0_0"), "N.C M.Local");
  EXPECT_EQ(shown("N.C+<>c__DisplayClass2_0", "<M>g__Local|0"), "N.C M.Local");
  EXPECT_EQ(shown("N.C", "<Main>m__0"), "N.C Main.AnonymousMethod__0");
  EXPECT_EQ(shown("N.C+<Main>c__AnonStorey2", "<>m__0"), "N.C Main.AnonymousMethod__0");
  EXPECT_EQ(shown("N.C`1+<Run>c__async1+<Run>c__AnonStorey2[T]", "<>m__0"),
            "N.C`1 Run.AnonymousMethod__0");
  // A lambda in a lambda, an async lambda, a local function of a lambda.
  EXPECT_EQ(shown("N.C+<>c+<<Main>b__0_0>d", "MoveNext"), "N.C Main.AnonymousMethod__0_0");
  EXPECT_EQ(shown("N.C+<<M>g__F|0_0>d", "MoveNext"), "N.C M.F");
  EXPECT_EQ(shown("N.C+<>c", "<<Main>b__0_0>g__F|0_1"), "N.C Main.F");
}

TEST(SourceName, LeavesOtherNamesAlone) {
  EXPECT_EQ(shown("N.C", "MoveNext"), "N.C MoveNext");
  EXPECT_EQ(shown("N.Outer+Inner", ".ctor"), "N.Outer+Inner .ctor");
  EXPECT_EQ(shown("Program", "<Main>$"), "Program <Main>$");
  EXPECT_EQ(shown("<>f__AnonymousType0`1", "Equals"), "<>f__AnonymousType0`1 Equals");
  EXPECT_EQ(shown("<PrivateImplementationDetails>", "ComputeStringHash"),
            "<PrivateImplementationDetails> ComputeStringHash");
  EXPECT_EQ(shown("N.C+<RunAsync>d__3", "SetStateMachine"), "N.C+<RunAsync>d__3 SetStateMachine");
  EXPECT_EQ(shown("", ""), " ");
  EXPECT_EQ(shown("<<<<", "<"), "<<<< <");
}

TEST(SourceName, SurvivesDeepNesting) {
  const std::string deep = std::string(10'000, '<') + "a" + std::string(10'000, '>') + "b__0";
  EXPECT_FALSE(source_method("C", deep).qualified_method().empty());
}

}  // namespace
}  // namespace sigla::clr
