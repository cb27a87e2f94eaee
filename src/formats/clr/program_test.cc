// SPDX-License-Identifier: Apache-2.0
#include "formats/clr/program.h"

#include <gmock/gmock.h>

#include "formats/clr/dump.h"
#include "formats/clr/method_name.h"
#include "formats/clr/program_for_test.h"
#include "testing/fixture.h"
#include "testing/matchers.h"

namespace sigla::clr {
namespace {

using T = ClrTable;

TEST(Program, NamesModuleTypesAndMethods) {
  const Buffer metadata = typical_program().build();
  ASSERT_OK_AND_ASSIGN(const auto program, Program::open(metadata, Limits()));
  EXPECT_EQ(dump(program),
            "module app.dll mvid 0c0d0e0f0a0b08090706050403020100 assembly app 1.2.3.4\n"
            "type 1 <Module>\n"
            "type 2 N.C`1\n"
            "type 3 N.C`1+<Run>d__3\n"
            "method 1 N.C`1.Run[U](Int32 x, List`1 y)\n"
            "method 2 N.C`1.Run(!!0& z)\n"
            "method 3 N.C`1.<Run>d__3.MoveNext() = N.C`1.Run[U](Int32 x, List`1 y)\n");
  EXPECT_EQ(program.type_of(1), 2U);
  EXPECT_EQ(program.type_of(3), 3U);
  EXPECT_EQ(program.kickoff_method(3), 1U);
  EXPECT_THAT(program.methods_of(2), testing::ElementsAre(1U, 2U));
  ASSERT_OK_AND_ASSIGN(const auto nested, program.type_ref_name(2));
  EXPECT_EQ(nested, "System.Collections.Generic.List`1+Enumerator");
}

TEST(Program, ReadsARealAssembly) {
  const Buffer metadata = read_fixture("src/formats/clr/testdata/sample.metadata");
  ASSERT_OK_AND_ASSIGN(const auto program, Program::open(metadata, Limits()));
  expect_golden("src/formats/clr/testdata/sample.metadata.golden.txt", dump(program));
}

TEST(Program, TakesTheKickoffMethodThatThePdbNames) {
  const Buffer metadata = typical_program().build();
  ASSERT_OK_AND_ASSIGN(const auto program, Program::open(metadata, Limits()));
  EXPECT_EQ(function_name(program, 3, 2).function, "N.C`1.Run(!!0& z)");
  // One that does not exist is none.
  EXPECT_EQ(function_name(program, 3, 99).function, "N.C`1.Run()");
}

TEST(Program, ReadsUnoptimisedMetadata) {
  ClrMetadataForTest built = typical_program();
  built.table_stream = "#-";
  for (const std::uint32_t method : {3, 1, 2}) built.add(T::kMethodPtr, {method});
  built.tables[T::kTypeDef][1][5] = 2;  // the second and third pointer
  built.tables[T::kTypeDef][2][5] = 4;
  const Buffer metadata = built.build();
  ASSERT_OK_AND_ASSIGN(const auto program, Program::open(metadata, Limits()));
  EXPECT_EQ(program.type_of(2), 2U);
  EXPECT_EQ(program.type_of(3), 1U);
  EXPECT_THAT(program.methods_of(2), testing::ElementsAre(1U, 2U));
}

TEST(Program, FindsTheTypeOfAMethodWithoutLookingAtAllPointers) {
  constexpr std::uint32_t kCount = 200'000;  // squared, this would not end
  ClrMetadataForTest built = typical_program();
  built.table_stream = "#-";
  built.tables[T::kTypeDef][1][5] = 1;
  built.tables[T::kTypeDef][2][5] = kCount + 1;
  const std::vector<std::uint32_t> method = built.tables[T::kMethodDef][0];
  built.tables[T::kMethodDef].assign(kCount, method);
  for (std::uint32_t i = kCount; i > 0; --i) built.add(T::kMethodPtr, {i});
  const Buffer metadata = built.build();
  ASSERT_OK_AND_ASSIGN(const auto program, Program::open(metadata, Limits()));
  for (std::uint32_t i = 1; i <= kCount; ++i) ASSERT_EQ(program.type_of(i), 2U);
}

TEST(Program, RejectsAPortablePdb) {
  ClrMetadataForTest pdb;
  pdb.pdb.emplace();
  EXPECT_THAT(Program::open(pdb.build(), Limits()), IsError(ErrorCode::kUnsupported, "PDB"));
}

TEST(Program, StopsAtTypesNestedInThemselves) {
  ClrMetadataForTest built = typical_program();
  built.tables[T::kNestedClass] = {{2, 3}, {3, 2}};
  const Buffer metadata = built.build();
  ASSERT_OK_AND_ASSIGN(const auto program, Program::open(metadata, Limits()));
  EXPECT_THAT(program.type_name(2), IsError(ErrorCode::kLimitExceeded, "nested"));
  EXPECT_EQ(program.kickoff_method(3), 0U);
}

TEST(Program, FailsCleanlyOnEveryPrefix) {
  for_every_prefix(typical_program().build(), 1, [](Bytes prefix) {
    const auto program = Program::open(prefix, Limits());
    if (program.has_value()) static_cast<void>(dump(program.value()));
  });
}

TEST(Program, SurvivesEveryByteAtItsExtremes) {
  const Buffer metadata = typical_program().build();
  for (std::size_t i = 0; i < metadata.size(); ++i) {
    for (const int value : {0, 1, 0x7f, 0x80, 0xff}) {
      Buffer damaged = metadata;
      damaged[i] = static_cast<std::uint8_t>(value);
      const auto program = Program::open(damaged, Limits());
      if (program.has_value()) static_cast<void>(dump(program.value()));
    }
  }
}

}  // namespace
}  // namespace sigla::clr
