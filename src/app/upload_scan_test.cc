// SPDX-License-Identifier: Apache-2.0
#include "app/upload_scan.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "app/tar_builder.h"
#include "codec/encoder.h"
#include "testing/matchers.h"

namespace sigla::app {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

// The start of a little-endian ELF64 file of this e_type.
std::string elf(char type) {
  std::string file(
      "\x7f"
      "ELF\2\1\1",
      7);
  file.resize(16, '\0');
  file += type;
  file.resize(64, '\0');
  return file;
}

class UploadScanTest : public testing::Test {
 protected:
  UploadScanTest() : folder_(TempDirectory::create().value()) {}

  std::string write(const std::string& name, std::string_view content) {
    const std::filesystem::path path = folder_.path() / name;
    EXPECT_THAT(sigla::create_directories(path.parent_path()), IsOk());
    EXPECT_THAT(replace_file(path, as_bytes(content)), IsOk());
    return path.string();
  }
  ScanResult scan(const std::string& below = "") {
    return scan_for_upload({(folder_.path() / below).string()},
                           [this](const File&, const std::string&) { return has_id_; });
  }
  static std::vector<std::string> names(const ScanResult& result) {
    std::vector<std::string> names;
    for (const FoundFile& file : result.files) names.push_back(file.name);
    return names;
  }

  TempDirectory folder_;
  bool has_id_ = false;
};

TEST_F(UploadScanTest, FindsByContentWhateverTheName) {
  write("b/deep/er/x.txt", "MODULE windows x86 0 x\n");
  write("a.sym", "nothing of the kind");
  write("empty", "");
  write("prog", elf(2));
  const ScanResult result = scan();
  EXPECT_THAT(names(result), ElementsAre("prog", "b/deep/er/x.txt"));
  EXPECT_EQ(result.ignored_count, 2U);
  EXPECT_THAT(result.refused, IsEmpty());
}

TEST_F(UploadScanTest, FollowsLinksToFilesAndNoLoops) {
  const std::string file = write("a/x.sym", "MODULE x\n");
  std::filesystem::create_symlink(folder_.path(), folder_.path() / "a" / "up");
  std::filesystem::create_symlink(file, folder_.path() / "again");
  std::filesystem::create_symlink("nowhere", folder_.path() / "broken");
  TempDirectory outside = TempDirectory::create().value();
  ASSERT_THAT(replace_file(outside.path() / "y.sym", as_bytes("MODULE y\n")), IsOk());
  std::filesystem::create_symlink(outside.path() / "y.sym", folder_.path() / "y");
  std::filesystem::create_symlink(outside.path(), folder_.path() / "z");
  EXPECT_THAT(names(scan()), ElementsAre("again", "y"));
  EXPECT_THAT(names(scan("z")), ElementsAre("y.sym"));
}

TEST_F(UploadScanTest, WhatIsNamedMustBeOfUse) {
  write("notes", "text");
  write("crash.dmp", "MDMP0000");
  EXPECT_THAT(scan("notes").refused[0].reason, HasSubstr("not a symbol file"));
  EXPECT_THAT(scan("crash.dmp").refused[0].reason, HasSubstr("crash dump"));
  EXPECT_THAT(scan("gone").refused[0].reason, HasSubstr("No such file"));
  EXPECT_EQ(scan().ignored_count, 2U);
}

TEST_F(UploadScanTest, ObjectFilesNeedAnIdUnlessTheyAreNamed) {
  write("x.o", elf(1));
  EXPECT_THAT(scan().files, IsEmpty());
  EXPECT_THAT(scan("x.o").files, SizeIs(1));
  has_id_ = true;
  EXPECT_THAT(scan().files, SizeIs(1));
}

TEST_F(UploadScanTest, LooksIntoCompressedFilesAndTakesArchives) {
  const auto packed = [](std::string_view text) {
    return std::string(as_text(encode(Codec::kGzip, as_bytes(text))));
  };
  TarBuilder builder;
  builder.add("x", as_bytes("MODULE x\n"));
  const std::string tar = std::move(builder).take();
  write("a.gz", packed("MODULE x\n"));
  write("b.gz", packed("a log"));
  write("c.tar", tar);
  write("d.tgz", packed(tar));
  write("e.a", "!<arch>\n/               0");
  write("f.deb", "!<arch>\ndebian-binary   0");
  const ScanResult result = scan();
  EXPECT_THAT(names(result), ElementsAre("a.gz", "c.tar", "d.tgz", "f.deb"));
  for (const FoundFile& file : result.files) EXPECT_TRUE(file.is_packed) << file.name;
  EXPECT_EQ(result.ignored_count, 2U);
}

TEST(IsSourceName, KnowsCompiledLanguages) {
  for (const char* name : {"a.c", "dir.d/Main.CS", "C:\\x\\y.HPP", "a.b.inl", "s.S"}) {
    EXPECT_TRUE(is_source_name(name)) << name;
  }
  for (const char* name : {"", ".c", "c", "a.", "a.txt", "a.c d", "Makefile", "a.obj"}) {
    EXPECT_FALSE(is_source_name(name)) << name;
  }
}

}  // namespace
}  // namespace sigla::app
