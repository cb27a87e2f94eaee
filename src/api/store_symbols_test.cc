// SPDX-License-Identifier: Apache-2.0
#include "api/store_symbols.h"

#include <gmock/gmock.h>

#include "api/api_testing.h"
#include "ident/lookup_keys.h"
#include "testing/matchers.h"

namespace sigla::api {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class StoreSymbolsTest : public ApiTest {
 protected:
  StoreSymbolsTest() : symbols_(*catalog_, *symcaches_, *access_->find_project("default")) {
    identity_.format = Format::kBreakpad;
    identity_.name = "app.pdb";
    identity_.debug_id = DebugId::parse("497B72F6390A44FC878E5A2D63B6CC4B1").value();
    identity_.code_id = CodeId("652DE0ED706D000");
  }
  void store(std::string_view content) { store_object(content, identity_, lookup_keys(identity_)); }
  Identity identity_;
  SymbolAnswer find(const ModuleQuery& query) { return SymbolFinder({&symbols_}).find(query); }
  StoreSymbols symbols_;
};

TEST_F(StoreSymbolsTest, FindsBySomeIdAndMakesASymcacheOnce) {
  store("MODULE windows x86 497B72F6390A44FC878E5A2D63B6CC4B1 app.pdb\nFUNC 1000 20 0 main\n");
  ModuleQuery by_debug_id;
  by_debug_id.debug_file = "c:\\app.pdb";
  by_debug_id.debug_id = identity_.debug_id;
  const SymbolAnswer found = find(by_debug_id);
  ASSERT_TRUE(found.symcache);
  EXPECT_EQ(found.source, "default/app.pdb");
  EXPECT_THAT(found.explain,
              ElementsAre("default/app.pdb: found breakpad (function names without lines)",
                          "names from default/app.pdb"));
  ModuleQuery by_code_id;
  by_code_id.code_file = "app.exe";
  by_code_id.code_id = identity_.code_id;
  EXPECT_TRUE(find(by_code_id).symcache);
}

TEST_F(StoreSymbolsTest, ExplainsWhatItDoesNotHave) {
  ModuleQuery query;
  query.debug_file = "/lib/libc.so.6";
  query.debug_identifier = "000000000000000000000000000000001";
  const SymbolAnswer answer = find(query);
  EXPECT_FALSE(answer.symcache);
  EXPECT_THAT(answer.explain,
              ElementsAre("project default: has no file for libc.so.6 "
                          "000000000000000000000000000000001"));
}

TEST_F(StoreSymbolsTest, ExplainsAFileThatCannotBeUsed) {
  store("this is no symbol file");
  ModuleQuery query;
  query.debug_id = identity_.debug_id;
  const SymbolAnswer answer = find(query);
  EXPECT_FALSE(answer.symcache);
  EXPECT_THAT(answer.explain, ElementsAre(HasSubstr("app.pdb (breakpad): not usable: ")));
}

}  // namespace
}  // namespace sigla::api
