// SPDX-License-Identifier: Apache-2.0
#include "symbolicate/address_lookup.h"

#include <gmock/gmock.h>

#include "convert/demangle_job.h"
#include "symbolicate/module_search.h"
#include "symbolicate/symbol_files_testing.h"
#include "testing/in_process_pool.h"

namespace sigla {
namespace {

using testing::IsEmpty;
using testing::SizeIs;

// Has the symbols of modules that are called "known".
class KnownModule : public SymbolPlace {
 public:
  void search(ModuleSearch& search) override {
    ++calls;
    if (search.query().code_file != "known") return;
    Identity identity;
    identity.format = Format::kElf;
    identity.has_symbols = identity.has_debug_info = true;
    search.offer({identity, "memory"}, file_of(promised_symcache(identity)));
  }
  int calls = 0;
};

TEST(LookUp, NamesAddressesAndAsksForEachModuleOnce) {
  KnownModule place;
  const SymbolFinder finder({&place});
  InProcessPool pool(add_demangle_job);
  std::vector<ModuleQuery> modules(3);
  modules[0].code_file = "known";
  modules[1].code_file = "unknown";
  const std::vector<ModuleAddress> addresses = {{0, 0x1010}, {1, 0x1010}, {0, 0x5000}, {0, 0x10ff}};
  ASSERT_OK_AND_ASSIGN(const AddressLookup found, look_up(finder, pool, modules, addresses));
  ASSERT_THAT(found.frames, SizeIs(4));
  ASSERT_THAT(found.frames[0], SizeIs(1));
  EXPECT_EQ(found.frames[0][0].symbol, "_Z4namev");
  EXPECT_EQ(found.frames[0][0].function, "name()");
  EXPECT_EQ(found.frames[0][0].file, "/src/app.cc");
  EXPECT_EQ(found.frames[0][0].line, 12U);
  EXPECT_THAT(found.frames[1], IsEmpty());
  EXPECT_THAT(found.frames[2], IsEmpty()) << "nothing lies there";
  EXPECT_THAT(found.frames[3], SizeIs(1));
  EXPECT_EQ(place.calls, 2);
  EXPECT_EQ(found.modules[0].status, ModuleStatus::kFound);
  EXPECT_EQ(found.modules[0].symbol_source, "memory");
  EXPECT_EQ(found.modules[1].status, ModuleStatus::kMissing);
  EXPECT_EQ(found.modules[2].status, ModuleStatus::kUnused);
}

TEST(LookUp, RefusesAnAddressOfNoModule) {
  const SymbolFinder finder({});
  InProcessPool pool(add_demangle_job);
  const std::vector<ModuleAddress> addresses = {{1, 0x1010}};
  const std::vector<ModuleQuery> modules(1);
  EXPECT_THAT(look_up(finder, pool, modules, addresses),
              IsError(ErrorCode::kInvalidArgument, "address 0 is of module 1, and there are 1"));
}

}  // namespace
}  // namespace sigla
