// SPDX-License-Identifier: Apache-2.0
#include "convert/pdb_to_symcache.h"

#include <gmock/gmock.h>

#include "convert/pdb_names.h"
#include "convert/symcache_job.h"
#include "formats/pdb/debug_pdb_for_test.h"
#include "symcache/symcache.h"
#include "testing/fixture.h"
#include "testing/matchers.h"

namespace sigla {
namespace {

using pdb::block;
using pdb::checksums;
using pdb::end;
using pdb::inline_site;
using pdb::inlinee_line;
using pdb::lines;
using pdb::procedure;
using pdb::public_symbol;
using pdb::operator+;
using testing::ElementsAre;
using testing::IsEmpty;

struct Converted {
  Buffer bytes;
  SymcacheReport report;
};

Result<Converted> convert(Bytes file, const Limits& limits = Limits(), unsigned thread_count = 1) {
  Converted converted;
  const auto sink = [&](Bytes piece) -> Status {
    converted.bytes.insert(converted.bytes.end(), piece.begin(), piece.end());
    return {};
  };
  const SymcacheInput input{.file = file, .file_name = "a.pdb", .thread_count = thread_count};
  SIGLA_TRY(convert_to_symcache(input, limits, converted.report, sink));
  return converted;
}

class PdbToSymcache : public testing::Test {
 protected:
  PdbToSymcache() : file_a_(pdb_.add_name("a.cc")), file_b_(pdb_.add_name("b.h")) {}

  void open() {
    const Buffer file = pdb_.build();
    auto converted = convert(file);
    ASSERT_THAT(converted, IsOk());
    converted_ = std::move(converted).value();
    auto cache = Symcache::open(converted_.bytes);
    ASSERT_THAT(cache, IsOk());
    cache_.emplace(std::move(cache).value());
  }
  // Innermost first: "f a.cc:12".
  std::vector<std::string> at(std::uint64_t rva) const {
    std::vector<std::string> texts;
    for (const SymcacheFrame& frame : cache_->lookup(rva)) {
      std::string text(frame.function);
      if (!frame.file.empty()) text += fmt::format(" {}:{}", frame.file, frame.line);
      texts.push_back(text);
    }
    return texts;
  }

