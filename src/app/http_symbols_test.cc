// SPDX-License-Identifier: Apache-2.0
// What is asked of a server; that it works is tested with real servers (tests/e2e).
#include "app/http_symbols.h"

#include <gmock/gmock.h>

namespace sigla::app {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::vector<std::string> paths(const ModuleQuery& query) {
  std::vector<std::string> paths;
  for (const HttpSymbols::Probe& probe : HttpSymbols::probes(query)) paths.push_back(probe.path);
  return paths;
}

TEST(HttpSymbolsProbes, AskForElfByBuildId) {
  ModuleQuery query;
  query.os = "Linux";
  query.code_file = "/usr/lib/libc++.so.1";
  query.debug_file = "libc++.so.1";
  query.debug_identifier = "C0BCC3F19827FE653058404B2831D9E60";
  query.debug_id = DebugId::parse(query.debug_identifier).value();
  query.code_id = CodeId("f1c3bcc0279865fe3058404b2831d9e64135386c");
  EXPECT_THAT(
      paths(query),
      ElementsAre(
          "libc%2B%2B.so.1/C0BCC3F19827FE653058404B2831D9E60/libc%2B%2B.so.1.sym",
          "buildid/f1c3bcc0279865fe3058404b2831d9e64135386c/debuginfo",
          "_.debug/elf-buildid-sym-f1c3bcc0279865fe3058404b2831d9e64135386c/_.debug",
          "buildid/f1c3bcc0279865fe3058404b2831d9e64135386c/executable",
          "libc%2B%2B.so.1/elf-buildid-f1c3bcc0279865fe3058404b2831d9e64135386c/libc%2B%2B.so.1"));
}

TEST(HttpSymbolsProbes, AskForPdbAndPeByName) {
  ModuleQuery query;
  query.os = "Windows NT";
  query.code_file = "C:\\app\\Engine.DLL";
  query.debug_file = "D:\\b\\Engine.pdb";
  query.debug_identifier = "497B72F6390A44FC878E5A2D63B6CC4B1";
  query.debug_id = DebugId::parse(query.debug_identifier).value();
  query.code_id = CodeId("542d574ec2000");
  EXPECT_THAT(paths(query),
              ElementsAre("Engine.pdb/497B72F6390A44FC878E5A2D63B6CC4B1/Engine.sym",
                          "engine.pdb/497b72f6390a44fc878e5a2d63b6cc4b1/engine.pdb",
                          "engine.pdb/497b72f6390a44fc878e5a2d63b6cc4b1/engine.pd_",
                          "engine.pdb/497b72f6390a44fc878e5a2d63b6cc4bFFFFFFFF/engine.pdb",
                          "engine.dll/542d574ec2000/engine.dll",
                          "engine.dll/542d574ec2000/engine.dl_"));
}

TEST(HttpSymbolsProbes, AskForMachOByUuid) {
  ModuleQuery query;
  query.os = "Mac OS X";
  query.code_file = "/App.app/App";
  query.debug_id = DebugId::parse("497b72f6390a44fc878e5a2d63b6cc4b0").value();
  EXPECT_THAT(paths(query),
              ElementsAre("_.dwarf/mach-uuid-sym-497b72f6390a44fc878e5a2d63b6cc4b/_.dwarf",
                          "app/mach-uuid-497b72f6390a44fc878e5a2d63b6cc4b/app"));
}

TEST(HttpSymbolsProbes, AskNothingWithoutAnId) {
  ModuleQuery query;
  query.code_file = "/bin/x";
  EXPECT_THAT(paths(query), IsEmpty());
}

TEST(IsUrl, TellsServersFromFolders) {
  EXPECT_TRUE(is_url("http://a"));
  EXPECT_TRUE(is_url("https://a"));
  EXPECT_FALSE(is_url("httpd/symbols"));
  EXPECT_FALSE(is_url("ftp://a"));
}

}  // namespace
}  // namespace sigla::app
