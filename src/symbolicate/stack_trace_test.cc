// SPDX-License-Identifier: Apache-2.0
#include "symbolicate/stack_trace.h"

#include <gmock/gmock.h>

#include "convert/demangle_job.h"
#include "symbolicate/module_search.h"
#include "symbolicate/symbol_files_testing.h"
#include "testing/in_process_pool.h"

namespace sigla {
namespace {

using testing::SizeIs;
using Status = NamedFrame::Status;

// Functions "first" at 0x1000 and "second" at 0x1100, in a module of any name but "missing" and
// "bad".
class TwoFunctions : public SymbolPlace {
 public:
  explicit TwoFunctions(Arch arch) : arch_(arch) {}
  void search(ModuleSearch& search) override {
    if (search.query().code_file == "missing") return;
    if (search.query().code_file == "bad") {
      return search.refuse("bad", make_error(ErrorCode::kMalformed, "damaged"));
    }
    Identity identity;
    identity.format = Format::kElf;
    identity.arch = arch_;
    const Limits limits;
    SymcacheWriter writer(limits);
    writer.set_identity(identity);
    writer.begin_function({.address = 0x1000, .size = 0x100, .name = "first"});
    writer.begin_function({.address = 0x1100, .size = 0x100, .name = "_Z6secondv"});
    search.offer({identity, "memory"}, file_of(std::move(writer.finish_to_buffer()).value()));
  }

 private:
  Arch arch_;
};

class StackTraceTest : public testing::Test {
 protected:
  StackTraceTest() {
    request_.modules.resize(1);
    request_.modules[0].base = 0x400000;
    request_.modules[0].size = 0x10000;
    request_.traces.resize(1);
  }
  std::vector<NamedFrame> name(Arch arch = Arch::kX86_64) {
    TwoFunctions place(arch);
    auto named = name_traces(SymbolFinder({&place}), pool_, request_);
    EXPECT_THAT(named, IsOk());
    return named.has_value() ? named->traces.at(0) : std::vector<NamedFrame>();
  }
  std::vector<TraceFrame>& frames() { return request_.traces[0].frames; }
  InProcessPool pool_{add_demangle_job};
  TraceRequest request_;
};

TEST_F(StackTraceTest, LooksUpTheCallBeforeAReturnAddress) {
  frames() = {{0x401100, {}, {}}, {0x401100, {}, {}}};
  const auto named = name();
  ASSERT_THAT(named, SizeIs(2));
  EXPECT_EQ(named[0].call.function, "second()");
  EXPECT_EQ(named[0].address, 0x401100U);
  EXPECT_EQ(named[1].call.function, "first") << "the end of first() is not in second()";
  EXPECT_EQ(named[1].address, 0x4010ffU);
  EXPECT_TRUE(named[1].is_outermost);
  EXPECT_EQ(name(Arch::kArm64)[1].address, 0x4010fcU);
  EXPECT_EQ(name(Arch::kMips)[1].address, 0x4010f8U);
}

TEST_F(StackTraceTest, DoesAsTheFramesSay) {
  frames() = {{0x401100, {}, true}, {0x401100, {}, false}, {0x401100, {}, {}}};
  const auto named = name();
  ASSERT_THAT(named, SizeIs(3));
  EXPECT_EQ(named[0].call.function, "first");
  EXPECT_EQ(named[1].call.function, "second()");
  EXPECT_EQ(named[2].call.function, "first") << "where one frame says, the others are calls";
}

TEST_F(StackTraceTest, TakesAFirstFrameElsewhereThanTheRegisterForACall) {
  frames() = {{0x401100, {}, {}}};
  request_.signal = 11;
  request_.traces[0].registers["rip"] = 0x401100;
  EXPECT_EQ(name()[0].call.function, "second()");
  request_.traces[0].registers["rip"] = 0x10;
  EXPECT_EQ(name()[0].call.function, "first");
  request_.signal = 6;
  EXPECT_EQ(name()[0].call.function, "second()");
}

TEST_F(StackTraceTest, TakesOffsetsInModules) {
  request_.modules.resize(2);
  frames() = {{0x1100, 1, {}}, {0x1100, 1, {}}, {0x1100, 0, {}}, {0x1, 9, {}}};
  const auto named = name();
  ASSERT_THAT(named, SizeIs(4));
  EXPECT_EQ(named[1].call.function, "second()") << "an offset where no base is known";
  EXPECT_TRUE(named[1].is_offset);
  EXPECT_EQ(named[2].call.function, "first");
  EXPECT_EQ(named[2].address, 0x4010ffU);
  EXPECT_FALSE(named[2].is_offset);
  EXPECT_EQ(named[3].status, Status::kNoModule);
}

TEST_F(StackTraceTest, TellsWhyAFrameHasNoName) {
  request_.modules.resize(3);
  request_.modules[1] = {.query = {}, .base = 0x500000, .size = 0};
  request_.modules[1].query.code_file = "missing";
  request_.modules[2] = {.query = {}, .base = 0x600000, .size = 0x1000};
  request_.modules[2].query.code_file = "bad";
  frames() = {{0x409000, {}, {}},
              {0x5fffff, {}, {}},
              {0x600010, {}, {}},
              {0x601000, {}, {}},
              {0x10, {}, {}}};
  const auto named = name();
  ASSERT_THAT(named, SizeIs(4)) << "the last one is as good as null";
  EXPECT_EQ(named[0].status, Status::kNoSymbol);
  EXPECT_EQ(named[1].status, Status::kMissing);
  EXPECT_EQ(named[2].status, Status::kMalformed);
  EXPECT_EQ(named[3].status, Status::kNoModule);
  EXPECT_EQ(named[3].original, 3U);
}

}  // namespace
}  // namespace sigla
