// SPDX-License-Identifier: Apache-2.0
#include "symbolicate/directory_symbols.h"

#include <gmock/gmock.h>

#include <filesystem>

#include "base/text.h"
#include "codec/encoder.h"
#include "object/object.h"
#include "symbolicate/symbol_files_testing.h"
#include "testing/fixture.h"

namespace sigla {
namespace {

namespace fs = std::filesystem;
using testing::Contains;
using testing::HasSubstr;
using testing::Not;

constexpr char kAppId[] = "112233445566778899AABBCCDDEEFF001";
constexpr std::string_view kElf = "src/formats/elf/testdata/";

class FolderTest : public testing::Test {
 protected:
  FolderTest() : folder_(std::move(TempDirectory::create()).value()) {}
  void put(const std::string& path, Bytes content) {
    const auto full = folder_.path() / path;
    fs::create_directories(full.parent_path());
    ASSERT_THAT(replace_file(full, content), IsOk());
  }
  SymbolAnswer find(const Limits& limits = {}) {
    DirectorySymbols symbols(folder_.path(), files_, limits);
    return SymbolFinder({&symbols}).find(query_);
  }
  TempDirectory folder_;
  SymbolFilesForTest files_;
  ModuleQuery query_;
};

class BreakpadFolderTest : public FolderTest {
 protected:
  BreakpadFolderTest() {
    query_.debug_file = "C:\\out\\App.pdb";
    query_.debug_identifier = kAppId;
    query_.debug_id = DebugId::parse(kAppId).value();
    query_.os = "Windows NT";
  }
  void put_sym(const std::string& path, const std::string& id = kAppId) {
    put(path, as_bytes("MODULE windows x86_64 " + id + " App.pdb\nFUNC 1000 10 0 f\n"));
  }
};

TEST_F(BreakpadFolderTest, FindsBreakpadsLayoutInAnyCase) {
  put_sym(std::string("app.PDB/") + lower(kAppId) + "/App.sym");
  const SymbolAnswer answer = find();
  EXPECT_TRUE(answer.symcache);
  EXPECT_EQ(answer.identity.format, Format::kBreakpad);
  EXPECT_THAT(answer.explain, Contains(HasSubstr("App.sym: found breakpad")));
}

TEST_F(BreakpadFolderTest, TakesALoneFileOfTheRightIdOnly) {
  put_sym("App.sym", "112233445566778899AABBCCDDEEFF002");
  SymbolAnswer answer = find();
  EXPECT_FALSE(answer.symcache);
  EXPECT_THAT(answer.explain,
              Contains(HasSubstr("App.sym: has id 112233445566778899AABBCCDDEEFF002")));
  put_sym("App.sym");
  EXPECT_TRUE(find().symcache);
}

TEST_F(BreakpadFolderTest, StaysInItsFolder) {
  put_sym("secret.sym", "112233445566778899AABBCCDDEEFF009");
  query_.debug_file = "..";
  EXPECT_FALSE(find().symcache);
  query_.debug_file = "App.pdb";
  query_.debug_identifier = "..";
  EXPECT_FALSE(find().symcache);
}

TEST_F(BreakpadFolderTest, SaysWhenThereIsNoId) {
  query_ = ModuleQuery();
  query_.code_file = "/usr/lib/x.so";
  EXPECT_THAT(find().explain, Contains(HasSubstr("the dump gives no id of x.so")));
}

// A stripped library and its debug half, with the ids that a dump has of it.
class ElfFolderTest : public FolderTest {
 protected:
  ElfFolderTest()
      : library_(read_fixture(std::string(kElf) + "libsmall.stripped.so")),
        debug_(read_fixture(std::string(kElf) + "libsmall.so.debug")) {
    const auto objects = identify(library_, "libsmall.so", Limits());
    EXPECT_THAT(objects, IsOk());
    const Identity& identity = objects->front().identity;
    query_.code_file = "/opt/lib/libsmall.so";
    query_.debug_file = "/opt/lib/libsmall.so";
    query_.debug_identifier = identity.debug_id->breakpad();
    query_.debug_id = identity.debug_id;
    query_.code_id = identity.code_id;
    query_.os = "Linux";
    id_ = identity.code_id.text();
  }
  void expect_both(const std::string& debug_path, const std::string& library_path) {
    SCOPED_TRACE(debug_path);
    put(debug_path, debug_);
    put(library_path, library_);
    const SymbolAnswer answer = find();
    EXPECT_EQ(answer.source, (folder_.path() / debug_path).string());
    EXPECT_EQ(answer.unwind_source, (folder_.path() / library_path).string());
    EXPECT_TRUE(answer.unwind);
    fs::remove(folder_.path() / debug_path);
    fs::remove(folder_.path() / library_path);
  }
  const Buffer library_;
  const Buffer debug_;
  std::string id_;
};

TEST_F(ElfFolderTest, FindsEveryLayout) {
  const std::string spread = id_.substr(0, 2) + "/" + id_.substr(2);
  expect_both(".build-id/" + spread + ".debug", "opt/lib/libsmall.so");
  expect_both("usr/lib/debug/.build-id/" + spread + ".debug", ".build-id/" + spread);
  expect_both(id_ + "/debuginfo", id_ + "/executable");
  expect_both("buildid/" + id_ + "/debuginfo", "buildid/" + id_ + "/executable");
  expect_both("_.debug/elf-buildid-sym-" + id_ + "/_.debug",
              "libsmall.so/elf-buildid-" + id_ + "/libsmall.so");
  expect_both("_/_.debug/elf-buildid-sym-" + id_ + "/_.debug",
              "li/libsmall.so/elf-buildid-" + id_ + "/libsmall.so");
  expect_both(spread + ".debug", spread);
  expect_both(spread + "/debuginfo", spread + "/executable");
}

TEST_F(ElfFolderTest, FindsFilesOfAnyNameAnywhere) {
  expect_both("some/where/x.bin", "else/y.bin");
}

TEST_F(ElfFolderTest, UnpacksWhatIsCompressed) {
  put("deep/debug.gz", encode(Codec::kGzip, debug_));
  put("deep/er/libsmall.so.zst", encode(Codec::kZstd, library_));
  const SymbolAnswer answer = find();
  EXPECT_THAT(answer.source, HasSubstr("debug.gz"));
  EXPECT_THAT(answer.unwind_source, HasSubstr("libsmall.so.zst"));
}

TEST_F(ElfFolderTest, BelievesIdsNotPaths) {
  put(".build-id/" + id_.substr(0, 2) + "/" + id_.substr(2) + ".debug",
      read_fixture(std::string(kElf) + "small.pie"));
  const SymbolAnswer answer = find();
  EXPECT_FALSE(answer.symcache);
  EXPECT_THAT(answer.explain, Contains(HasSubstr(", wanted libsmall.so ")));
}

TEST_F(ElfFolderTest, SaysWhatItLookedThrough) {
  put("a/small.pie", read_fixture(std::string(kElf) + "small.pie"));
  put("a/notes.txt", as_bytes("nothing of ours"));
  const SymbolAnswer answer = find();
  EXPECT_FALSE(answer.symcache);
  EXPECT_THAT(answer.explain,
              Contains(HasSubstr("none of 1 symbol file below it has the id of libsmall.so ")));
}

TEST_F(ElfFolderTest, GivesUpAtItsLimits) {
  for (int i = 0; i < 8; ++i) put("many/" + std::to_string(i) + ".txt", as_bytes("x"));
  put("many/z.debug", debug_);
  Limits limits;
  limits.folder_file_count_max = 4;
  EXPECT_THAT(find(limits).explain, Contains(HasSubstr("only its first 4 files were looked at")));
  limits = Limits();
  limits.folder_scan_seconds_max = 0;
  EXPECT_THAT(find(limits).explain, Contains(HasSubstr("was given up after 0 seconds")));
}

TEST_F(ElfFolderTest, ReadsAFolderOnce) {
  put("x/small.pie", read_fixture(std::string(kElf) + "small.pie"));
  DirectorySymbols symbols(folder_.path(), files_);
  const SymbolFinder finder({&symbols});
  static_cast<void>(finder.find(query_));
  const int count = files_.identify_count;
  static_cast<void>(finder.find(query_));
  EXPECT_EQ(files_.identify_count, count);
}

TEST_F(ElfFolderTest, DoesNotReadWhatAStoreKeepsByItsId) {
  put("libsmall.so/" + std::string(32, 'A') + "/file", debug_);
  EXPECT_FALSE(find().symcache);
}

TEST_F(FolderTest, TakesTheImageOfTheModuleOutOfAFatFileInABundle) {
  const Buffer fat = read_fixture("src/formats/macho/testdata/small.fat.dwarf");
  put("App.dSYM/Contents/Resources/DWARF/App", fat);
  ASSERT_OK_AND_ASSIGN(const auto images, identify(fat, "App", Limits()));
  ASSERT_GT(images.size(), 1U);
  for (const Object& image : images) {
    query_ = ModuleQuery();
    query_.code_file = "/Applications/App.app/App";
    query_.os = "Mac OS X";
    query_.debug_id = image.identity.debug_id;
    query_.debug_identifier = image.identity.debug_id->breakpad();
    const SymbolAnswer answer = find();
    EXPECT_EQ(answer.identity.format, Format::kMacho);
    EXPECT_THAT(answer.source, HasSubstr("App.dSYM/Contents"));
    EXPECT_EQ(files_.last_wanted.arch, image.identity.arch);
  }
}

TEST(FolderIndexTest, OffersTheBestFirst) {
  auto folder = TempDirectory::create();
  ASSERT_THAT(folder, IsOk());
  const std::pair<const char*, const char*> copies[] = {
      {"a.so", "libsmall.stripped.so"}, {"b.debug", "libsmall.so.debug"}, {"c.so", "libsmall.so"}};
  for (const auto& [name, fixture] : copies) {
    ASSERT_THAT(replace_file(folder->path() / name, read_fixture(std::string(kElf) + fixture)),
                IsOk());
  }
  SymbolFilesForTest files;
  const FolderIndex index = FolderIndex::scan(folder->path(), files, Limits());
  EXPECT_EQ(index.file_count(), 3U);
  EXPECT_EQ(index.incomplete(), "");
  ModuleQuery query;
  query.code_id = identify(read_fixture(std::string(kElf) + "libsmall.so"), "x", Limits())
                      ->front()
                      .identity.code_id;
  const auto found = index.find(query);
  ASSERT_EQ(found.size(), 3U);
  EXPECT_EQ(found.back()->path.filename(), "a.so") << "no debug information";
  EXPECT_THAT(index.find(ModuleQuery()), testing::IsEmpty());
}

}  // namespace
}  // namespace sigla
