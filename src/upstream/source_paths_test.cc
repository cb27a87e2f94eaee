// SPDX-License-Identifier: Apache-2.0
#include "upstream/source_paths.h"

#include <gmock/gmock.h>

#include "testing/matchers.h"

namespace sigla {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

WantedFile file(WantedType type) {
  WantedFile want;
  want.type = type;
  want.code_id = CodeId("542d574ec2000");
  want.debug_id = DebugId::parse("497B72F6390A44FC878E5A2D63B6CC4B1").value();
  want.code_file = "C:\\app\\Engine.DLL";
  want.debug_file = "D:\\b\\Engine.pdb";
  return want;
}

WantedModule module_of(std::vector<WantedFile> files) {
  WantedModule wanted;
  wanted.code_file = files.front().code_file;
  wanted.debug_file = files.front().debug_file;
  wanted.files = std::move(files);
  return wanted;
}

WantedModule windows_module() {
  return module_of({file(WantedType::kBreakpad),
                    file(WantedType::kPdb),
                    file(WantedType::kPortablePdb),
                    file(WantedType::kPe)});
}

std::vector<std::string> paths(const Source& source, const WantedModule& wanted) {
  std::vector<std::string> found;
  for (const Location& location : locations_of(source, wanted)) found.push_back(location.path);
  return found;
}

TEST(LocationsOf, AskAServerOfUnknownLayoutForPdbAndPe) {
  EXPECT_THAT(paths(Source(), windows_module()),
              ElementsAre("Engine.pdb/497B72F6390A44FC878E5A2D63B6CC4B1/Engine.sym",
                          "engine.pdb/497b72f6390a44fc878e5a2d63b6cc4b1/engine.pdb",
                          "engine.pdb/497b72f6390a44fc878e5a2d63b6cc4b1/engine.pd_",
                          "engine.pdb/497b72f6390a44fc878e5a2d63b6cc4bFFFFFFFF/engine.pdb",
                          "engine.dll/542d574ec2000/engine.dll",
                          "engine.dll/542d574ec2000/engine.dl_"));
}

TEST(LocationsOf, AskAServerOfUnknownLayoutForElfByBuildId) {
  WantedFile debug = file(WantedType::kElfDebug);
  debug.module = ModuleType::kElf;
  debug.code_id = CodeId("f1c3bcc0279865fe3058404b2831d9e64135386c");
  debug.code_file = debug.debug_file = "/usr/lib/libc++.so.1";
  WantedFile code = debug;
  code.type = WantedType::kElfCode;
  EXPECT_THAT(
      paths(Source(), module_of({debug, code})),
      ElementsAre("buildid/f1c3bcc0279865fe3058404b2831d9e64135386c/debuginfo",
                  "_.debug/elf-buildid-sym-f1c3bcc0279865fe3058404b2831d9e64135386c/_.debug",
                  "buildid/f1c3bcc0279865fe3058404b2831d9e64135386c/executable",
                  "libc++.so.1/elf-buildid-f1c3bcc0279865fe3058404b2831d9e64135386c/libc++.so.1"));
}

TEST(LocationsOf, FollowLayoutAndCasing) {
  Source source;
  source.layout = Layout::kSymstoreIndex2;
  source.casing = PathCasing::kLower;
  EXPECT_THAT(paths(source, module_of({file(WantedType::kPdb)})),
              ElementsAre("en/engine.pdb/497b72f6390a44fc878e5a2d63b6cc4b1/engine.pdb",
                          "en/engine.pdb/497b72f6390a44fc878e5a2d63b6cc4b1/engine.pd_"));
  source.layout = Layout::kUnified;
  source.casing = PathCasing::kUpper;
  EXPECT_THAT(paths(source, module_of({file(WantedType::kBreakpad)})),
              ElementsAre("49/7B72F6390A44FC878E5A2D63B6CC4B1/BREAKPAD"));
}

TEST(LocationsOf, KnowPackedFormsAndLayouts) {
  const auto found = locations_of(Source(), module_of({file(WantedType::kPdb)}));
  ASSERT_THAT(found, SizeIs(2));
  EXPECT_FALSE(found[0].is_packed);
  EXPECT_TRUE(found[1].is_packed);
  EXPECT_EQ(found[1].layout, Layout::kSsqp);
}

TEST(LocationsOf, AreFilteredByType) {
  Source source;
  source.layout = Layout::kNative;
  source.file_types = {WantedType::kPe, WantedType::kBreakpad};
  EXPECT_THAT(paths(source, windows_module()),
              ElementsAre("Engine.pdb/497B72F6390A44FC878E5A2D63B6CC4B1/Engine.sym",
                          "Engine.DLL/542D574Ec2000/Engine.DLL",
                          "Engine.DLL/542D574Ec2000/Engine.DL_"));
}

TEST(LocationsOf, AreFilteredByTheModulesPaths) {
  Source source;
  source.path_patterns = {"?:/windows/*", "*/SYSTEM32/*"};
  EXPECT_THAT(paths(source, windows_module()), IsEmpty());
  source.path_patterns.emplace_back("c:/APP/**");
  EXPECT_THAT(paths(source, windows_module()), SizeIs(6));
}

TEST(LocationsOf, NeedAChecksumWhereTheSourceDoes) {
  Source source;
  source.requires_checksum = true;
  WantedModule wanted = windows_module();
  EXPECT_THAT(locations_of(source, wanted), IsEmpty());
  wanted.debug_checksum = "SHA256:ab";
  const auto found = locations_of(source, wanted);
  ASSERT_THAT(found, SizeIs(6));
  EXPECT_EQ(found[0].checksum, "SHA256:ab");
}

TEST(LocationsOf, AreNoneOfASourceWithAProblem) {
  Source source;
  source.problem = "unknown type";
  EXPECT_THAT(locations_of(source, windows_module()), IsEmpty());
}

TEST(MatchesGlob, KnowsItsElements) {
  EXPECT_TRUE(matches_glob("*.DLL", "c:\\a\\b.dll"));
  EXPECT_TRUE(matches_glob("c:/a/*", "C:\\A\\b.dll"));
  EXPECT_TRUE(matches_glob("a?c", "abc"));
  EXPECT_FALSE(matches_glob("a?c", "ac"));
  EXPECT_TRUE(matches_glob("[a-c]x", "Bx"));
  EXPECT_FALSE(matches_glob("[!a-c]x", "bx"));
  EXPECT_TRUE(matches_glob("[]x]", "]"));
  EXPECT_TRUE(matches_glob("a[b", "a[b"));
  EXPECT_FALSE(matches_glob("a[b", "ab"));
  EXPECT_TRUE(matches_glob("", ""));
  EXPECT_FALSE(matches_glob("", "a"));
  EXPECT_TRUE(matches_glob("**", "anything/at/all"));
}

TEST(MatchesGlob, StaysFastOnHostilePatterns) {
  std::string pattern;
  for (int i = 0; i < 2'000; ++i) pattern += "*a";
  EXPECT_FALSE(matches_glob(pattern + "b", std::string(10'000, 'a')));
}

}  // namespace
}  // namespace sigla
