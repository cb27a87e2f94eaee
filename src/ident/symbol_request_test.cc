// SPDX-License-Identifier: Apache-2.0
#include "ident/symbol_request.h"

#include <gmock/gmock.h>

#include "testing/matchers.h"

namespace sigla {
namespace {

using ::testing::ElementsAre;

constexpr std::string_view kGuid = "497b72f6390a44fc878e5a2d63b6cc4b";

TEST(SymbolRequest, LowersAndStripsOneTier) {
  ASSERT_OK_AND_ASSIGN(const SymbolRequest request,
                       normalise_request("/Fo/Foo.EXE/542D574Ec2000/foo.exe"));
  EXPECT_THAT(request.keys, ElementsAre("foo.exe/542d574ec2000/foo.exe"));
  EXPECT_EQ(request.form, WantedForm::kIdentity);
  ASSERT_OK_AND_ASSIGN(
      const SymbolRequest debug,
      normalise_request(
          "_/_.debug/elf-buildid-sym-180a373d6afbabf0eb1f09be1bc45bd796a71085/_.debug"));
  EXPECT_THAT(
      debug.keys,
      ElementsAre("_.debug/elf-buildid-sym-180a373d6afbabf0eb1f09be1bc45bd796a71085/_.debug"));
}

TEST(SymbolRequest, KnowsCompressedNames) {
  ASSERT_OK_AND_ASSIGN(const SymbolRequest request,
                       normalise_request("kernel32.dll/542D574Ec2000/kernel32.dl_"));
  EXPECT_THAT(request.keys, ElementsAre("kernel32.dll/542d574ec2000/kernel32.dll"));
  EXPECT_EQ(request.form, WantedForm::kCab);
  EXPECT_EQ(request.file_name, "kernel32.dll");
}

TEST(SymbolRequest, TriesTheExactAgeBeforePortable) {
  ASSERT_OK_AND_ASSIGN(const SymbolRequest request,
                       normalise_request(fmt::format("a.pdb/{}01/a.pdb", kGuid)));
  EXPECT_THAT(request.keys,
              ElementsAre(fmt::format("a.pdb/{}01/a.pdb", kGuid),
                          fmt::format("a.pdb/{}1/a.pdb", kGuid),
                          fmt::format("a.pdb/{}ffffffff/a.pdb", kGuid)));
}

TEST(SymbolRequest, KeepsMsfzApart) {
  ASSERT_OK_AND_ASSIGN(const SymbolRequest request,
                       normalise_request(fmt::format("a.pdb/{}1/msfz0/a.pdb", kGuid)));
  EXPECT_THAT(request.keys, ElementsAre(fmt::format("a.pdb/{}1/msfz0/a.pdb", kGuid)));
}

TEST(SymbolRequest, NotesCodeIdsOfBreakpadPaths) {
  ASSERT_OK_AND_ASSIGN(const SymbolRequest request,
                       normalise_request("xul.dll/652DE0ED706D000/xul.sym"));
  ASSERT_TRUE(request.breakpad_code_id);
  EXPECT_EQ(request.breakpad_code_id->text(), "652de0ed706d000");
}

TEST(SymbolRequest, ReadsSpreadIds) {
  const std::pair<const char*, const char*> cases[] = {
      {"ab/cdef0123", "buildid/abcdef0123/executable"},
      {"AB/CDEF0123.debug", "buildid/abcdef0123/debuginfo"},
      {"ab/cdef0123.src.zip", "buildid/abcdef0123/sourcebundle"},
      {"ab/cdef0123/breakpad", "buildid/abcdef0123/breakpad"},
      {"497B/72F6/390A/44FC/878E/5A2D63B6CC4B.app",
       "buildid/497b72f6390a44fc878e5a2d63b6cc4b/executable"},
      {"buildid/ABCDEF/debuginfo", "buildid/abcdef/debuginfo"},
      {"eboot.bin/ABCDEF/symbols", "buildid/abcdef/debuginfo"},
  };
  for (const auto& [path, key] : cases) {
    ASSERT_OK_AND_ASSIGN(const SymbolRequest request, normalise_request(path));
    EXPECT_EQ(request.keys.front(), key) << path;
  }
}

TEST(SymbolRequest, RefusesTraversal) {
  for (const char* path : {"../a/b",
                           "a.pdb/../a.pdb",
                           "a/./a",
                           "a.pdb//a.pdb",
                           "a\\b/1/a\\b",
                           "a\n/1/a\n",
                           "",
                           "/",
                           "a.pdb/1/a.pdb/"}) {
    EXPECT_THAT(normalise_request(path), IsError(ErrorCode::kInvalidArgument, "symbol path"))
        << path;
  }
  EXPECT_THAT(normalise_request(std::string(5000, 'a')),
              IsError(ErrorCode::kInvalidArgument, "longer"));
}

TEST(SymbolRequest, MissesWhatIsNoLayout) {
  for (const char* path : {"a.pdb/1/file.ptr",
                           "index2.txt",
                           "pingme.txt",
                           "a/b/c/d/e",
                           "a.exe/12/b.exe",
                           "xy/a.exe/12/a.exe",
                           "favicon.ico"}) {
    EXPECT_THAT(normalise_request(path), IsError(ErrorCode::kNotFound, "layout")) << path;
  }
}

}  // namespace
}  // namespace sigla
