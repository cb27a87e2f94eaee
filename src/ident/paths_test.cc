// SPDX-License-Identifier: Apache-2.0
// The parsers of whole request paths: symstore, Breakpad, debuginfod.
#include <gtest/gtest.h>

#include "ident/breakpad_path.h"
#include "ident/debuginfod_path.h"
#include "ident/symstore_path.h"

namespace sigla {
namespace {

TEST(SymstorePath, ReadsEveryKind) {
  struct Case {
    std::string_view path;
    SymstoreKind kind;
    std::string_view id;
  };
  const Case cases[] = {
      {"foo.exe/542D574Ec2000/foo.exe", SymstoreKind::kPe, "542d574ec2000"},
      {"foo.pdb/497b72f6390a44fc878e5a2d63b6cc4b1/foo.pdb",
       SymstoreKind::kPdb,
       "497b72f6-390a-44fc-878e-5a2d63b6cc4b-1"},
      {"foo.pdb/497b72f6390a44fc878e5a2d63b6cc4bFFFFFFFF/foo.pdb",
       SymstoreKind::kPdb,
       "497b72f6-390a-44fc-878e-5a2d63b6cc4b-ffffffff"},
      {"foo.so/elf-buildid-180a373d6afbabf0eb1f09be1bc45bd796a71085/foo.so",
       SymstoreKind::kElfCode,
       "180a373d6afbabf0eb1f09be1bc45bd796a71085"},
      {"_.debug/elf-buildid-sym-180a373d6afbabf0eb1f09be1bc45bd796a71085/_.debug",
       SymstoreKind::kElfDebug,
       "180a373d6afbabf0eb1f09be1bc45bd796a71085"},
      {"_.debug/elf-buildid-sym-180a373d6afbabf0eb1f09be1bc45bd700000000/_.debug",
       SymstoreKind::kElfDebug,
       "180a373d6afbabf0eb1f09be1bc45bd700000000"},
      {"foo.dylib/mach-uuid-497b72f6390a44fc878e5a2d63b6cc4b/foo.dylib",
       SymstoreKind::kMachoCode,
       "497b72f6390a44fc878e5a2d63b6cc4b"},
      {"_.dwarf/mach-uuid-sym-497b72f6390a44fc878e5a2d63b6cc4b/_.dwarf",
       SymstoreKind::kMachoDebug,
       "497b72f6390a44fc878e5a2d63b6cc4b"},
  };
  for (const Case& c : cases) {
    const auto parsed = parse_symstore_path(c.path);
    ASSERT_TRUE(parsed) << c.path;
    EXPECT_EQ(parsed->kind, c.kind) << c.path;
    EXPECT_EQ(parsed->debug_id ? parsed->debug_id->dashed() : parsed->code_id.text(), c.id);
  }
}

TEST(SymstorePath, RejectsWhatIsNone) {
  for (const std::string_view path : {"",
                                      "foo.pdb",
                                      "foo.pdb/x/foo.pdb",
                                      "foo.exe/12/bar.exe",
                                      "foo.pdb/497b72f6390a44fc878e5a2d63b6cc4b1/foo.pd_",
                                      "foo.exe/zz/foo.exe",
                                      "/12/",
                                      "a/12/a/b",
                                      "foo.so/elf-buildid-/foo.so"}) {
    EXPECT_FALSE(parse_symstore_path(path)) << path;
  }
}

TEST(BreakpadPath, StripsOnlyPdb) {
  DebugId id;
  id.guid.fill(0xab);
  id.age = 0x1f;
  const std::string digits(32, 'A');
  EXPECT_EQ(breakpad_sym_path("C:\\b\\Foo.PDB", id),
            "Foo.PDB/ABABABABABABABABABABABABABABABAB1f/Foo.sym");
  id.age = 0;
  EXPECT_EQ(breakpad_sym_path("libc.so.6", id),
            "libc.so.6/ABABABABABABABABABABABABABABABAB0/libc.so.6.sym");
}

TEST(BreakpadPath, TellsDebugIdsFromCodeIds) {
  const auto by_debug_id = parse_breakpad_path("xul.pdb/09F9D7ECF31F60E34C4C44205044422E1/xul.sym");
  ASSERT_TRUE(by_debug_id);
  EXPECT_EQ(by_debug_id->debug_id->dashed(), "09f9d7ec-f31f-60e3-4c4c-44205044422e-1");
  const auto by_code_id = parse_breakpad_path("xul.dll/652DE0ED706D000/xul.sym");
  ASSERT_TRUE(by_code_id);
  EXPECT_EQ(by_code_id->code_id->text(), "652de0ed706d000");
  EXPECT_FALSE(parse_breakpad_path("xul.dll/652DE0ED706D000/xul.dll"));
  EXPECT_FALSE(parse_breakpad_path("xul.dll/652DE0ED706D000/sub/xul.sym"));
  EXPECT_FALSE(parse_breakpad_path("xul.dll/nothex/xul.sym"));
}

TEST(DebuginfodPath, ReadsEveryKind) {
  const auto debuginfo = parse_debuginfod_path("/buildid/F1c3/debuginfo");
  ASSERT_TRUE(debuginfo);
  EXPECT_EQ(debuginfo->build_id.text(), "f1c3");
  EXPECT_EQ(debuginfo->kind, DebuginfodKind::kDebuginfo);
  EXPECT_EQ(parse_debuginfod_path("buildid/f1c3/executable")->kind, DebuginfodKind::kExecutable);
  const auto source = parse_debuginfod_path("buildid/f1c3/source//usr/src/../a.c");
  ASSERT_TRUE(source);
  EXPECT_EQ(source->argument, "/usr/src/../a.c");
  EXPECT_EQ(parse_debuginfod_path("buildid/f1c3/section/.debug_line")->argument, ".debug_line");
  EXPECT_EQ(debuginfod_key(CodeId("F1C3"), DebuginfodKind::kExecutable), "buildid/f1c3/executable");
}

TEST(DebuginfodPath, RejectsWhatIsNone) {
  for (const std::string_view path : {"",
                                      "/buildid",
                                      "/buildid/",
                                      "/buildid//debuginfo",
                                      "/buildid/f1c/debuginfo",
                                      "/buildid/xy/debuginfo",
                                      "/buildid/f1c3/other",
                                      "/buildid/f1c3/source/",
                                      "/buildid/f1c3/section/",
                                      "/metrics"}) {
    EXPECT_FALSE(parse_debuginfod_path(path)) << path;
  }
}

}  // namespace
}  // namespace sigla
