// SPDX-License-Identifier: Apache-2.0
#include "symbolicate/module_search.h"

#include <gmock/gmock.h>

#include "symbolicate/symbol_files_testing.h"

namespace sigla {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class ModuleSearchTest : public testing::Test {
 protected:
  ModuleSearchTest() {
    query_.code_file = "/usr/lib/libx.so";
    query_.debug_file = "libx.so";
    query_.debug_identifier = "112233445566778899AABBCCDDEEFF000";
    query_.os = "Linux";
  }
  static Identity elf(ObjectKind kind, bool has_symbols, bool has_debug_info, bool has_unwind) {
    Identity identity;
    identity.format = Format::kElf;
    identity.kind = kind;
    identity.has_symbols = has_symbols;
    identity.has_debug_info = has_debug_info;
    identity.has_unwind_info = has_unwind;
    return identity;
  }
  void offer(const Identity& identity, const std::string& source) {
    search_.offer({identity, source}, file_of(promised_symcache(identity)));
  }

  ModuleQuery query_;
  ModuleSearch search_{query_};
  const Identity program_ = elf(ObjectKind::kLibrary, true, false, true);
  const Identity debug_ = elf(ObjectKind::kDebug, true, true, false);
};

TEST_F(ModuleSearchTest, TakesNamesFromTheDebugFileAndRulesFromTheProgram) {
  offer(program_, "lib");
  EXPECT_FALSE(search_.is_done());
  EXPECT_FALSE(search_.wants(program_)) << "a second one is no better";
  EXPECT_TRUE(search_.wants(debug_));
  offer(debug_, "debug");
  EXPECT_TRUE(search_.is_done());
  const SymbolAnswer answer = search_.finish();
  EXPECT_EQ(answer.source, "debug");
  EXPECT_EQ(answer.identity.format, Format::kElf);
  EXPECT_EQ(answer.unwind_source, "lib");
  EXPECT_TRUE(answer.symcache);
  EXPECT_TRUE(answer.unwind);
  EXPECT_THAT(answer.explain,
              ElementsAre("lib: found elf (function names without lines, unwind rules)",
                          "debug: found elf (lines)",
                          "names and lines from debug",
                          "unwinding by lib"));
  EXPECT_THAT(answer.advice, IsEmpty());
}

TEST_F(ModuleSearchTest, IsDoneWithOneFileThatHasEverything) {
  const Identity whole = elf(ObjectKind::kLibrary, true, true, true);
  offer(whole, "lib");
  EXPECT_TRUE(search_.is_done());
  EXPECT_FALSE(search_.wants(debug_));
  const SymbolAnswer answer = search_.finish();
  EXPECT_TRUE(answer.symcache);
  EXPECT_FALSE(answer.unwind) << "the same file";
  EXPECT_EQ(answer.unwind_source, "lib");
}

TEST_F(ModuleSearchTest, GoesOnLookingForTheProgramWhenADebugFileHasRulesOfItsOwn) {
  offer(elf(ObjectKind::kDebug, true, true, true), "debug");
  EXPECT_TRUE(search_.wants_unwind()) << ".debug_frame covers but a part of most libraries";
  EXPECT_TRUE(search_.wants(program_));
  const SymbolAnswer answer = search_.finish();
  EXPECT_EQ(answer.unwind_source, "debug") << "better than nothing";
}

TEST_F(ModuleSearchTest, SaysWhatTheProgramWouldAdd) {
  offer(debug_, "debug");
  EXPECT_THAT(
      search_.finish().advice,
      ElementsAre(
          "libx.so (id 112233445566778899AABBCCDDEEFF000) itself would tell how to "
          "unwind it; without it callers are found by frame pointers and by scanning the stack"));
}

TEST_F(ModuleSearchTest, SaysWhatTheDebugFileWouldAdd) {
  offer(program_, "lib");
  EXPECT_THAT(search_.finish().advice,
              ElementsAre(HasSubstr("the debug file of libx.so (id 1122")));
}

TEST_F(ModuleSearchTest, SaysWhatIsMissingOfAModuleNobodyKnows) {
  const SymbolAnswer answer = search_.finish();
  EXPECT_FALSE(answer.symcache);
  EXPECT_THAT(answer.advice,
              ElementsAre(HasSubstr("would name its functions: upload it"),
                          HasSubstr("libx.so (id 112233445566778899AABBCCDDEEFF000) itself would "
                                    "tell how to unwind it")));
  EXPECT_FALSE(answer.has_unusable);
}

TEST(ModuleSearch, NamesTheProgramByItsCodeId) {
  ModuleQuery query;
  query.code_file = "C:\\app\\Editor.exe";
  query.debug_file = "Editor.pdb";
  query.debug_identifier = "112233445566778899AABBCCDDEEFF001";
  query.code_id = CodeId("5f3c0a1b2000");
  query.os = "Windows NT";
  EXPECT_THAT(ModuleSearch(query).finish().advice,
              ElementsAre("Editor.pdb (id 112233445566778899AABBCCDDEEFF001) would name its "
                          "functions: upload it, or name the folder or server that has it",
                          "Editor.exe (id 5f3c0a1b2000) itself would tell how to unwind it: upload "
                          "it, too"));
  EXPECT_EQ(ModuleSearch(query, SymbolUse::kNames).finish().advice.size(), 1U)
      << "nothing is to be unwound: addresses were asked for";
}

TEST_F(ModuleSearchTest, LeavesOutADamagedSymcache) {
  search_.offer({debug_, "debug"}, file_of(Buffer(100, 0x55)));
  EXPECT_TRUE(search_.wants_lines());
  const SymbolAnswer answer = search_.finish();
  EXPECT_FALSE(answer.symcache);
  EXPECT_TRUE(answer.has_unusable);
  EXPECT_THAT(answer.explain, Contains(HasSubstr("debug: not usable: ")));
}

TEST_F(ModuleSearchTest, KeepsTheProgramItselfForWhoWantsIt) {
  search_.offer_program(program_, file_of(as_bytes("not asked for")));
  EXPECT_FALSE(search_.finish().program);
  query_.wants_program = true;
  ModuleSearch search(query_);
  search.offer_program(debug_, file_of(as_bytes("has no code")));
  search.offer_program(program_, file_of(as_bytes("first")));
  search.offer_program(program_, file_of(as_bytes("second")));
  const SymbolAnswer answer = search.finish();
  ASSERT_TRUE(answer.program);
  EXPECT_EQ(answer.program->size().value(), std::string_view("first").size());
}

TEST_F(ModuleSearchTest, TakesAPortablePdbAsItIs) {
  Identity pdb;
  pdb.format = Format::kPortablePdb;
  ModuleSearch search(query_, SymbolUse::kManaged);
  EXPECT_TRUE(search.wants_file());
  EXPECT_FALSE(search.wants(debug_));
  EXPECT_TRUE(search.wants(pdb));
  EXPECT_FALSE(search.is_done());
  search.begin_candidate("source", "app.pdb");
  search.offer_file({pdb, "app.pdb"}, file_of(as_bytes("BSJB")));
  search.end_candidate();
  EXPECT_TRUE(search.is_done());
  EXPECT_FALSE(search.wants(pdb));
  const SymbolAnswer answer = search.finish();
  EXPECT_TRUE(answer.program);
  EXPECT_EQ(answer.source, "app.pdb");
  EXPECT_EQ(answer.identity.format, Format::kPortablePdb);
  EXPECT_THAT(answer.advice, IsEmpty());
  EXPECT_THAT(answer.explain, ElementsAre("app.pdb: found portablepdb (lines)"));
  ASSERT_EQ(answer.candidates.size(), 1U);
  EXPECT_EQ(answer.candidates[0].names, SymbolCandidate::Use::kGood);
}

TEST(ModuleQuery, ComparesIds) {
  ModuleQuery query;
  query.debug_id = DebugId::parse("112233445566778899AABBCCDDEEFF001").value();
  query.code_id = CodeId("aabbccdd");
  Identity identity;
  EXPECT_FALSE(is_of_module(identity, query));
  identity.debug_id = query.debug_id;
  EXPECT_TRUE(is_of_module(identity, query));
  identity.debug_id->age = 7;
  EXPECT_FALSE(is_of_module(identity, query));
  identity.format = Format::kPortablePdb;
  EXPECT_TRUE(is_of_module(identity, query)) << "its age is a time stamp";
  identity.debug_id->guid[0] ^= 1;
  EXPECT_FALSE(is_of_module(identity, query));
  identity.code_id = query.code_id;
  EXPECT_TRUE(is_of_module(identity, query));
  EXPECT_FALSE(is_of_module(Identity(), ModuleQuery())) << "no id is no match";
}

TEST(ModuleQuery, ComparesTheStartOfAFileButForItsSectionTable) {
  for (const std::uint8_t bits : {std::uint8_t{1}, std::uint8_t{2}}) {
    Buffer start(100, 7);
    start[4] = bits;
    ModuleQuery query;
    EXPECT_TRUE(begins_as(start, query)) << "nothing is known";
    query.image_start = as_text(start);
    EXPECT_TRUE(begins_as(start, query));
    EXPECT_FALSE(begins_as(Bytes(start).first(99), query));
    for (const std::size_t at : {bits == 2 ? 40U : 32U, bits == 2 ? 60U : 48U}) {
      Buffer stripped = start;
      stripped[at] = 1;
      EXPECT_TRUE(begins_as(stripped, query)) << at;
    }
    for (const std::size_t at : {24U, 52U, 64U, 99U}) {
      Buffer other = start;
      other[at] = 1;
      EXPECT_FALSE(begins_as(other, query)) << at;
    }
  }
}

TEST(ModuleQuery, KnowsTheKindOfProgramByItsSystem) {
  ModuleQuery query;
  query.os = "Windows NT";
  EXPECT_EQ(module_type(query), ModuleType::kPe);
  query.os = "Mac OS X";
  EXPECT_EQ(module_type(query), ModuleType::kMacho);
  query.os = "Android";
  EXPECT_EQ(module_type(query), ModuleType::kElf);
  query.os.clear();
  query.debug_file = "a.PDB";
  EXPECT_EQ(module_type(query), ModuleType::kPe);
}

}  // namespace
}  // namespace sigla