  pdb::DebugPdb pdb_;
  std::uint32_t file_a_;
  std::uint32_t file_b_;
  Converted converted_;
  std::optional<Symcache> cache_;
};

TEST_F(PdbToSymcache, FindsFunctionsAndLines) {
  pdb_.modules = {{.symbols = procedure(pdb::S_GPROC32, "ns::f", 0, 0, 0x20) + end() +
                              procedure(pdb::S_LPROC32, "g", 0, 0x20, 0x10) + end(),
                   .c13 = checksums({file_a_}) + lines(0, 0x20, 0, {{0, 5}, {0, 6}, {8, 7}}) +
                          lines(0x20, 8, 0, {{0, 9}})}};
  open();
  EXPECT_TRUE(converted_.report.diagnostics.empty()) << converted_.report.diagnostics.summary();
  EXPECT_EQ(cache_->identity().format, Format::kPdb);
  EXPECT_EQ(cache_->os(), "windows");
  EXPECT_THAT(at(0x0fff), IsEmpty());
  EXPECT_THAT(at(0x1000), ElementsAre("ns::f a.cc:6")) << "of rows at one address the last counts";
  EXPECT_THAT(at(0x101f), ElementsAre("ns::f a.cc:7"));
  EXPECT_THAT(at(0x1027), ElementsAre("g a.cc:9"));
  EXPECT_THAT(at(0x1028), ElementsAre("g")) << "behind its lines";
  EXPECT_THAT(at(0x1030), IsEmpty());
}

TEST_F(PdbToSymcache, NamesFunctionsByPublicSymbolsAndTypes) {
  const std::uint32_t arguments =
      pdb_.types.add(pdb::LF_ARGLIST, BytesBuilder().u32(2).u32(0x74).u32(0x670));
  const std::uint32_t type =
      pdb_.types.add(pdb::LF_PROCEDURE, BytesBuilder().u32(3).u16(0).u16(2).u32(arguments));
  pdb_.modules = {{.symbols = procedure(pdb::S_GPROC32, "ns::f", type, 0, 0x10) + end() +
                              procedure(pdb::S_LPROC32, "ns::g", type, 0x10, 0x10) + end() +
                              procedure(pdb::S_LPROC32, "ns::h", type, 0x20, 0x10) + end()}};
  pdb_.symbol_records = public_symbol("?other@@YAXXZ", 0) + public_symbol("?f@ns@@YAXHPEAD@Z", 0) +
                        public_symbol("?other@@YAXXZ", 0x20) + public_symbol("alone", 0x40);
  open();
  EXPECT_THAT(at(0x1000), ElementsAre("?f@ns@@YAXHPEAD@Z"));
  EXPECT_THAT(at(0x1010), ElementsAre("ns::g(int, char *)"));
  EXPECT_THAT(at(0x1020), ElementsAre("ns::h(int, char *)")) << "folded with another function";
  EXPECT_THAT(at(0x1040), ElementsAre("alone"));
}

// The call's line is that of the caller at each address.
TEST_F(PdbToSymcache, NestsInlinedCalls) {
  const std::uint32_t outer =
      pdb_.ids.add(pdb::LF_FUNC_ID, BytesBuilder().u32(0).u32(0).cstring("outer"));
  const std::uint32_t inner =
      pdb_.ids.add(pdb::LF_FUNC_ID, BytesBuilder().u32(0).u32(0).cstring("inner"));
  // outer: 0x10-0x30, line 101 up to 0x20, then 102; inner in it: 0x18-0x28, line 201.
  pdb_.modules = {
      {.symbols = procedure(pdb::S_GPROC32, "f", 0, 0, 0x40) +
                  inline_site(outer, {0x06, 0x02, 0x03, 0x10, 0x06, 0x02, 0x03, 0x10, 0x04, 0x10}) +
                  inline_site(inner, {0x06, 0x02, 0x0c, 0x10, 0x18}) + end(pdb::S_INLINESITE_END) +
                  end(pdb::S_INLINESITE_END) + end(),
       .c13 = checksums({file_a_, file_b_}) + lines(0, 0x40, 0, {{0, 1}, {0x1c, 2}, {0x30, 3}}) +
              inlinee_line(outer, 8, 100) + inlinee_line(inner, 8, 200)}};
  open();
  EXPECT_THAT(at(0x1008), ElementsAre("f a.cc:1"));
  EXPECT_THAT(at(0x1010), ElementsAre("outer b.h:101", "f a.cc:1"));
  EXPECT_THAT(at(0x1018), ElementsAre("inner b.h:201", "outer b.h:101", "f a.cc:1"));
  EXPECT_THAT(at(0x101c), ElementsAre("inner b.h:201", "outer b.h:101", "f a.cc:2"));
  EXPECT_THAT(at(0x1020), ElementsAre("inner b.h:201", "outer b.h:102", "f a.cc:2"));
  EXPECT_THAT(at(0x1028), ElementsAre("outer b.h:102", "f a.cc:2"));
  EXPECT_THAT(at(0x1030), ElementsAre("f a.cc:3"));
}

// What a record claims outside of its caller does not count; of calls that overlap the first does.
TEST_F(PdbToSymcache, KeepsCallsInsideTheirCallers) {
  const std::uint32_t one =
      pdb_.ids.add(pdb::LF_FUNC_ID, BytesBuilder().u32(0).u32(0).cstring("one"));
  const std::uint32_t two =
      pdb_.ids.add(pdb::LF_FUNC_ID, BytesBuilder().u32(0).u32(0).cstring("two"));
  pdb_.modules = {{.symbols = procedure(pdb::S_GPROC32, "f", 0, 0, 0x40) +
                              inline_site(one, {0x0c, 0x10, 0x08}) +
                              inline_site(two, {0x0c, 0x7f, 0x00}) + end(pdb::S_INLINESITE_END) +
                              end(pdb::S_INLINESITE_END) +
                              inline_site(two, {0x0c, 0x04, 0x10, 0x0c, 0x7f, 0x10}) +
                              end(pdb::S_INLINESITE_END) + end() +
                              procedure(pdb::S_GPROC32, "g", 0, 0x40, 0x40) + end()}};
  open();
  EXPECT_THAT(at(0x1004), ElementsAre("f"));
  EXPECT_THAT(at(0x1008), ElementsAre("two", "one", "f"));
  EXPECT_THAT(at(0x1017), ElementsAre("two", "one", "f"));
  EXPECT_THAT(at(0x1020), ElementsAre("two", "f"));
  EXPECT_THAT(at(0x103f), ElementsAre("two", "f"));
  EXPECT_THAT(at(0x1040), ElementsAre("g"));
}

// Link-time code generation inlines across modules: an id leads through imports and exports.
TEST_F(PdbToSymcache, NamesFunctionsOfOtherModules) {
  const std::uint32_t global =
      pdb_.ids.add(pdb::LF_FUNC_ID, BytesBuilder().u32(0).u32(0).cstring("far"));
  const std::uint32_t module_name = pdb_.add_name("c:\\b.obj");
  constexpr std::uint32_t kLocal = 0x8000'2001;
  constexpr std::uint32_t kImported = 0x8000'0001;
  const Buffer imports =
      pdb::subsection(pdb::DEBUG_S_CROSSSCOPEIMPORTS,
                      BytesBuilder().u32(module_name).u32(2).u32(0x1111).u32(kLocal));
  const Buffer exports =
      pdb::subsection(pdb::DEBUG_S_CROSSSCOPEEXPORTS, BytesBuilder().u32(kLocal).u32(global));
  pdb_.modules = {
      {.name = "C:\\a.obj",
       .symbols = procedure(pdb::S_GPROC32, "f", 0, 0, 0x40) +
                  inline_site(kImported, {0x0c, 0x10, 0x08}) + end(pdb::S_INLINESITE_END) +
                  inline_site(kImported + 1, {0x0c, 0x10, 0x28}) + end(pdb::S_INLINESITE_END) +
                  end(),
       .c13 = checksums({file_a_}) + imports + inlinee_line(kImported, 0, 7) +
              lines(0, 0x40, 0, {{0, 1}})},
      {.name = "C:\\B.obj", .c13 = exports}};
  open();
  EXPECT_THAT(at(0x1008), ElementsAre("far a.cc:7", "f a.cc:1"));
  EXPECT_THAT(at(0x1028), ElementsAre("", "f a.cc:1")) << "imported from nowhere";
}

TEST_F(PdbToSymcache, FollowsCodeThatWasSplitOff) {
  pdb_.modules = {{.symbols = procedure(pdb::S_GPROC32, "f", 0, 0, 0x40) + block(0x800, 0x10) +
                              end() + end() + pdb::separated_code(0x900, 0x10, 0x8) + end(),
                   .c13 = checksums({file_a_}) + lines(0, 0x40, 0, {{0, 1}}) +
                          lines(0x800, 0x10, 0, {{0, 2}}) + lines(0x900, 0x10, 0, {{0, 3}})}};
  open();
  EXPECT_THAT(at(0x1000), ElementsAre("f a.cc:1"));
  EXPECT_THAT(at(0x1808), ElementsAre("f a.cc:2"));
  EXPECT_THAT(at(0x1908), ElementsAre("f a.cc:3"));
}

// Both modules describe the code that the linker folded; the contribution says whose it is.
TEST_F(PdbToSymcache, PrefersTheModuleThatOwnsTheCode) {
  pdb_.modules = {{.name = "a.obj", .symbols = procedure(pdb::S_GPROC32, "a", 0, 0, 0x10) + end()},
                  {.name = "b.obj", .symbols = procedure(pdb::S_GPROC32, "b", 0, 0, 0x10) + end()}};
  open();
  EXPECT_THAT(at(0x1000), ElementsAre("a"));
  pdb_.contributions = {{0, 0x10, 1}};
  open();
  EXPECT_THAT(at(0x1000), ElementsAre("b"));
}

// A block of lines that begins before its function and reaches over another module's.
TEST_F(PdbToSymcache, LeavesLinesOfForeignCodeToWhomItBelongs) {
  pdb_.modules = {
      {.symbols = procedure(pdb::S_GPROC32, "f", 0, 0, 0x20) + end(),
       .c13 = checksums({file_a_}) + lines(0, 0x20, 0, {{0, 5}, {0x10, 6}})},
      {.symbols = procedure(pdb::S_GPROC32, "g", 0, 0x20, 0x10) + end(),
       .c13 = checksums({file_b_}) + lines(0, 0x30, 0, {{0, 90}, {0x20, 91}, {0x28, 92}})}};
  open();
  EXPECT_THAT(at(0x1000), ElementsAre("f a.cc:5"));
  EXPECT_THAT(at(0x101f), ElementsAre("f a.cc:6"));
  EXPECT_THAT(at(0x1020), ElementsAre("g b.h:91"));
  EXPECT_THAT(at(0x102f), ElementsAre("g b.h:92"));
}

TEST_F(PdbToSymcache, NamesTheTableOfIncrementalLinking) {
  const auto trampoline = [](std::uint32_t offset, std::uint32_t target) {
    return pdb::record(pdb::S_TRAMPOLINE,
                       BytesBuilder().u16(0).u16(5).u32(offset).u32(target).u16(1).u16(1));
  };
  pdb_.modules = {{.symbols = procedure(pdb::S_GPROC32, "f", 0, 0x40, 0x20) + end()},
                  {.name = "* Linker *", .symbols = trampoline(5, 0x40) + trampoline(10, 0x60)}};
  pdb_.contributions = {{0, 0x10, 1}, {0x40, 0x40, 0}};
  pdb_.symbol_records = public_symbol("?f@@YAXXZ", 0x40);
  open();
  EXPECT_THAT(at(0x1005), ElementsAre("@ILT+5(?f@@YAXXZ)"));
  EXPECT_THAT(at(0x100e), ElementsAre("@ILT+10()"));
  EXPECT_THAT(at(0x1040), ElementsAre("?f@@YAXXZ"));
}

TEST_F(PdbToSymcache, FollowsCodeThatWasMoved) {
  const std::uint32_t callee =
      pdb_.ids.add(pdb::LF_FUNC_ID, BytesBuilder().u32(0).u32(0).cstring("callee"));
  pdb_.modules = {{.symbols = procedure(pdb::S_GPROC32, "f", 0, 0, 0x40) +
                              inline_site(callee, {0x0c, 0x20, 0x10}) + end(pdb::S_INLINESITE_END) +
                              end(),
                   .c13 = checksums({file_a_}) + lines(0, 0x40, 0, {{0, 1}, {0x18, 2}}) +
                          inlinee_line(callee, 0, 50)}};
  pdb_.symbol_records = public_symbol("p", 0x80);
  pdb_.original_sections = {{.address = 0x1000, .size = 0x100}};
  pdb_.sections = {{.address = 0x5000, .size = 0x4000}};
  pdb_.omap = {{0x1000, 0x6000}, {0x1020, 0x5000}, {0x1040, 0}, {0x1080, 0x7000}};
  open();
  EXPECT_THAT(at(0x1000), IsEmpty());
  EXPECT_THAT(at(0x6000), ElementsAre("f a.cc:1"));
  EXPECT_THAT(at(0x6018), ElementsAre("callee a.cc:50", "f a.cc:2"));
  EXPECT_THAT(at(0x5000), ElementsAre("callee a.cc:50", "f a.cc:2"));
  EXPECT_THAT(at(0x5010), ElementsAre("f a.cc:2"));
  EXPECT_THAT(at(0x5020), IsEmpty());
  EXPECT_THAT(at(0x7000), ElementsAre("p"));
}

TEST_F(PdbToSymcache, KeepsFrameRecords) {
  pdb_.machine = 0x14c;
  const std::uint32_t program = pdb_.add_name("$T0 $ebp =");
  pdb_.frame_data = BytesBuilder()
                        .u32(0x1000)
                        .u32(0x20)
                        .u32(8)
                        .u32(12)
                        .u32(4)
                        .u32(program)
                        .u16(3)
                        .u16(16)
                        .u32(4)
                        .build();
  pdb_.modules = {{.symbols = procedure(pdb::S_GPROC32, "f", 0, 0, 0x20) + end() +
                              procedure(pdb::S_GPROC32, "g", 0, 0x20, 0x20) + end()}};
  pdb_.symbol_records = public_symbol("_g@8", 0x20) + public_symbol("@h@4", 0x40);
  open();
  EXPECT_EQ(cache_->lookup(0x1000).at(0).parameter_size, 12U);
  EXPECT_THAT(at(0x1020), ElementsAre("g"));
  EXPECT_EQ(cache_->lookup(0x1020).at(0).parameter_size, 8U);
  EXPECT_THAT(at(0x1040), ElementsAre("h"));
  EXPECT_EQ(cache_->lookup(0x1040).at(0).parameter_size, 4U);
  const auto frame = cache_->find_stack_win(0x1010);
  ASSERT_TRUE(frame);
  EXPECT_EQ(frame->type, StackWin::Type::kFrameData);
  EXPECT_EQ(frame->program_string, "$T0 $ebp =");
  EXPECT_EQ(frame->saved_register_size, 16U);
}

TEST_F(PdbToSymcache, SaysWhyFastlinkHasOnlyPublics) {
  pdb_.is_fastlink = true;
  pdb_.modules = {{.name = "a.obj"}};
  pdb_.symbol_records = public_symbol("?f@@YAXXZ", 0);
  open();
  EXPECT_THAT(converted_.report.diagnostics.summary(), testing::HasSubstr("/DEBUG:FASTLINK"));
  EXPECT_THAT(at(0x1000), ElementsAre("?f@@YAXXZ"));
}

TEST_F(PdbToSymcache, LeavesOutAModuleThatCannotBeRead) {
  pdb_.modules = {{.symbols = procedure(pdb::S_GPROC32, "f", 0, 0, 0x20) + end()},
                  {.symbols = procedure(pdb::S_GPROC32, "g", 0, 0x20, 0x20) + Buffer{0xff, 0xff}}};
  open();
  EXPECT_THAT(converted_.report.diagnostics.summary(), testing::HasSubstr("records are cut"));
  EXPECT_THAT(at(0x1000), ElementsAre("f"));
  EXPECT_THAT(at(0x1020), ElementsAre("g"));
}

TEST_F(PdbToSymcache, StopsAtTheRecordLimit) {
  pdb_.modules = {{.symbols = procedure(pdb::S_GPROC32, "f", 0, 0, 0x20) + end(),
                   .c13 = checksums({file_a_}) + lines(0, 0x20, 0, {{0, 1}, {1, 2}, {2, 3}})}};
  Limits limits;
  limits.record_count_max = 2;
  const Buffer file = pdb_.build();
  EXPECT_THAT(convert(file, limits), IsError(ErrorCode::kLimitExceeded, "2 lines"));
  limits.record_count_max = 3;
  EXPECT_THAT(convert(file, limits), IsOk());
}

// Ten calls, one in another, of a function of ten lines: 110 pieces of code.
TEST_F(PdbToSymcache, LeavesOutInlinedCallsPastTheLimit) {
  const std::uint32_t callee =
      pdb_.ids.add(pdb::LF_FUNC_ID, BytesBuilder().u32(0).u32(0).cstring("callee"));
  std::vector<pdb::LineForTest> rows;
  for (std::uint32_t i = 0; i < 10; ++i) rows.push_back({i * 4, i + 1});
  Buffer symbols = procedure(pdb::S_GPROC32, "f", 0, 0, 0x28);
  for (int i = 0; i < 10; ++i) symbols = symbols + inline_site(callee, {0x0c, 0x28, 0x00});
  for (int i = 0; i < 10; ++i) symbols = symbols + end(pdb::S_INLINESITE_END);
  pdb_.modules = {
      {.symbols = symbols + end(), .c13 = checksums({file_a_}) + lines(0, 0x28, 0, rows)}};
  const Buffer file = pdb_.build();
  for (const auto& [count_max, depth] : {std::pair(110U, 11U), {109U, 10U}, {20U, 2U}, {10U, 1U}}) {
    Limits limits;
    limits.function_piece_count_max = count_max;
    ASSERT_OK_AND_ASSIGN(const Converted converted, convert(file, limits));
    ASSERT_OK_AND_ASSIGN(const Symcache cache, Symcache::open(converted.bytes));
    EXPECT_EQ(cache.lookup(0x1024).size(), depth) << count_max;
  }
}

TEST(PdbToSymcacheFiles, SurvivesEveryTruncation) {
  const Buffer file = read_fixture("src/formats/pdb/testdata/small32.pdb");
  for_every_prefix(file, 11, [](Bytes prefix) {
    const auto converted = convert(prefix);
    if (!converted.has_value()) return;
    EXPECT_THAT(Symcache::open(converted.value().bytes), IsOk());
  });
}

TEST(PdbToSymcacheFiles, IsTheSameForEveryNumberOfThreads) {
  pdb::DebugPdb pdb;
  const std::uint32_t name = pdb.add_name("a.cc");
  for (std::uint32_t i = 0; i < 40; ++i) {
    pdb.modules.push_back(
        {.symbols =
             procedure(pdb::S_GPROC32, "f" + std::to_string(i % 7), 0, i * 0x10, 0x18) + end(),
         .c13 = checksums({name}) + lines(i * 0x10, 0x18, 0, {{0, i + 1}})});
  }
  const Buffer file = pdb.build();
  ASSERT_OK_AND_ASSIGN(const Converted one, convert(file, Limits(), 1));
  for (int i = 0; i < 5; ++i) {
    ASSERT_OK_AND_ASSIGN(const Converted four, convert(file, Limits(), 4));
    EXPECT_EQ(four.bytes, one.bytes);
  }
}

TEST(PdbNames, UndecoratesCNames) {
  const auto undecorated = [](std::string_view name, bool is_x86) {
    const PdbName parts = undecorated_c_name(name, is_x86);
    return fmt::format("{} {}", parts.text, parts.parameter_size);
  };
  EXPECT_EQ(undecorated("_f", true), "f 0");
  EXPECT_EQ(undecorated("_f@8", true), "f 8");
  EXPECT_EQ(undecorated("@f@12", true), "f 12");
  EXPECT_EQ(undecorated("f@@16", true), "f 16");
  EXPECT_EQ(undecorated("__imp__f@8", true), "_imp__f 8");
  EXPECT_EQ(undecorated("_f@x", true), "f@x 0");
  EXPECT_EQ(undecorated("_f", false), "_f 0");
  EXPECT_EQ(undecorated("f@@16", false), "f 16");
  EXPECT_EQ(undecorated("?f@@YAXXZ", true), "?f@@YAXXZ 0");
  for (const char* name : {"", "_", "@", "@@", "_@8", "@@8", "@8"}) {
    EXPECT_FALSE(undecorated(name, true).empty());
  }
}

TEST(PdbNames, TellsWhoseAPublicSymbolIs) {
  EXPECT_TRUE(names_function("?f@ns@@YAXXZ", "ns::f", false));
  EXPECT_TRUE(names_function("??$f@H@ns@@YAXXZ", "ns::f<int>", false));
  EXPECT_TRUE(names_function("??0S@@QEAA@XZ", "S::S", false));
  EXPECT_TRUE(names_function("?f@?$S@H@@QEAAXXZ", "S<std::pair<int,int> >::f", false));
  EXPECT_FALSE(names_function("?g@ns@@YAXXZ", "ns::f", false));
  EXPECT_TRUE(names_function("_f@8", "f", true));
  EXPECT_FALSE(names_function("memmove", "memcpy", false));
}

}  // namespace
}  // namespace sigla
