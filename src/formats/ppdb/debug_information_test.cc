// SPDX-License-Identifier: Apache-2.0
#include "formats/ppdb/debug_information.h"

#include <gmock/gmock.h>

#include "codec/clr_metadata_for_test.h"
#include "formats/ppdb/documents.h"
#include "testing/matchers.h"

namespace sigla::ppdb {
namespace {

using T = ClrTable;
using testing::ElementsAre;

TEST(DebugInformation, IsFoundByParentAndKind) {
  ClrMetadataForTest built;
  built.pdb.emplace();
  built.pdb->referenced = {{T::kMethodDef, 9}};
  const std::uint32_t stepping = built.guid("54fd2ac5e925401a9c2af94f171072f8");
  const std::uint32_t unknown = built.guid("00000000000000000000000000000001");
  const auto add = [&](T parent, std::uint32_t row, std::uint32_t kind, std::string_view blob) {
    built.add(T::kCustomDebugInformation,
              {ClrMetadataForTest::coded(ClrCodedIndex::kHasCustomDebugInformation, parent, row),
               kind,
               built.blob(blob)});
  };
  add(T::kMethodDef, 2, unknown, "u");
  add(T::kMethodDef, 2, stepping, "two");
  add(T::kMethodDef, 5, stepping, "five");
  built.add(T::kStateMachineMethod, {5, 2});
  const Buffer file = built.build();
  ASSERT_OK_AND_ASSIGN(const auto pdb, Metadata::open(file, Limits()));
  const auto find = [&](std::uint32_t method) {
    const auto found = find_debug_information(
        pdb, {T::kMethodDef, method}, DebugInformationKind::kAsyncMethodStepping);
    return found.has_value() && found.value() ? as_text(**found) : std::string_view("none");
  };
  EXPECT_EQ(find(2), "two");
  EXPECT_EQ(find(5), "five");
  EXPECT_EQ(find(3), "none");
  EXPECT_EQ(pdb.kickoff_of(5), 2U);
  EXPECT_EQ(pdb.kickoff_of(2), 0U);
  EXPECT_EQ(kind_of(pdb, pdb.custom_debug_information(1)), DebugInformationKind::kUnknown);
}

TEST(DebugInformation, ReadsAsyncStepping) {
  BytesBuilder b;
  b.u32(0x31).u32(0x10).u32(0x20).u8(5).u32(0x40).u32(0x50).u8(6);
  ASSERT_OK_AND_ASSIGN(const auto stepping, read_async_stepping(b.build()));
  EXPECT_EQ(stepping.catch_handler_offset, 0x30U);
  ASSERT_EQ(stepping.awaits.size(), 2U);
  EXPECT_EQ(stepping.awaits[1].yield_offset, 0x40U);
  EXPECT_EQ(stepping.awaits[1].resume_offset, 0x50U);
  EXPECT_EQ(stepping.awaits[1].resume_method, 6U);
  EXPECT_THAT(read_async_stepping(BytesBuilder().u32(0).u32(1).build()),
              IsError(ErrorCode::kMalformed, "async stepping"));
}

TEST(DebugInformation, ReadsScopesFlagsAndNames) {
  const Buffer scopes = BytesBuilder().u32(1).u32(2).u32(0).u32(0).build();
  ASSERT_OK_AND_ASSIGN(const auto hoisted, read_hoisted_scopes(scopes));
  ASSERT_EQ(hoisted.size(), 2U);
  EXPECT_EQ(hoisted[0].length, 2U);
  EXPECT_THAT(read_dynamic_flags(Buffer{0x05}),
              ElementsAre(true, false, true, false, false, false, false, false));
  const Buffer tuple = BytesBuilder().cstring("a").cstring("").cstring("b").build();
  ASSERT_OK_AND_ASSIGN(const auto names, read_tuple_names(tuple));
  EXPECT_THAT(names, ElementsAre("a", "", "b"));
  EXPECT_THAT(read_tuple_names(as_bytes("a")), IsError(ErrorCode::kMalformed, "tuple names"));
}

TEST(DebugInformation, ReadsEditAndContinueMaps) {
  // A baseline of -5; kind 3 at 2, kind 0 at 10 with ordinal 1, a temporary.
  ASSERT_OK_AND_ASSIGN(const auto slots,
                       read_local_slots(Buffer{0xff, 5, 0x04, 7, 0x81, 15, 1, 0x00}));
  ASSERT_EQ(slots.size(), 3U);
  EXPECT_EQ(slots[0].kind, 3U);
  EXPECT_EQ(slots[0].syntax_offset, 2);
  EXPECT_EQ(slots[1].kind, 0U);
  EXPECT_EQ(slots[1].syntax_offset, 10);
  EXPECT_EQ(slots[1].ordinal, 1U);
  EXPECT_FALSE(slots[2].has_kind);
  ASSERT_OK_AND_ASSIGN(const auto map, read_lambda_map(Buffer{3, 1, 1, 20, 30, 2, 40, 1, 50, 0}));
  EXPECT_EQ(map.method_ordinal, 2);
  EXPECT_THAT(map.closures, ElementsAre(19));
  ASSERT_EQ(map.lambdas.size(), 3U);
  EXPECT_EQ(map.lambdas[0].syntax_offset, 29);
  EXPECT_EQ(map.lambdas[0].closure, 0);
  EXPECT_EQ(map.lambdas[1].closure, LambdaMap::kStaticClosure);
  EXPECT_EQ(map.lambdas[2].closure, LambdaMap::kThisOnlyClosure);
  // A count that the blob does not hold allocates nothing.
  EXPECT_THAT(read_lambda_map(Buffer{0, 0, 0xdf, 0xff, 0xff, 0xff}),
              IsError(ErrorCode::kMalformed, "EnC lambdas"));
  ASSERT_OK_AND_ASSIGN(const auto states, read_state_machine_states(Buffer{2, 0, 0x79, 8, 2, 9}));
  ASSERT_EQ(states.size(), 2U);
  EXPECT_EQ(states[0].number, -4);
  EXPECT_EQ(states[1].number, 1);
  EXPECT_EQ(states[1].syntax_offset, 9);
}

TEST(DebugInformation, ReadsHowItWasCompiled) {
  const Buffer text = BytesBuilder().cstring("language").cstring("CSharp").build();
  ASSERT_OK_AND_ASSIGN(const auto options, read_compilation_options(text));
  EXPECT_THAT(options, ElementsAre(CompilationOption("language", "CSharp")));
  BytesBuilder b;
  b.cstring("mscorlib.dll").cstring("global,x").u8(3).u32(0x1234).u32(0x5678).zeros(16);
  const Buffer blob = b.build();
  ASSERT_OK_AND_ASSIGN(const auto references, read_metadata_references(blob));
  ASSERT_EQ(references.size(), 1U);
  EXPECT_EQ(references[0].file_name, "mscorlib.dll");
  EXPECT_EQ(references[0].aliases, "global,x");
  EXPECT_TRUE(references[0].is_assembly);
  EXPECT_TRUE(references[0].embeds_interop_types);
  EXPECT_EQ(references[0].image_size, 0x5678U);
  EXPECT_EQ(references[0].mvid.size(), 16U);
  ASSERT_OK_AND_ASSIGN(const auto documents, read_type_documents(Buffer{1, 0x80, 0x80}));
  EXPECT_THAT(documents, ElementsAre(1U, 0x80U));
}

TEST(Documents, HavePathHashAndLanguage) {
  ClrMetadataForTest built;
  built.pdb.emplace();
  const Buffer name = {'/',
                       0,
                       static_cast<std::uint8_t>(built.blob("src")),
                       static_cast<std::uint8_t>(built.blob("a.cs"))};
  built.add(T::kDocument,
            {built.blob(name),
             built.guid(kSha256),
             built.blob("0123"),
             built.guid("3f5162f807c611d3905300c04fa302a1")});
  built.add(T::kDocument, {0, 0, 0, 0});
  const Buffer file = built.build();
  ASSERT_OK_AND_ASSIGN(const auto pdb, Metadata::open(file, Limits()));
  ASSERT_OK_AND_ASSIGN(const auto document, read_document(pdb, 1, Limits()));
  EXPECT_EQ(document.path, "/src/a.cs");
  EXPECT_EQ(hash_algorithm_name(document.hash_algorithm), "SHA256");
  EXPECT_EQ(as_text(document.hash), "0123");
  EXPECT_EQ(language_name(document.language), "C#");
  ASSERT_OK_AND_ASSIGN(const auto none, read_document(pdb, 2, Limits()));
  EXPECT_EQ(none.path, "");
  EXPECT_EQ(language_name(none.language), "");
}

}  // namespace
}  // namespace sigla::ppdb
