// SPDX-License-Identifier: Apache-2.0
#include "symcache/symcache.h"

#include "symcache/writer.h"
#include "testing/matchers.h"

namespace sigla {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

// "function@file:line" of each frame, innermost first.
std::vector<std::string> names_at(const Symcache& cache, std::uint64_t rva) {
  std::vector<std::string> names;
  for (const SymcacheFrame& frame : cache.lookup(rva)) {
    names.push_back(fmt::format("{}@{}:{}", frame.function, frame.file, frame.line));
  }
  return names;
}

void add_function(SymcacheWriter& writer,
                  std::uint64_t address,
                  std::uint64_t size,
                  std::string_view name) {
  SymcacheWriter::Function function;
  function.address = address;
  function.size = size;
  function.name = name;
  writer.begin_function(function);
}
void add_line(SymcacheWriter& writer,
              std::uint64_t address,
              std::uint64_t size,
              std::uint32_t file,
              std::uint32_t line) {
  writer.add_line({.address = address, .size = size, .file = file, .line = line});
}
void add_inline(SymcacheWriter& writer,
                std::uint32_t origin,
                std::uint32_t call_file,
                std::uint32_t call_line,
                std::vector<SymcacheWriter::Range> ranges) {
  writer.add_inline({.origin = origin, .call_file = call_file, .call_line = call_line}, ranges);
}

Identity crash_identity() {
  Identity identity;
  identity.format = Format::kBreakpad;
  identity.kind = ObjectKind::kDebug;
  identity.arch = Arch::kX86_64;
  identity.name = "crash";
  identity.debug_id = DebugId{{1, 2, 3}, 7};
  identity.code_id = CodeId("c0ffee");
  identity.has_symbols = identity.has_unwind_info = true;
  return identity;
}

// One of everything, small.
Buffer sample() {
  SymcacheWriter writer{Limits()};
  writer.set_identity(crash_identity());
  writer.name_file(0, "a.cpp");
  writer.name_file(1, "b.h");
  writer.name_origin(0, "inlined()");
  writer.name_origin(1, "deeper()");
  add_function(writer, 0x1000, 0x100, "main");
  add_line(writer, 0x1000, 0x40, 0, 10);
  add_line(writer, 0x1040, 0x40, 1, 5);
  add_inline(writer, 0, 0, 12, {{0x1020, 0x40}});
  add_inline(writer, 1, 1, 7, {{0x1030, 0x10}});
  add_function(writer, 0x2000, 0x10, "other");
  writer.add_public(0x3000, 8, true, "_public");
  writer.add_cfi_init(0x1000, 0x100, ".cfa: $rsp 8 + .ra: .cfa -8 + ^");
  writer.add_cfi_delta(0x1001, ".cfa: $rsp 16 +");
  writer.add_cfi_delta(0x1010, ".cfa: $rbp 16 +");
  StackWin fpo;
  fpo.address = 0x2000;
  fpo.size = 0x10;
  fpo.allocates_base_pointer = true;
  writer.add_stack_win(fpo);
  StackWin data = fpo;
  data.type = StackWin::Type::kFrameData;
  data.address = 0x2004;
  data.size = 4;
  data.program_string = "$T0 .raSearch =";
  writer.add_stack_win(data);
  auto file = writer.finish_to_buffer();
  SIGLA_CHECK(file.has_value());
  return *std::move(file);
}

TEST(Symcache, AnswersWithInlinedCallsInnermostFirst) {
  const Buffer file = sample();
  ASSERT_OK_AND_ASSIGN(const Symcache cache, Symcache::open(Bytes(file)));
  EXPECT_THAT(names_at(cache, 0xfff), IsEmpty());
  EXPECT_THAT(names_at(cache, 0x1000), ElementsAre("main@a.cpp:10"));
  EXPECT_THAT(names_at(cache, 0x1020), ElementsAre("inlined()@a.cpp:10", "main@a.cpp:12"));
  EXPECT_THAT(names_at(cache, 0x103f),
              ElementsAre("deeper()@a.cpp:10", "inlined()@b.h:7", "main@a.cpp:12"));
  EXPECT_THAT(names_at(cache, 0x1040), ElementsAre("inlined()@b.h:5", "main@a.cpp:12"));
  EXPECT_THAT(names_at(cache, 0x1060), ElementsAre("main@b.h:5"));
  EXPECT_THAT(names_at(cache, 0x1080), ElementsAre("main@:0"));
  EXPECT_THAT(names_at(cache, 0x1100), IsEmpty());
  EXPECT_THAT(names_at(cache, 0x200f), ElementsAre("other@:0"));
  EXPECT_THAT(names_at(cache, 0x2fff), IsEmpty());
  EXPECT_THAT(names_at(cache, 0x3000), ElementsAre("_public@:0"));
  EXPECT_THAT(names_at(cache, 0x300000000), ElementsAre("_public@:0"));
}

TEST(Symcache, SaysWhereFunctionAndLineRecordBegin) {
  const Buffer file = sample();
  ASSERT_OK_AND_ASSIGN(const Symcache cache, Symcache::open(Bytes(file)));
  const auto frames = cache.lookup(0x1050);
  ASSERT_EQ(frames.size(), 2U);
  for (const SymcacheFrame& frame : frames) {
    EXPECT_EQ(frame.function_address, 0x1000U);
    EXPECT_EQ(frame.function_size, 0x100U);
    EXPECT_EQ(frame.line_address, 0x1040U);
    EXPECT_TRUE(frame.has_line_record);
  }
  EXPECT_TRUE(frames[0].is_inlined);
  EXPECT_FALSE(frames[1].is_inlined);
  // The row at 0x1060 continues a line record that an inlined call's end cut.
  EXPECT_EQ(cache.lookup(0x1070).at(0).line_address, 0x1040U);
  const SymcacheFrame bare = cache.lookup(0x1090).at(0);
  EXPECT_FALSE(bare.has_line_record);
  EXPECT_EQ(bare.line_address, 0x1000U);
  const SymcacheFrame symbol = cache.lookup(0x3001).at(0);
  EXPECT_TRUE(symbol.is_public);
  EXPECT_TRUE(symbol.is_multiple);
  EXPECT_EQ(symbol.parameter_size, 8U);
  EXPECT_EQ(symbol.function_address, 0x3000U);
}

TEST(Symcache, KeepsIdentity) {
  const Buffer file = sample();
  ASSERT_OK_AND_ASSIGN(const Symcache cache, Symcache::open(Bytes(file)));
  const Identity wanted = crash_identity();
  EXPECT_EQ(cache.identity().format, wanted.format);
  EXPECT_EQ(cache.identity().kind, wanted.kind);
  EXPECT_EQ(cache.identity().arch, wanted.arch);
  EXPECT_EQ(cache.identity().name, wanted.name);
  EXPECT_EQ(cache.identity().debug_id, wanted.debug_id);
  EXPECT_EQ(cache.identity().code_id, wanted.code_id);
  EXPECT_TRUE(cache.identity().has_symbols);
  EXPECT_FALSE(cache.identity().has_debug_info);
  EXPECT_TRUE(cache.identity().has_unwind_info);
}

TEST(Symcache, FindsUnwindRulesUpToTheAddress) {
  const Buffer file = sample();
  ASSERT_OK_AND_ASSIGN(const Symcache cache, Symcache::open(Bytes(file)));
  EXPECT_TRUE(cache.has_unwind());
  EXPECT_FALSE(cache.find_unwind(0xfff).has_value());
  EXPECT_FALSE(cache.find_unwind(0x1100).has_value());
  const auto first = cache.find_unwind(0x1000);
  ASSERT_TRUE(first.has_value());
  EXPECT_EQ(first->cfa(), UnwindRule::of_register(7, 8));
  EXPECT_EQ(first->return_address(), UnwindRule::at_cfa(-8));
  EXPECT_EQ(cache.find_unwind(0x100f)->cfa(), UnwindRule::of_register(7, 16));
  const auto last = cache.find_unwind(0x10ff);
  ASSERT_TRUE(last.has_value());
  EXPECT_EQ(last->cfa(), UnwindRule::of_register(6, 16));
  EXPECT_EQ(last->return_address(), UnwindRule::at_cfa(-8));
}

TEST(Symcache, PrefersFrameDataToFpo) {
  const Buffer file = sample();
  ASSERT_OK_AND_ASSIGN(const Symcache cache, Symcache::open(Bytes(file)));
  EXPECT_FALSE(cache.find_stack_win(0x1fff).has_value());
  EXPECT_FALSE(cache.find_stack_win(0x2010).has_value());
  const auto fpo = cache.find_stack_win(0x2003);
  ASSERT_TRUE(fpo.has_value());
  EXPECT_EQ(fpo->type, StackWin::Type::kFpo);
  EXPECT_TRUE(fpo->allocates_base_pointer);
  const auto data = cache.find_stack_win(0x2004);
  ASSERT_TRUE(data.has_value());
  EXPECT_EQ(data->type, StackWin::Type::kFrameData);
  EXPECT_EQ(data->program_string, "$T0 .raSearch =");
  EXPECT_EQ(cache.find_stack_win(0x200f)->type, StackWin::Type::kFpo);
}

TEST(Symcache, RefusesEveryFlippedByteAndEveryTruncation) {
  const Buffer file = sample();
  for (std::size_t i = 0; i < file.size(); ++i) {
    Buffer damaged = file;
    damaged[i] ^= 0x40;
    EXPECT_FALSE(Symcache::open(Bytes(damaged)).has_value()) << "byte " << i;
    EXPECT_FALSE(Symcache::open(Bytes(file).first(i)).has_value()) << "first " << i;
  }
}

TEST(SymcacheWriter, KeepsTheFirstOfOverlappingFunctions) {
  SymcacheWriter writer{Limits()};
  writer.name_file(0, "a.c");
  add_function(writer, 0x2000, 0x100, "late");
  add_line(writer, 0x2000, 0x100, 0, 1);
  add_function(writer, 0x1000, 0x100, "early");
  add_function(writer, 0x10ff, 0x2, "crossing");
  add_line(writer, 0x10ff, 0x2, 0, 2);
  add_function(writer, 0x2010, 0x10, "inside");
  add_function(writer, 0x500, 0, "empty");
  add_function(writer, UINT64_MAX - 1, 3, "wrapping");
  ASSERT_OK_AND_ASSIGN(const Buffer file, writer.finish_to_buffer());
  ASSERT_OK_AND_ASSIGN(const Symcache cache, Symcache::open(Bytes(file)));
  EXPECT_THAT(names_at(cache, 0x10ff), ElementsAre("early@:0"));
  EXPECT_THAT(names_at(cache, 0x1100), IsEmpty());
  EXPECT_THAT(names_at(cache, 0x2010), ElementsAre("late@a.c:1"));
  EXPECT_EQ(writer.diagnostics().count(), 4U);
  EXPECT_EQ(cache.function_count(), 6U);
  EXPECT_TRUE(cache.function(2).is_shadowed);
}

TEST(SymcacheWriter, KeepsTheFirstOfOverlappingLinesWhole) {
  SymcacheWriter writer{Limits()};
  writer.name_file(0, "a.c");
  add_function(writer, 0x1000, 0x100, "f");
  add_line(writer, 0x1040, 0x10, 0, 4);
  add_line(writer, 0x1000, 0x10, 0, 1);
  add_line(writer, 0x1008, 0x10, 0, 2);  // crosses line 1: gone, its free part too
  add_line(writer, 0xff0, 0x10, 0, 9);   // before the function
  ASSERT_OK_AND_ASSIGN(const Buffer file, writer.finish_to_buffer());
  ASSERT_OK_AND_ASSIGN(const Symcache cache, Symcache::open(Bytes(file)));
  EXPECT_THAT(names_at(cache, 0x100f), ElementsAre("f@a.c:1"));
  EXPECT_THAT(names_at(cache, 0x1012), ElementsAre("f@:0"));
  EXPECT_THAT(names_at(cache, 0x1040), ElementsAre("f@a.c:4"));
  EXPECT_THAT(names_at(cache, 0xff0), IsEmpty());
}

TEST(SymcacheWriter, KeepsALineThatBeginsBeforeItsFunction) {
  SymcacheWriter writer{Limits()};
  writer.name_file(0, "a.c");
  add_function(writer, 0x1000, 0x100, "f");
  add_line(writer, 0xff0, 0x20, 0, 9);
  ASSERT_OK_AND_ASSIGN(const Buffer file, writer.finish_to_buffer());
  ASSERT_OK_AND_ASSIGN(const Symcache cache, Symcache::open(Bytes(file)));
  EXPECT_THAT(names_at(cache, 0x100f), ElementsAre("f@a.c:9"));
  EXPECT_EQ(cache.lookup(0x100f).at(0).line_address, 0xff0U);
  EXPECT_THAT(names_at(cache, 0x1010), ElementsAre("f@:0"));
}

TEST(SymcacheWriter, LetsAPublicSymbolReachUpToTheNextFunction) {
  SymcacheWriter writer{Limits()};
  writer.add_public(0x1010, 0, false, "inside f");
  writer.add_public(0x1200, 0, false, "second");
  writer.add_public(0x1200, 0, false, "same address");
  writer.add_public(0x900, 0, false, "first");
  writer.add_public(0, 0, false, "nowhere");
  writer.add_public(0x1800, 0, false, "start of g");
  add_function(writer, 0x1000, 0x100, "f");
  add_function(writer, 0x1800, 0x100, "g");
  ASSERT_OK_AND_ASSIGN(const Buffer file, writer.finish_to_buffer());
  ASSERT_OK_AND_ASSIGN(const Symcache cache, Symcache::open(Bytes(file)));
  EXPECT_THAT(names_at(cache, 0x8ff), IsEmpty());
  EXPECT_THAT(names_at(cache, 0xfff), ElementsAre("first@:0"));
  EXPECT_THAT(names_at(cache, 0x1010), ElementsAre("f@:0"));
  EXPECT_THAT(names_at(cache, 0x1100), ElementsAre("inside f@:0"));
  EXPECT_THAT(names_at(cache, 0x17ff), ElementsAre("second@:0"));
  EXPECT_THAT(names_at(cache, 0x1800), ElementsAre("g@:0"));
  EXPECT_THAT(names_at(cache, 0x1900), IsEmpty());  // a symbol at g's start does not outlast it
}

TEST(SymcacheWriter, NestsInlinedCallsByRangeAndOrder) {
  SymcacheWriter writer{Limits()};
  writer.name_file(0, "a.c");
  writer.name_origin(0, "outer");
  writer.name_origin(1, "inner");
  add_function(writer, 0x1000, 0x100, "f");
  add_line(writer, 0x1000, 0x100, 0, 1);
  add_inline(writer, 0, SymcacheWriter::kNoFile, 2, {{0x1010, 0x10}, {0x1040, 0x10}});
  add_inline(writer, 1, SymcacheWriter::kNoFile, 3, {{0x1010, 0x10}});  // equal: inside
  add_inline(writer, 2, 5, 4, {{0x1048, 0x10}});                        // crosses: refused
  ASSERT_OK_AND_ASSIGN(const Buffer file, writer.finish_to_buffer());
  ASSERT_OK_AND_ASSIGN(const Symcache cache, Symcache::open(Bytes(file)));
  EXPECT_THAT(names_at(cache, 0x1010), ElementsAre("inner@a.c:1", "outer@a.c:3", "f@a.c:2"));
  EXPECT_THAT(names_at(cache, 0x1030), ElementsAre("f@a.c:1"));
  EXPECT_THAT(names_at(cache, 0x1048), ElementsAre("outer@a.c:1", "f@a.c:2"));
  EXPECT_EQ(writer.diagnostics().count(), 1U);
}

TEST(SymcacheWriter, PutsALongerCallAroundOneThatBeginsWithIt) {
  SymcacheWriter writer{Limits()};
  writer.name_origin(0, "inner");
  writer.name_origin(1, "outer");
  add_function(writer, 0x1000, 0x100, "f");
  add_inline(writer, 0, SymcacheWriter::kNoFile, 2, {{0x1010, 0x10}});
  add_inline(writer, 1, SymcacheWriter::kNoFile, 3, {{0x1010, 0x20}});
  ASSERT_OK_AND_ASSIGN(const Buffer file, writer.finish_to_buffer());
  ASSERT_OK_AND_ASSIGN(const Symcache cache, Symcache::open(Bytes(file)));
  EXPECT_THAT(names_at(cache, 0x101f), ElementsAre("inner@:0", "outer@:2", "f@:3"));
  EXPECT_THAT(names_at(cache, 0x102f), ElementsAre("outer@:0", "f@:3"));
}

TEST(SymcacheWriter, RefusesInliningDeeperThanTheLimit) {
  Limits limits;
  limits.inline_depth_max = 3;
  SymcacheWriter writer(limits);
  add_function(writer, 0x1000, 0x100, "f");
  for (std::uint32_t i = 0; i < 5; ++i) add_inline(writer, i, 0, 1, {{0x1000, 0x100}});
  ASSERT_OK_AND_ASSIGN(const Buffer file, writer.finish_to_buffer());
  ASSERT_OK_AND_ASSIGN(const Symcache cache, Symcache::open(Bytes(file)));
  EXPECT_EQ(cache.lookup(0x1000).size(), 4U);
  EXPECT_EQ(writer.diagnostics().count(), 2U);
}

TEST(SymcacheWriter, StoresAddressesBeyond32Bits) {
  constexpr std::uint64_t kFar = 0xffff'ffff'8000'0000;
  SymcacheWriter writer{Limits()};
  writer.name_file(3, "far.c");
  add_function(writer, kFar, 0x1000, "far");
  add_line(writer, kFar + 0x10, 0x10, 3, 77);
  add_function(writer, 0x1000, 0x10, "near");
  add_function(writer, 0x2000, 0x2'0000'0000, "huge");
  writer.add_cfi_init(kFar, 0x1000, ".cfa: 8");
  ASSERT_OK_AND_ASSIGN(const Buffer file, writer.finish_to_buffer());
  ASSERT_OK_AND_ASSIGN(const Symcache cache, Symcache::open(Bytes(file)));
  EXPECT_THAT(names_at(cache, 0x1000), ElementsAre("near@:0"));
  EXPECT_THAT(names_at(cache, 0x1'0000'0000), ElementsAre("huge@:0"));
  EXPECT_EQ(cache.lookup(0x1'0000'0000).at(0).function_size, 0x2'0000'0000U);
  EXPECT_THAT(names_at(cache, kFar + 0x1f), ElementsAre("far@far.c:77"));
  EXPECT_TRUE(cache.find_unwind(kFar + 0xfff).has_value());
  EXPECT_FALSE(cache.find_unwind(kFar + 0x1000).has_value());
}

TEST(SymcacheWriter, StoresColumns) {
  SymcacheWriter writer{Limits()};
  writer.name_file(0, "a.c");
  writer.name_origin(0, "g");
  add_function(writer, 0x1000, 0x100, "f");
  writer.add_line({.address = 0x1000, .size = 0x100, .file = 0, .line = 3, .column = 14});
  const SymcacheWriter::Range range{0x1010, 4};
  writer.add_inline({.origin = 0, .call_file = 0, .call_line = 2, .call_column = 5}, {&range, 1});
  ASSERT_OK_AND_ASSIGN(const Buffer file, writer.finish_to_buffer());
  ASSERT_OK_AND_ASSIGN(const Symcache cache, Symcache::open(Bytes(file)));
  const auto frames = cache.lookup(0x1012);
  ASSERT_EQ(frames.size(), 2U);
  EXPECT_EQ(frames[0].column, 14U);
  EXPECT_EQ(frames[1].column, 5U);
}

TEST(SymcacheWriter, WritesAnEmptyCache) {
  SymcacheWriter writer{Limits()};
  ASSERT_OK_AND_ASSIGN(const Buffer file, writer.finish_to_buffer());
  ASSERT_OK_AND_ASSIGN(const Symcache cache, Symcache::open(Bytes(file)));
  EXPECT_THAT(cache.lookup(0x1000), IsEmpty());
  EXPECT_FALSE(cache.find_unwind(0).has_value());
  EXPECT_FALSE(cache.find_stack_win(0).has_value());
}

TEST(Symcache, RefusesAnotherVersionAsUnsupported) {
  Buffer file = sample();
  file[8] = 99;
  EXPECT_THAT(Symcache::open(Bytes(file)), IsError(ErrorCode::kUnsupported, "version 99"));
}

}  // namespace
}  // namespace sigla
