// SPDX-License-Identifier: Apache-2.0
#include "symcache/symcache_run.h"

#include <algorithm>
#include <map>
#include <random>
#include <thread>

#include "symcache/naive_tree.h"
#include "symcache/symcache.h"
#include "symcache/writer.h"
#include "testing/matchers.h"

namespace sigla {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr std::uint32_t kItself = FunctionTree::kFunctionItself;

// "function@file:line:column" of each frame, innermost first.
std::vector<std::string> names_at(const Symcache& cache, std::uint64_t rva) {
  std::vector<std::string> names;
  for (const SymcacheFrame& frame : cache.lookup(rva)) {
    names.push_back(
        fmt::format("{}@{}:{}:{}", frame.function, frame.file, frame.line, frame.column));
  }
  return names;
}

Buffer finish(SymcacheWriter& writer) {
  auto file = writer.finish_to_buffer();
  SIGLA_CHECK(file.has_value());
  return *std::move(file);
}

// A run with one-line functions, for tests of what overlaps.
class Functions {
 public:
  explicit Functions(std::uint64_t order) : run_(order, Limits()) {}
  Functions& add(std::string_view name, std::vector<CodeRange> ranges) {
    FunctionTree tree;
    tree.name = run_.name(name);
    tree.ranges = std::move(ranges);
    run_.add(tree);
    return *this;
  }
  Functions& symbol(std::uint64_t address, std::uint64_t size, std::string_view name) {
    run_.add_symbol(address, size, name);
    return *this;
  }
  SymcacheRun take() { return std::move(run_); }

