// SPDX-License-Identifier: Apache-2.0
// With a source of the file system; that servers and buckets work is tested with real ones
// (tests/e2e).
#include "symbolicate/source_symbols.h"

#include <gmock/gmock.h>

#include <filesystem>

#include "symbolicate/symbol_files_testing.h"
#include "testing/fixture.h"

namespace sigla {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::SizeIs;
using Download = SymbolCandidate::Download;
using Use = SymbolCandidate::Use;

constexpr char kAppId[] = "112233445566778899AABBCCDDEEFF001";

class SourceSymbolsTest : public testing::Test {
 protected:
  SourceSymbolsTest()
      : folder_(std::move(TempDirectory::create()).value()), fetcher_(options(folder_.path())) {
    source_.id = "local";
    source_.type = SourceType::kFilesystem;
    source_.folder = folder_.path();
    source_.layout = Layout::kNative;
    query_.debug_file = "App.pdb";
    query_.debug_identifier = kAppId;
    query_.debug_id = DebugId::parse(kAppId).value();
    query_.type = ModuleType::kPe;
  }
  static Fetcher::Options options(const fs::path& folder) {
    Fetcher::Options options;
    options.source_folders = {folder};
    return options;
  }
  void put(const std::string& path, std::string_view content) {
    const fs::path full = folder_.path() / path;
    fs::create_directories(full.parent_path());
    ASSERT_THAT(replace_file(full, as_bytes(content)), IsOk());
  }
  SymbolAnswer find() {
    SourceSymbols symbols(source_, fetcher_, files_);
    return SymbolFinder({&symbols}).find(query_, SymbolUse::kNames);
  }
  TempDirectory folder_;
  Fetcher fetcher_;
  SymbolFilesForTest files_;
  Source source_;
  ModuleQuery query_;
};

TEST_F(SourceSymbolsTest, TellsWhatItFoundAndWhatNot) {
  put(std::string("App.pdb/") + kAppId + "/App.sym",
      "MODULE windows x86 112233445566778899AABBCCDDEEFF001 App.pdb\nPUBLIC 1000 0 f\n");
  const SymbolAnswer answer = find();
  EXPECT_TRUE(answer.symcache);
  ASSERT_THAT(answer.candidates, SizeIs(4));
  EXPECT_EQ(answer.candidates[0].source, "local");
  EXPECT_EQ(answer.candidates[0].location,
            "file://" + (folder_.path() / "App.pdb" / kAppId / "App.sym").string());
  EXPECT_EQ(answer.candidates[0].download, Download::kOk);
  EXPECT_EQ(answer.candidates[0].names, Use::kGood);
  EXPECT_EQ(answer.candidates[1].download, Download::kMissing);
}

TEST_F(SourceSymbolsTest, TellsDamagedFiles) {
  put(std::string("App.pdb/") + kAppId + "/App.pdb", "not a PDB");
  const SymbolAnswer answer = find();
  EXPECT_FALSE(answer.symcache);
  EXPECT_TRUE(answer.has_unusable);
  ASSERT_THAT(answer.candidates, SizeIs(4));
  EXPECT_EQ(answer.candidates[1].download, Download::kMalformed);
}

TEST_F(SourceSymbolsTest, SaysThatItHasNothingToAskFor) {
  source_.path_patterns = {"*/other/*"};
  const SymbolAnswer answer = find();
  ASSERT_THAT(answer.candidates, SizeIs(1));
  EXPECT_EQ(answer.candidates[0].location, "No object files listed on this source");
  EXPECT_EQ(answer.candidates[0].download, Download::kMissing);
}

TEST_F(SourceSymbolsTest, SaysWhatIsWrongWithASource) {
  source_.problem = "unknown type 'ftp'";
  const SymbolAnswer answer = find();
  ASSERT_THAT(answer.candidates, SizeIs(1));
  EXPECT_EQ(answer.candidates[0].download, Download::kFailed);
  EXPECT_EQ(answer.candidates[0].details, "unknown type 'ftp'");
}

}  // namespace
}  // namespace sigla
