// SPDX-License-Identifier: Apache-2.0
#include "symbolicate/managed_trace.h"

#include <gmock/gmock.h>

#include "convert/managed_file_for_test.h"
#include "convert/symcache_job.h"
#include "symbolicate/walk_job.h"
#include "testing/in_process_pool.h"
#include "testing/matchers.h"

namespace sigla {
namespace {

constexpr std::string_view kMvid = "0f0e0d0c0b0a09080706050403020100";

File file_of(Bytes content) {
  auto file = File::create_in_memory("test");
  EXPECT_TRUE(file.has_value() && file->write_all(content).has_value());
  return std::move(file).value();
}

// Has one program, with its PDB inside.
class OneProgram : public SymbolPlace {
 public:
  void search(ModuleSearch&) override {}
  std::optional<ManagedProgram> find_program(const ManagedModule& wanted) override {
    asked.push_back(wanted);
    if (wanted.mvid != kMvid && wanted.name != "app.dll") return std::nullopt;
    ManagedPeForTest built;
    built.pdb = managed_pdb_for_test();
    return ManagedProgram{file_of(built.build()), "app.dll", "here/app.dll", nullptr};
  }
  std::vector<ManagedModule> asked;
};

class ManagedTraceTest : public testing::Test {
 protected:
  std::string symbolicate(std::string_view text,
                          bool as_json = false,
                          const ManagedTextOptions& options = {}) {
    const SymbolFinder finder({&place_});
    const File file = file_of(as_bytes(text));
    auto result = symbolicate_managed_trace(file, pool_, &finder, as_json, options);
    if (!result.has_value()) return result.error().message();
    return result.value() ? **result : "nothing";
  }

  InProcessPool pool_{add_symbolicate_jobs, add_convert_jobs};
  OneProgram place_;
};

TEST_F(ManagedTraceTest, PutsPlacesIntoTracesOfDotNetAndMono) {
  EXPECT_EQ(symbolicate("x\n   at N.C`1.<Run>d__3.MoveNext() in app.dll:token 0x6000003+0x5\r\n"
                        "   at N.C`1.Run(Z z) in other.dll:token 0x6000003+0x5\n"),
            "x\n   at N.C`1.<Run>d__3.MoveNext() in C:\\a.cs:line 7\r\n"
            "   at N.C`1.Run(Z z) in other.dll:token 0x6000003+0x5\n");
  // Mono names the method of the source, with the offset in its state machine.
  EXPECT_EQ(symbolicate(fmt::format(
                "  at N.C`1[T].Run[U] (System.Int32 x, System.Collections.Generic.List`1[T] y) "
                "[0x00008] in <{}>:0 \n",
                kMvid)),
            "  at N.C`1[T].Run[U] (System.Int32 x, System.Collections.Generic.List`1[T] y) "
            "[0x00008] in C:\\a.cs:9 \n");
  ASSERT_EQ(place_.asked.size(), 3U);  // each module once
}

TEST_F(ManagedTraceTest, KeepsJsonWhole) {
  EXPECT_EQ(
      symbolicate(R"({"E":"x\n   at N.C.\u003CRun\u003Ed.M() in app.dll:token 0x6000003+0x9\n"})"),
      R"({"E":"x\n   at N.C.\u003CRun\u003Ed.M() in C:\\a.cs:line 9\n"})");
}

TEST_F(ManagedTraceTest, FoldsAsyncFrames) {
  ManagedTextOptions options;
  options.folds_async = true;
  EXPECT_EQ(symbolicate(
                "x\n   at N.C`1.<Run>d__3.MoveNext() in app.dll:token 0x6000003+0x5\n"
                "--- End of stack trace from previous location ---\n"
                "   at System.Runtime.CompilerServices.TaskAwaiter.ThrowForNonSuccess(Task task)\n"
                "   at X.<>c.<Main>b__0_1()\n",
                false,
                options),
            "x\n   at N.C`1.Run[U](Int32 x, List`1 y) in C:\\a.cs:line 7\n"
            "   at X.Main.AnonymousMethod__0_1()\n");
}

TEST_F(ManagedTraceTest, GivesSourceLinks) {
  ManagedTextOptions options;
  options.has_source_links = true;
  EXPECT_EQ(symbolicate("   at N.C.M() in app.dll:token 0x6000003+0x5\n", false, options),
            "   at N.C.M() in https://example.org/a.cs#L7\n");
}

TEST_F(ManagedTraceTest, WritesJson) {
  const std::string json = symbolicate(
      "   at N.C.M() in app.dll:token 0x6000003+0x5\n"
      "   at N.D.E() in b.dll:token 0x6000001+0x0\n   at N.F.G()\n",
      true);
  for (const char* part : {R"x("method": "N.C.M()")x",
                           R"x("function": "N.C`1.Run[U](Int32 x, List`1 y)")x",
                           R"x("line": 7)x",
                           R"x("source_link": "https://example.org/a.cs#L7")x",
                           R"x("symbol_source": "here/app.dll")x",
                           R"x("status": "missing")x"}) {
    EXPECT_THAT(json, testing::HasSubstr(part));
  }
}

TEST_F(ManagedTraceTest, LeavesOtherFilesAlone) {
  EXPECT_EQ(symbolicate("nothing here\n"), "nothing");
  EXPECT_EQ(symbolicate("MDMP\x93\xa7 at N.C.M()\n"), "nothing");
}

TEST_F(ManagedTraceTest, LeavesNativeFramesToTheOtherRecogniser) {
  constexpr std::string_view kText =
      "==1==ERROR: AddressSanitizer: SEGV on unknown address\n"
      "    #0 0x55d0  (/bin/app+0x1234)\n"
      "   at N.C`1.<Run>d__3.MoveNext() in app.dll:token 0x6000003+0x5\n";
  const std::string text = symbolicate(kText);
  EXPECT_THAT(text, testing::HasSubstr("(/bin/app+0x1234)\n"));
  EXPECT_THAT(text, testing::HasSubstr("MoveNext() in C:\\a.cs:line 7\n"));
  const std::string json = symbolicate(kText, true);
  EXPECT_THAT(json, testing::HasSubstr("\"native\": {"));
  EXPECT_THAT(json, testing::HasSubstr("\"module_offset\": \"0x1234\""));
  EXPECT_THAT(symbolicate(kText.substr(kText.find("   at")), true),
              testing::Not(testing::HasSubstr("\"native\"")));
}

}  // namespace
}  // namespace sigla