 private:
  SymcacheRun run_;
};

// Which function is there; "" for none.
std::string name_at(const Symcache& cache, std::uint64_t rva) {
  const auto frames = cache.lookup(rva);
  return frames.empty() ? std::string() : std::string(frames.back().function);
}

TEST(SymcacheRun, AnswersWithAnExplicitTreeOfCalls) {
  SymcacheRun run(0, Limits());
  FunctionTree tree;
  tree.name = run.name("f");
  const std::uint32_t a = run.file("a.c");
  const std::uint32_t h = run.file("h.h");
  tree.ranges = {{0x1000, 0x1040}};
  tree.lines = {{0xff0, a, 1, 1}, {0x1004, a, 2, 9}, {0x1010, h, 30, 3}, {0x1020, a, 4, 5}};
  tree.calls = {{.parent = kItself,
                 .name = run.name("g"),
                 .call_file = a,
                 .call_line = 12,
                 .call_column = 7,
                 .first_range = 0,
                 .range_count = 1},
                {.parent = 0,
                 .name = run.name("deep"),
                 .call_file = h,
                 .call_line = 33,
                 .call_column = 2,
                 .first_range = 1,
                 .range_count = 1}};
  tree.call_ranges = {{0x1008, 0x1018}, {0x1014, 0x1030}};  // the inner one ends with the outer one
  run.add(tree);
  SymcacheWriter writer{Limits()};
  writer.take(std::move(run));
  const Buffer file = finish(writer);
  ASSERT_OK_AND_ASSIGN(const Symcache cache, Symcache::open(Bytes(file)));
  EXPECT_THAT(names_at(cache, 0xfff), IsEmpty());
  EXPECT_THAT(names_at(cache, 0x1000), ElementsAre("f@a.c:1:1"));
  EXPECT_THAT(names_at(cache, 0x1007), ElementsAre("f@a.c:2:9"));
  EXPECT_THAT(names_at(cache, 0x1008), ElementsAre("g@a.c:2:9", "f@a.c:12:7"));
  EXPECT_THAT(names_at(cache, 0x1010), ElementsAre("g@h.h:30:3", "f@a.c:12:7"));
  EXPECT_THAT(names_at(cache, 0x1014), ElementsAre("deep@h.h:30:3", "g@h.h:33:2", "f@a.c:12:7"));
  EXPECT_THAT(names_at(cache, 0x1018), ElementsAre("f@h.h:30:3"));
  EXPECT_THAT(names_at(cache, 0x103f), ElementsAre("f@a.c:4:5"));
  EXPECT_THAT(names_at(cache, 0x1040), IsEmpty());
}

// f calls itself inlined, in two pieces; g is inlined into the second piece and behind it.
TEST(SymcacheRun, ShowsACallInPiecesOnceAndARecursiveOneTwice) {
  SymcacheRun run(0, Limits());
  FunctionTree tree;
  const std::uint32_t f = run.name("f");
  const std::uint32_t g = run.name("g");
  const std::uint32_t a = run.file("a.c");
  tree.name = f;
  tree.ranges = {{0x1000, 0x1040}};
  tree.lines = {{0x1000, a, 1, 0}, {0x1008, a, 2, 0}, {0x1020, a, 3, 0}};
  tree.calls = {
      {.parent = kItself,
       .name = f,
       .call_file = a,
       .call_line = 10,
       .first_range = 0,
       .range_count = 2},
      {.parent = 0, .name = g, .call_file = a, .call_line = 20, .first_range = 2, .range_count = 1},
      {.parent = kItself,
       .name = g,
       .call_file = a,
       .call_line = 11,
       .first_range = 3,
       .range_count = 1}};
  tree.call_ranges = {{0x1008, 0x1010}, {0x1020, 0x1030}, {0x1028, 0x1030}, {0x1030, 0x1038}};
  run.add(tree);
  SymcacheWriter writer{Limits()};
  writer.take(std::move(run));
  const Buffer file = finish(writer);
  ASSERT_OK_AND_ASSIGN(const Symcache cache, Symcache::open(Bytes(file)));
  EXPECT_THAT(names_at(cache, 0x1008), ElementsAre("f@a.c:2:0", "f@a.c:10:0"));
  EXPECT_THAT(names_at(cache, 0x1010), ElementsAre("f@a.c:2:0"));
  EXPECT_THAT(names_at(cache, 0x1020), ElementsAre("f@a.c:3:0", "f@a.c:10:0"));
  EXPECT_THAT(names_at(cache, 0x102f), ElementsAre("g@a.c:3:0", "f@a.c:20:0", "f@a.c:10:0"));
  EXPECT_THAT(names_at(cache, 0x1030), ElementsAre("g@a.c:3:0", "f@a.c:11:0"));
  EXPECT_THAT(names_at(cache, 0x1038), ElementsAre("f@a.c:3:0"));
}

// One row of the line table, all of it in inlined calls: the callers have no rows of their own, and
// the same file and line stand in three hierarchies side by side.
TEST(SymcacheRun, KeepsHierarchiesApartThatShareALineRecord) {
  SymcacheRun run(0, Limits());
  FunctionTree tree;
  const std::uint32_t a = run.file("a.c");
  const std::uint32_t h = run.file("h.h");
  const std::uint32_t deep = run.name("deep");
  tree.name = run.name("f");
  tree.ranges = {{0x1000, 0x1030}};
  tree.lines = {{0x1000, h, 7, 0}};
  tree.calls = {{.parent = kItself,
                 .name = deep,
                 .call_file = a,
                 .call_line = 1,
                 .first_range = 0,
                 .range_count = 1},
                {.parent = kItself,
                 .name = run.name("g"),
                 .call_file = a,
                 .call_line = 2,
                 .first_range = 1,
                 .range_count = 1},
                {.parent = 1,
                 .name = deep,
                 .call_file = h,
                 .call_line = 9,
                 .first_range = 2,
                 .range_count = 1},
                {.parent = kItself,
                 .name = deep,
                 .call_file = a,
                 .call_line = 3,
                 .first_range = 3,
                 .range_count = 1}};
  tree.call_ranges = {{0x1000, 0x1010}, {0x1010, 0x1020}, {0x1010, 0x1020}, {0x1020, 0x1030}};
  run.add(tree);
  SymcacheWriter writer{Limits()};
  writer.take(std::move(run));
  const Buffer file = finish(writer);
  ASSERT_OK_AND_ASSIGN(const Symcache cache, Symcache::open(Bytes(file)));
  EXPECT_THAT(names_at(cache, 0x100f), ElementsAre("deep@h.h:7:0", "f@a.c:1:0"));
  EXPECT_THAT(names_at(cache, 0x1010), ElementsAre("deep@h.h:7:0", "g@h.h:9:0", "f@a.c:2:0"));
  EXPECT_THAT(names_at(cache, 0x1020), ElementsAre("deep@h.h:7:0", "f@a.c:3:0"));
}

TEST(SymcacheRun, LetsTheLaterOfOverlappingSiblingsWin) {
  SymcacheRun run(0, Limits());
  FunctionTree tree;
  tree.name = run.name("f");
  tree.ranges = {{0x1000, 0x1100}};
  tree.calls = {{.parent = kItself, .name = run.name("first"), .first_range = 0, .range_count = 1},
                {.parent = kItself, .name = run.name("second"), .first_range = 1, .range_count = 1},
                {.parent = 0, .name = run.name("in first"), .first_range = 2, .range_count = 1}};
  tree.call_ranges = {{0x1010, 0x1050}, {0x1030, 0x1070}, {0x1020, 0x1080}};
  run.add(tree);
  SymcacheWriter writer{Limits()};
  writer.take(std::move(run));
  const Buffer file = finish(writer);
  ASSERT_OK_AND_ASSIGN(const Symcache cache, Symcache::open(Bytes(file)));
  EXPECT_EQ(cache.lookup(0x1018).at(0).function, "first");
  EXPECT_EQ(cache.lookup(0x1028).at(0).function, "in first");
  EXPECT_EQ(cache.lookup(0x1030).at(0).function, "second");
  EXPECT_EQ(cache.lookup(0x106f).at(0).function, "second");
  EXPECT_EQ(cache.lookup(0x1070).at(0).function, "f");
}

TEST(SymcacheRun, SplitsAFunctionOfSeveralRanges) {
  SymcacheRun run(0, Limits());
  FunctionTree tree;
  tree.name = run.name("f");
  const std::uint32_t a = run.file("a.c");
  tree.ranges = {{0x3000, 0x3010}, {0x1000, 0x1010}, {0x1008, 0x1020}, {0x5000, 0x5000}};
  tree.lines = {{0x1000, a, 1, 0}, {0x1018, FunctionTree::kNoFile, 0, 0}, {0x2ff0, a, 7, 0}};
  run.add(tree);
  SymcacheWriter writer{Limits()};
  writer.take(std::move(run));
  const Buffer file = finish(writer);
  ASSERT_OK_AND_ASSIGN(const Symcache cache, Symcache::open(Bytes(file)));
  EXPECT_THAT(names_at(cache, 0x1017), ElementsAre("f@a.c:1:0"));
  EXPECT_THAT(names_at(cache, 0x1018), ElementsAre("f@:0:0"));
  EXPECT_THAT(names_at(cache, 0x1020), IsEmpty());
  EXPECT_THAT(names_at(cache, 0x300f), ElementsAre("f@a.c:7:0"));
  EXPECT_EQ(cache.lookup(0x3008).at(0).function_address, 0x3000U);
  EXPECT_THAT(names_at(cache, 0x5000), IsEmpty());
}

TEST(SymcacheRun, KeepsWhatIsFreeOfAFunctionThatOverlaps) {
  SymcacheWriter writer{Limits()};
  writer.take(Functions(2).add("second", {{0x1080, 0x1180}, {0x0f00, 0x1001}}).take());
  writer.take(Functions(1)
                  .add("first", {{0x1000, 0x1100}})
                  .add("inside", {{0x1010, 0x1020}})
                  .add("around", {{0x0f80, 0x1200}})
                  .take());
  const Buffer file = finish(writer);
  ASSERT_OK_AND_ASSIGN(const Symcache cache, Symcache::open(Bytes(file)));
  EXPECT_EQ(name_at(cache, 0xf7f), "second");
  EXPECT_EQ(name_at(cache, 0xf80), "around");
  EXPECT_EQ(name_at(cache, 0x1000), "first");
  EXPECT_EQ(name_at(cache, 0x1010), "first");
  EXPECT_EQ(name_at(cache, 0x10ff), "first");
  EXPECT_EQ(name_at(cache, 0x1100), "around");
  EXPECT_EQ(name_at(cache, 0x11ff), "around");
  EXPECT_EQ(name_at(cache, 0x1200), "");
  std::vector<std::string> shadowed;
  for (std::size_t i = 0; i < cache.function_count(); ++i) {
    if (cache.function(i).is_shadowed) shadowed.emplace_back(cache.function(i).name);
  }
  EXPECT_THAT(shadowed, ElementsAre("inside", "second"));
}

TEST(SymcacheRun, MarksFunctionsThatTheLinkerFolded) {
  SymcacheWriter writer{Limits()};
  writer.take(Functions(1).add("first", {{0x1000, 0x1010}}).add("same", {{0x2000, 0x2010}}).take());
  writer.take(
      Functions(2).add("second", {{0x1000, 0x1010}}).add("same", {{0x2000, 0x2010}}).take());
  const Buffer file = finish(writer);
  ASSERT_OK_AND_ASSIGN(const Symcache cache, Symcache::open(Bytes(file)));
  EXPECT_EQ(name_at(cache, 0x1000), "first");
  EXPECT_TRUE(cache.lookup(0x1000).at(0).is_multiple);
  EXPECT_FALSE(cache.lookup(0x2000).at(0).is_multiple);
  EXPECT_EQ(cache.function_count(), 3U);  // "second" is found by its name
}

TEST(SymcacheRun, NamesGapsAndFunctionsBySymbols) {
  SymcacheWriter writer{Limits()};
  writer.take(Functions(1).add("f", {{0x1000, 0x1100}, {0x4000, 0x4010}}).take());
  writer.take(Functions(9)
                  .symbol(0x1000, 0x120, "f.isra.0")
                  .symbol(0x1000, 0, "alias")
                  .symbol(0x1010, 0x10, "inside")
                  .symbol(0x2000, 0x10, "sized")
                  .symbol(0x3000, 0, "open")
                  .symbol(0x4000, 0, "f.cold")
                  .symbol(0x5000, 0x10, "last")
                  .take());
  const Buffer file = finish(writer);
  ASSERT_OK_AND_ASSIGN(const Symcache cache, Symcache::open(Bytes(file)));
  EXPECT_EQ(name_at(cache, 0xfff), "");
  EXPECT_EQ(name_at(cache, 0x1000), "f.isra.0");
  EXPECT_FALSE(cache.lookup(0x1000).at(0).is_public);
  EXPECT_EQ(name_at(cache, 0x1018), "f.isra.0");
  EXPECT_EQ(name_at(cache, 0x1100), "");  // as LLVM: the last symbol, "inside", ended
  EXPECT_EQ(name_at(cache, 0x200f), "sized");
  EXPECT_TRUE(cache.lookup(0x200f).at(0).is_public);
  EXPECT_EQ(cache.lookup(0x200f).at(0).function_size, 0x10U);
  EXPECT_EQ(name_at(cache, 0x2010), "");
  EXPECT_EQ(name_at(cache, 0x3fff), "open");
  EXPECT_EQ(name_at(cache, 0x4000), "f.cold");
  EXPECT_EQ(name_at(cache, 0x4010), "");
  EXPECT_EQ(name_at(cache, 0x500f), "last");
  EXPECT_EQ(name_at(cache, 0x5010), "");
}

// GCC 12 -O3 leaves out the description of some functions, and assembler has none as a rule: the
// lines of such code are of a function without a name.
TEST(SymcacheRun, NamesLinesWithoutAFunctionBySymbols) {
  SymcacheRun run(1, Limits());
  FunctionTree tree;
  tree.name = run.name("");
  tree.ranges = {{0x1000, 0x1100}, {0x2000, 0x2010}};
  const std::uint32_t file = run.file("a.s");
  tree.lines = {{0x1000, file, 1, 0}, {0x1030, file, 2, 0}, {0x2000, file, 3, 0}};
  run.add(tree);
  SymcacheWriter writer{Limits()};
  writer.take(std::move(run));
  writer.take(Functions(2)
                  .symbol(0xff0, 0x20, "before")
                  .symbol(0x1020, 0x20, "sized")
                  .symbol(0x1080, 0, "open")
                  .symbol(0x10c0, UINT64_MAX, "huge")
                  .symbol(0x2000, 0x8, "whole")
                  .take());
  const Buffer bytes = finish(writer);
  ASSERT_OK_AND_ASSIGN(const Symcache cache, Symcache::open(Bytes(bytes)));
  EXPECT_THAT(names_at(cache, 0x1000), ElementsAre("before@a.s:1:0"));
  EXPECT_EQ(cache.lookup(0x100f).at(0).function_address, 0xff0U);
  EXPECT_EQ(cache.lookup(0x100f).at(0).function_size, 0x20U);
  EXPECT_THAT(names_at(cache, 0x1010), ElementsAre("@a.s:1:0"));
  EXPECT_THAT(names_at(cache, 0x1020), ElementsAre("sized@a.s:1:0"));
  EXPECT_THAT(names_at(cache, 0x103f), ElementsAre("sized@a.s:2:0"));
  EXPECT_EQ(cache.lookup(0x103f).at(0).function_address, 0x1020U);
  EXPECT_THAT(names_at(cache, 0x1040), ElementsAre("@a.s:2:0"));
  EXPECT_THAT(names_at(cache, 0x10bf), ElementsAre("open@a.s:2:0"));
  EXPECT_EQ(cache.lookup(0x10bf).at(0).function_size, 0x40U);
  EXPECT_THAT(names_at(cache, 0x10ff), ElementsAre("huge@a.s:2:0"));
  EXPECT_THAT(names_at(cache, 0x2007), ElementsAre("whole@a.s:3:0"));
  EXPECT_THAT(names_at(cache, 0x2008), ElementsAre("@a.s:3:0"));
}

TEST(SymcacheRun, NamesASymbolAtZero) {
  SymcacheWriter writer{Limits()};
  writer.take(Functions(1).symbol(0, 0x10, "start").take());
  const Buffer file = finish(writer);
  ASSERT_OK_AND_ASSIGN(const Symcache cache, Symcache::open(Bytes(file)));
  EXPECT_EQ(name_at(cache, 0), "start");
  EXPECT_EQ(name_at(cache, 0x10), "");
}

TEST(Symcache, FindsFunctionsByName) {
  SymcacheWriter writer{Limits()};
  Functions functions(1);
  const std::string kLong(40, 'x');
  for (unsigned i = 0; i < 100; ++i) {
    functions.add(fmt::format("{}{}", kLong, i), {{0x1000 + i * 0x10, 0x1008 + i * 0x10}});
  }
  functions.add("twice", {{0x9000, 0x9010}, {0x8000, 0x8010}})
      .add("x", {{0x100, 0x101}})
      .add(std::string("x\0", 2), {{0x200, 0x201}})
      .add("hidden", {{0x9004, 0x9008}})
      .symbol(0x100, 0, "x_alias")
      .symbol(0x7000, 0, "label");
  writer.take(functions.take());
  const Buffer file = finish(writer);
  ASSERT_OK_AND_ASSIGN(const Symcache cache, Symcache::open(Bytes(file)));
  const auto addresses = [&](std::span<const std::uint32_t> found) {
    std::vector<std::uint64_t> all;
    for (const std::uint32_t index : found) all.push_back(cache.function(index).address);
    return all;
  };
  EXPECT_THAT(addresses(cache.find_functions("twice")), ElementsAre(0x8000U, 0x9000U));
  EXPECT_THAT(addresses(cache.find_functions("hidden")), ElementsAre(0x9004U));
  EXPECT_THAT(addresses(cache.find_functions("label")), ElementsAre(0x7000U));
  // A symbol's name took its place, but it is still found.
  EXPECT_THAT(addresses(cache.find_functions("x")), ElementsAre(0x100U));
  EXPECT_THAT(addresses(cache.find_functions(std::string_view("x\0", 2))), ElementsAre(0x200U));
  EXPECT_THAT(addresses(cache.find_functions("x_alias")), ElementsAre(0x100U));
  EXPECT_THAT(cache.find_functions("y"), IsEmpty());
  EXPECT_THAT(cache.find_functions(""), IsEmpty());
  for (unsigned i = 0; i < 100; ++i) {
    EXPECT_THAT(addresses(cache.find_functions(fmt::format("{}{}", kLong, i))),
                ElementsAre(0x1000 + i * 0x10));
  }
  EXPECT_EQ(cache.find_functions_by_prefix(kLong).size(), 100U);
  EXPECT_EQ(cache.find_functions_by_prefix(kLong + "1").size(), 11U);
  EXPECT_EQ(cache.find_functions_by_prefix("").size(), cache.function_count());
}

TEST(SymcacheRun, DropsCallsNestedPastTheLimitOrOutOfPlace) {
  Limits limits;
  limits.inline_depth_max = 2;
  SymcacheRun run(0, limits);
  FunctionTree tree;
  tree.name = run.name("f");
  tree.ranges = {{0x1000, 0x1100}};
  tree.call_ranges = {{0x1000, 0x1100}};
  for (const std::uint32_t parent : {kItself, 0U, 1U, 2U, 17U, 5U}) {
    tree.calls.push_back(
        {.parent = parent, .name = run.name("g"), .first_range = 0, .range_count = 1});
  }
  tree.calls.push_back({.parent = 0, .name = run.name("x"), .first_range = 1, .range_count = 9});
  run.add(tree);
  SymcacheWriter writer(limits);
  writer.take(std::move(run));
  const Buffer file = finish(writer);
  ASSERT_OK_AND_ASSIGN(const Symcache cache, Symcache::open(Bytes(file)));
  EXPECT_EQ(cache.lookup(0x1000).size(), 3U);
  EXPECT_EQ(writer.diagnostics().count(), 1U);
}

// --- random trees, and the slow and obvious way to resolve them ---

using Random = std::mt19937;
std::uint32_t below(Random& random, std::uint32_t end) {
  return static_cast<std::uint32_t>(random() % end);
}

// Makes trees for one run, and remembers what the run's numbers stand for.
class RandomFunctions {
 public:
  RandomFunctions(std::uint64_t order, unsigned seed) : run_(order, Limits()), random_(seed) {}

