// SPDX-License-Identifier: Apache-2.0
#include "stackwalk/module_map.h"

#include <gtest/gtest.h>

namespace sigla {
namespace {

ProcessModule module(std::uint64_t base, std::uint64_t size, std::string name) {
  ProcessModule m;
  m.base = base;
  m.size = size;
  m.code_file = std::move(name);
  return m;
}

TEST(RangeMap, RejectsOrCutsTheLowerOfTwo) {
  RangeMap strict;
  EXPECT_TRUE(strict.add(0x1000, 0x1000, 1));
  EXPECT_FALSE(strict.add(0x1800, 0x1000, 2));
  EXPECT_FALSE(strict.add(0x2000, 0, 3));
  EXPECT_FALSE(strict.add(UINT64_MAX, 2, 3));
  EXPECT_TRUE(strict.add(UINT64_MAX, 1, 4));
  EXPECT_EQ(strict.find(0x1fff), 1U);
  EXPECT_EQ(strict.find(0x2000), std::nullopt);

  RangeMap cut(Overlap::kCutLower);
  EXPECT_TRUE(cut.add(0x1000, 0x1000, 1));
  EXPECT_TRUE(cut.add(0x1800, 0x1000, 2)) << "1 ends where 2 begins";
  EXPECT_EQ(cut.find(0x17ff), 1U);
  EXPECT_EQ(cut.find(0x1800), 2U);
  EXPECT_EQ(cut.find(0x1fff), 2U);
  EXPECT_TRUE(cut.add(0x800, 0x4000, 3)) << "3 ends where 1 begins";
  EXPECT_EQ(cut.find(0xfff), 3U);
  EXPECT_EQ(cut.find(0x2800), std::nullopt);
  EXPECT_FALSE(cut.add(0x1000, 0x10, 4)) << "the same base";
}

TEST(RangeMap, CutsTheStartOfTheOneThatEndsLast) {
  RangeMap cut(Overlap::kCutStart);
  EXPECT_TRUE(cut.add(0x2000, 0x1000, 1));
  EXPECT_TRUE(cut.add(0x1000, 0x4000, 2)) << "2 begins where 1 ends";
  EXPECT_EQ(cut.find(0x1000), std::nullopt);
  EXPECT_EQ(cut.find(0x2fff), 1U);
  EXPECT_EQ(cut.find(0x3000), 2U);
  EXPECT_TRUE(cut.add(0x2800, 0xc00, 3)) << "3 begins where 1 ends, and 2 where 3 ends";
  EXPECT_EQ(cut.find(0x2fff), 1U);
  EXPECT_EQ(cut.find(0x33ff), 3U);
  EXPECT_EQ(cut.find(0x3400), 2U);
  EXPECT_FALSE(cut.add(0x4000, 0x1000, 4)) << "the same end";
  EXPECT_FALSE(cut.add(0x8000, 0, 5));
  EXPECT_FALSE(cut.add(UINT64_MAX, 2, 5));
  ASSERT_EQ(cut.ranges().size(), 3U);
  EXPECT_EQ(cut.ranges()[1].value, 3U);
}

TEST(ModuleMap, SortsAndRemembersTheFirst) {
  const auto map = ModuleMap::make({module(0x3000, 0x1000, "a"), module(0x1000, 0x1000, "b")},
                                   ModuleRules::kStrict);
  ASSERT_TRUE(map);
  EXPECT_EQ(map->modules()[0].code_file, "b");
  EXPECT_EQ(map->main(), 1U);
  EXPECT_EQ(map->find(0x3fff), 1U);
  EXPECT_EQ(map->find(0x2000), std::nullopt);
}

TEST(ModuleMap, AnOverlapSpoilsTheListButOnLinux) {
  const std::vector<ProcessModule> overlap = {module(0x1000, 0x2000, "a"),
                                              module(0x2000, 0x1000, "b")};
  EXPECT_FALSE(ModuleMap::make(overlap, ModuleRules::kStrict));
  const auto map = ModuleMap::make(overlap, ModuleRules::kLinux);
  ASSERT_TRUE(map);
  EXPECT_EQ(map->find(0x1fff), 0U);
  EXPECT_EQ(map->find(0x2000), 1U);
  EXPECT_EQ(map->modules()[0].size, 0x2000U) << "a module keeps its size";
}

TEST(ModuleMap, TheSameModuleTwiceIsOne) {
  const std::vector<ProcessModule> twice = {module(0x1000, 0x1000, "a"),
                                            module(0x1000, 0x1000, "a")};
  const auto map = ModuleMap::make(twice, ModuleRules::kStrict);
  ASSERT_TRUE(map);
  EXPECT_EQ(map->modules().size(), 1U);
}

TEST(ModuleMap, AndroidMayMapOverAReservation) {
  const std::vector<ProcessModule> modules = {module(0x1000, 0x2000, "a"),
                                              module(0x1000, 0x3000, "b")};
  EXPECT_FALSE(ModuleMap::make(modules, ModuleRules::kLinux));
  EXPECT_TRUE(ModuleMap::make(modules, ModuleRules::kAndroid));
}

TEST(ModuleMap, RemembersUnloadedModulesOfWhichNothingIsLeft) {
  std::vector<ProcessModule> list = {module(0x2000, 0x1000, "first"),
                                     module(0x1000, 0x800, "below"),
                                     module(0x2000, 0x1000, "second"),
                                     module(0x9000, 0, "empty")};
  for (std::uint32_t i = 0; i < list.size(); ++i) list[i].list_index = i;
  const auto map = ModuleMap::make_unloaded(list);
  std::string names;
  for (const ProcessModule& found : map.modules()) names += found.code_file + " ";
  EXPECT_EQ(names, "below first second empty ");
  EXPECT_EQ(map.find(0x2800), 1U);
  EXPECT_EQ(map.find(0x9000), std::nullopt);
  EXPECT_TRUE(ModuleMap::make_unloaded({}).modules().empty());
}

}  // namespace
}  // namespace sigla
