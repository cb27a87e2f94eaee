// SPDX-License-Identifier: Apache-2.0
#include "ident/layout_paths.h"

#include <gmock/gmock.h>

#include "testing/matchers.h"

namespace sigla {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

WantedFile windows(WantedType type) {
  WantedFile want;
  want.type = type;
  want.code_id = CodeId::from_pe(0x542d574e, 0xc2000);
  want.debug_id = DebugId::parse("3249d99d-0c40-4931-8610-f4e4fb0b6936-1f").value();
  want.code_file = "C:\\Windows\\Foo.exe";
  want.debug_file = "C:\\build\\Foo.pdb";
  return want;
}

WantedFile linux_file(WantedType type) {
  WantedFile want;
  want.type = type;
  want.module = ModuleType::kElf;
  want.code_id = CodeId("180A373D6AFBABF0EB1F09BE1BC45BD796A71085");
  want.debug_id = DebugId::parse("3d370a18fb6af0abeb1f09be1bc45bd7").value();
  want.code_file = want.debug_file = "/lib/Libfoo.so";
  return want;
}

WantedFile mac(WantedType type) {
  WantedFile want;
  want.type = type;
  want.module = ModuleType::kMacho;
  want.debug_id = DebugId::parse("497b72f6390a44fc878e5a2d63b6cc4b").value();
  want.code_file = want.debug_file = "/usr/lib/Foo.dylib";
  return want;
}

TEST(LayoutPaths, Windows) {
  const std::string id = "3249D99D0C4049318610F4E4FB0B69361f";
  EXPECT_THAT(layout_paths(Layout::kSymstore, windows(WantedType::kPdb)),
              ElementsAre("Foo.pdb/" + id + "/Foo.pdb", "Foo.pdb/" + id + "/Foo.pd_"));
  EXPECT_THAT(layout_paths(Layout::kSymstoreIndex2, windows(WantedType::kPe)),
              ElementsAre("Fo/Foo.exe/542D574Ec2000/Foo.exe", "Fo/Foo.exe/542D574Ec2000/Foo.ex_"));
  EXPECT_THAT(layout_paths(Layout::kSsqp, windows(WantedType::kPdb)),
              ElementsAre("foo.pdb/3249d99d0c4049318610f4e4fb0b69361F/foo.pdb",
                          "foo.pdb/3249d99d0c4049318610f4e4fb0b69361F/foo.pd_"));
  EXPECT_THAT(layout_paths(Layout::kSsqp, windows(WantedType::kPe)),
              ElementsAre("foo.exe/542d574ec2000/foo.exe", "foo.exe/542d574ec2000/foo.ex_"));
  EXPECT_THAT(layout_paths(Layout::kNative, windows(WantedType::kPortablePdb)),
              ElementsAre("Foo.pdb/3249D99D0C4049318610F4E4FB0B6936ffffffff/Foo.pdb"));
  EXPECT_THAT(layout_paths(Layout::kNative, windows(WantedType::kBreakpad)),
              ElementsAre("Foo.pdb/" + id + "/Foo.sym"));
  EXPECT_THAT(layout_paths(Layout::kNative, windows(WantedType::kSourceBundle)),
              ElementsAre("Foo.pdb/" + id + "/Foo.src.zip"));
  EXPECT_THAT(layout_paths(Layout::kUnified, windows(WantedType::kPe)),
              ElementsAre("32/49d99d0c4049318610f4e4fb0b69361f/executable",
                          "32/49d99d0c4049318610f4e4fb0b69361f/executabl_"));
  EXPECT_THAT(layout_paths(Layout::kDebuginfod, windows(WantedType::kPdb)), IsEmpty());
  EXPECT_THAT(layout_paths(Layout::kSlashSymbols, linux_file(WantedType::kElfDebug)),
              ElementsAre("Libfoo.so/180a373d6afbabf0eb1f09be1bc45bd796a71085/symbols",
                          "Libfoo.so/180A373D6AFBABF0EB1F09BE1BC45BD796A71085/symbols"));
}

TEST(LayoutPaths, Linux) {
  const std::string id = "180a373d6afbabf0eb1f09be1bc45bd796a71085";
  EXPECT_THAT(layout_paths(Layout::kNative, linux_file(WantedType::kElfDebug)),
              ElementsAre("18/" + id.substr(2) + ".debug"));
  EXPECT_THAT(layout_paths(Layout::kNative, linux_file(WantedType::kElfCode)),
              ElementsAre("18/" + id.substr(2)));
  EXPECT_THAT(layout_paths(Layout::kSymstore, linux_file(WantedType::kElfCode)),
              ElementsAre("Libfoo.so/elf-buildid-" + id + "/Libfoo.so"));
  EXPECT_THAT(layout_paths(Layout::kSymstoreIndex2, linux_file(WantedType::kElfDebug)),
              ElementsAre("_/_.debug/elf-buildid-sym-" + id + "/_.debug"));
  EXPECT_THAT(layout_paths(Layout::kSsqp, linux_file(WantedType::kElfCode)),
              ElementsAre("libfoo.so/elf-buildid-" + id + "/libfoo.so"));
  EXPECT_THAT(layout_paths(Layout::kDebuginfod, linux_file(WantedType::kElfCode)),
              ElementsAre(id + "/executable"));
  EXPECT_THAT(layout_paths(Layout::kUnified, linux_file(WantedType::kBreakpad)),
              ElementsAre("18/" + id.substr(2) + "/breakpad"));
  EXPECT_THAT(layout_paths(Layout::kNative, linux_file(WantedType::kBreakpad)),
              ElementsAre("Libfoo.so/3D370A18FB6AF0ABEB1F09BE1BC45BD70/Libfoo.so.sym"));
}

TEST(LayoutPaths, Mac) {
  EXPECT_THAT(layout_paths(Layout::kNative, mac(WantedType::kMachoCode)),
              ElementsAre("497B/72F6/390A/44FC/878E/5A2D63B6CC4B.app"));
  EXPECT_THAT(layout_paths(Layout::kSymstore, mac(WantedType::kMachoDebug)),
              ElementsAre("_.dwarf/mach-uuid-sym-497b72f6390a44fc878e5a2d63b6cc4b/_.dwarf"));
  EXPECT_THAT(layout_paths(Layout::kUnified, mac(WantedType::kBcSymbolMap)),
              ElementsAre("49/7b72f6390a44fc878e5a2d63b6cc4b/bcsymbolmap"));
}

TEST(LayoutPaths, NothingForBadNamesOrMissingIds) {
  WantedFile want = windows(WantedType::kPdb);
  want.debug_file = std::string(256, 'a');
  EXPECT_THAT(layout_paths(Layout::kSymstore, want), IsEmpty());
  want.debug_file = "a\nb.pdb";
  EXPECT_THAT(layout_paths(Layout::kSymstore, want), IsEmpty());
  want = windows(WantedType::kPdb);
  want.debug_id.reset();
  for (const Layout layout : {Layout::kNative,
                              Layout::kSymstore,
                              Layout::kSymstoreIndex2,
                              Layout::kSsqp,
                              Layout::kUnified}) {
    EXPECT_THAT(layout_paths(layout, want), IsEmpty());
  }
}

TEST(LayoutPaths, Breakpad) {
  EXPECT_THAT(layout_paths(Layout::kBreakpad, windows(WantedType::kBreakpad)),
              ElementsAre("Foo.pdb/3249D99D0C4049318610F4E4FB0B69361f/Foo.sym"));
  EXPECT_THAT(layout_paths(Layout::kBreakpad, windows(WantedType::kPdb)), IsEmpty());
}

TEST(LayoutPaths, NamesLayoutsAndTypes) {
  EXPECT_EQ(parse_layout("symstore_index2"), Layout::kSymstoreIndex2);
  EXPECT_EQ(to_string(Layout::kSlashSymbols), "slashsymbols");
  EXPECT_EQ(parse_layout("Native"), std::nullopt);
  EXPECT_EQ(parse_wanted_type("mach_debug"), WantedType::kMachoDebug);
  EXPECT_EQ(to_string(WantedType::kSourceBundle), "sourcebundle");
  EXPECT_EQ(parse_wanted_type("proguard"), std::nullopt);
}

}  // namespace
}  // namespace sigla