  FunctionTree add(std::uint64_t base) {
    base_ = base;
    FunctionTree tree;
    tree.name = name(fmt::format("f{}", below(random_, 50)));
    for (std::uint32_t i = below(random_, 3) + 1; i > 0; --i) tree.ranges.push_back(range());
    add_lines(tree);
    add_calls(tree);
    run_.add(tree);
    return tree;
  }
  std::vector<std::string> resolve(const FunctionTree& tree, std::uint64_t address) const;
  SymcacheRun take() { return std::move(run_); }

 private:
  CodeRange range() {
    const std::uint64_t low = base_ + below(random_, 200);
    return {low, low + below(random_, 80)};
  }
  std::uint32_t name(const std::string& text) {
    const std::uint32_t number = run_.name(text);
    names_[number] = text;
    return number;
  }
  std::uint32_t file() {
    const std::string text = fmt::format("{}.c", below(random_, 9));
    const std::uint32_t number = run_.file(text);
    files_[number] = text;
    return number;
  }
  void add_lines(FunctionTree& tree) {
    std::uint64_t at = base_ - 10;
    for (std::uint32_t i = below(random_, 30); i > 0; --i) {
      at += below(random_, 20);
      const bool has_file = below(random_, 6) != 0;
      tree.lines.push_back(
          {at, has_file ? file() : FunctionTree::kNoFile, below(random_, 4), below(random_, 3)});
    }
  }
  void add_calls(FunctionTree& tree) {
    for (std::uint32_t i = 0, count = below(random_, 20); i < count; ++i) {
      InlinedCall call;
      call.parent = i == 0 || below(random_, 4) == 0 ? kItself : below(random_, i);
      call.name = name(fmt::format("g{}", below(random_, 200)));
      call.call_file = file();
      call.call_line = i;
      call.call_column = below(random_, 80);
      call.first_range = static_cast<std::uint32_t>(tree.call_ranges.size());
      call.range_count = below(random_, 3);
      for (std::uint32_t k = 0; k < call.range_count; ++k) tree.call_ranges.push_back(range());
      tree.calls.push_back(call);
    }
  }

  SymcacheRun run_;
  Random random_;
  std::uint64_t base_ = 0;
  std::map<std::uint32_t, std::string> names_;
  std::map<std::uint32_t, std::string> files_;
};

std::vector<std::string> RandomFunctions::resolve(const FunctionTree& tree,
                                                  std::uint64_t address) const {
  const CodeLine line = naive_line(tree, address);
  std::string place = ":0:0";
  if (line.file != FunctionTree::kNoFile) {
    place = fmt::format("{}:{}:{}", files_.at(line.file), line.line, line.column);
  }
  std::vector<std::string> frames;
  for (auto path = naive_path(tree, address); path.back() != kItself; path.pop_back()) {
    const InlinedCall& call = tree.calls[path.back()];
    frames.push_back(names_.at(call.name) + "@" + place);
    place = fmt::format("{}:{}:{}", files_.at(call.call_file), call.call_line, call.call_column);
  }
  frames.push_back(names_.at(tree.name) + "@" + place);
  return frames;
}

TEST(SymcacheRun, AgreesWithANaiveResolver) {
  for (unsigned seed = 0; seed < 300; ++seed) {
    RandomFunctions functions(0, seed);
    constexpr std::uint64_t kBase = 0x1000;
    const std::vector<FunctionTree> trees = {functions.add(kBase), functions.add(kBase + 100)};
    SymcacheWriter writer{Limits()};
    writer.take(functions.take());
    const Buffer file = finish(writer);
    ASSERT_OK_AND_ASSIGN(const Symcache cache, Symcache::open(Bytes(file)));
    for (std::uint64_t address = kBase - 2; address < kBase + 400; ++address) {
      std::vector<std::string> expected;
      for (const FunctionTree& tree : trees) {
        if (expected.empty() && contains(tree.ranges, address)) {
          expected = functions.resolve(tree, address);
        }
      }
      ASSERT_EQ(names_at(cache, address), expected) << "seed " << seed << " at " << address;
    }
    std::vector<std::uint64_t> all;
    for (std::uint64_t address = kBase - 2; address < kBase + 401; ++address) {
      all.push_back(address);
    }
    std::size_t next = 0;
    cache.lookup_all(all, [&](std::size_t i, const std::vector<SymcacheFrame>& frames) {
      ASSERT_EQ(i, next++);
      const auto one = cache.lookup(all[i]);
      ASSERT_EQ(frames.size(), one.size());
      for (std::size_t k = 0; k < one.size(); ++k) {
        ASSERT_EQ(frames[k].function, one[k].function);
        ASSERT_EQ(frames[k].line, one[k].line);
        ASSERT_EQ(frames[k].line_address, one[k].line_address);
      }
    });
    ASSERT_EQ(next, all.size());
  }
}

// One run of `count`, the same each time.
SymcacheRun run_of(unsigned order) {
  RandomFunctions functions(order, order);
  for (unsigned i = 0; i < 20; ++i) functions.add(0x1000 + (order * 37 + i * 11) % 900 * 50);
  SymcacheRun run = functions.take();
  for (unsigned i = 0; i < 5; ++i) {
    run.add_symbol(0x1000 + (order * 53 + i * 17) % 900 * 50, i * 8, fmt::format("s{}", i));
  }
  return run;
}

TEST(SymcacheWriter, WritesTheSameBytesWhateverTheThreads) {
  constexpr unsigned kRunCount = 200;  // several chunks of records
  std::vector<Buffer> files;
  for (const unsigned thread_count : {1U, 2U, 8U}) {
    std::vector<unsigned> orders;
    for (unsigned i = 0; i < kRunCount; ++i) orders.push_back(i);
    std::shuffle(orders.begin(), orders.end(), Random(thread_count));
    SymcacheWriter writer{Limits()};
    std::vector<std::thread> threads;
    for (unsigned thread = 0; thread < thread_count; ++thread) {
      threads.emplace_back([&, thread] {
        for (unsigned i = thread; i < kRunCount; i += thread_count) writer.take(run_of(orders[i]));
      });
    }
    for (std::thread& thread : threads) thread.join();
    writer.set_thread_count(thread_count);
    files.push_back(finish(writer));
  }
  EXPECT_EQ(files[0], files[1]);
  EXPECT_EQ(files[0], files[2]);
}

}  // namespace
}  // namespace sigla
