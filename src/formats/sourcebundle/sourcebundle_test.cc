// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "formats/sourcebundle/dump.h"
#include "formats/sourcebundle/identity.h"
#include "formats/sourcebundle/zip_directory.h"
#include "testing/bytes_builder.h"
#include "testing/fixture.h"
#include "testing/matchers.h"

namespace sigla::sourcebundle {
namespace {

const std::string kTestdata = "src/formats/sourcebundle/testdata/";

TEST(SourceBundleIdentity, ComesFromTheManifest) {
  for (const char* name : {"small.stored.src.zip",
                           "small.deflated.src.zip",
                           "small.shifted.src.zip",
                           "small.zip64.src.zip"}) {
    const Buffer file = read_fixture(kTestdata + name);
    EXPECT_TRUE(is_source_bundle(file));
    ASSERT_OK_AND_ASSIGN(const Identity identity, identify_source_bundle(file, "", Limits()));
    EXPECT_EQ(identity.format, Format::kSourceBundle) << name;
    EXPECT_EQ(identity.name, "app");
    EXPECT_EQ(identity.arch, Arch::kX86_64);
    EXPECT_EQ(identity.code_id.text(), "f1c3bcc0279865fe3058404b2831d9e64135386c");
    EXPECT_EQ(identity.debug_id->dashed(), "c0bcc3f1-9827-fe65-3058-404b2831d9e6");
    EXPECT_TRUE(identity.has_sources);
    EXPECT_FALSE(identity.has_debug_info);
  }
}

TEST(SourceBundleIdentity, SendersNameComesFirst) {
  const Buffer file = read_fixture(kTestdata + "small.stored.src.zip");
  ASSERT_OK_AND_ASSIGN(const Identity identity, identify_source_bundle(file, "a/b.zip", Limits()));
  EXPECT_EQ(identity.name, "b.zip");
}

TEST(SourceBundleIdentity, APlainZipIsNoBundle) {
  Buffer file = read_fixture(kTestdata + "small.stored.src.zip");
  file.erase(file.begin(), file.begin() + 8);
  EXPECT_FALSE(is_source_bundle(file));
  EXPECT_THAT(identify_source_bundle(file, "", Limits()), IsError(ErrorCode::kMalformed, "magic"));
}

TEST(SourceBundleIdentity, RejectsVersionsWeDoNotKnow) {
  Buffer file = read_fixture(kTestdata + "small.stored.src.zip");
  file[4] = 3;
  EXPECT_THAT(read_manifest(file, Limits()), IsError(ErrorCode::kUnsupported, "version 3"));
}

TEST(SourceBundleIdentity, RejectsEveryTruncation) {
  for (const char* name : {"small.deflated.src.zip", "small.zip64.src.zip"}) {
    const Buffer file = read_fixture(kTestdata + name);
    for_every_prefix(file, 1, [](Bytes prefix) {
      EXPECT_THAT(identify_source_bundle(prefix, "", Limits()), IsError(ErrorCode::kMalformed, ""));
    });
  }
}

TEST(SourceBundleIdentity, EveryByteMayBeWrong) {
  const Buffer good = read_fixture(kTestdata + "small.deflated.src.zip");
  for (std::size_t i = 0; i < good.size(); ++i) {
    for (const std::uint8_t value : {std::uint8_t{0}, std::uint8_t{1}, std::uint8_t{0xff}}) {
      Buffer file = good;
      file[i] = value;
      const auto manifest = read_manifest(file, Limits());
      if (manifest.has_value()) {
        EXPECT_LE(manifest->files.size(), good.size());
      }
    }
  }
}

TEST(SourceBundleIdentity, StopsAtTheLimits) {
  const Buffer file = read_fixture(kTestdata + "small.deflated.src.zip");
  Limits limits;
  limits.manifest_size_max = 10;
  EXPECT_THAT(read_manifest(file, limits), IsError(ErrorCode::kLimitExceeded, "more than 10"));
  limits = Limits();
  limits.entry_count_max = 1;
  EXPECT_THAT(read_manifest(file, limits), IsError(ErrorCode::kLimitExceeded, "1 entries"));
  limits = Limits();
  limits.entry_name_size_max = 3;
  EXPECT_THAT(read_manifest(file, limits), IsError(ErrorCode::kLimitExceeded, "name"));
}

TEST(ZipDirectory, ReadsEveryEntry) {
  const Buffer file = read_fixture(kTestdata + "small.deflated.src.zip");
  ASSERT_OK_AND_ASSIGN(const auto entries, read_zip_directory(file, Limits()));
  ASSERT_EQ(entries.size(), 2U);
  EXPECT_EQ(entries[0].name, "files/src/main.c");
  ASSERT_OK_AND_ASSIGN(const Buffer source, read_zip_entry(file, entries[0], 1000, Limits()));
  EXPECT_EQ(as_text(source), "int main(void) { return 0; }\n");
}

TEST(Manifest, TakesWhatItKnowsAndPassesOverTheRest) {
  ASSERT_OK_AND_ASSIGN(const Manifest manifest,
                       parse_manifest(as_bytes(R"({"x":[1],"arch":5,"files":{"a":{"type":"source"},
                                                   "b":7,"c":{"type":"source_map","path":"/c"}}})"),
                                      Limits()));
  EXPECT_EQ(manifest.arch, "");
  ASSERT_EQ(manifest.files.size(), 2U);
  EXPECT_EQ(manifest.files[0].entry, "a");
  EXPECT_EQ(manifest.files[1].path, "/c");
}

TEST(Manifest, RejectsWhatIsNoObject) {
  EXPECT_THAT(parse_manifest(as_bytes("[]"), Limits()), IsError(ErrorCode::kMalformed, "object"));
  EXPECT_THAT(parse_manifest(as_bytes("{} x"), Limits()), IsError(ErrorCode::kMalformed, "after"));
  EXPECT_THAT(parse_manifest(as_bytes("{\"files\":{"), Limits()),
              IsError(ErrorCode::kMalformed, "incomplete"));
  const std::string deep(1000, '[');
  EXPECT_THAT(parse_manifest(as_bytes(deep), Limits()), IsError(ErrorCode::kMalformed, "deep"));
}

TEST(SourceBundleDump, IsStable) {
  const std::string name = "small.deflated.src.zip";
  const Buffer file = read_fixture(kTestdata + name);
  ASSERT_OK_AND_ASSIGN(const std::string text, dump(file, Limits()));
  expect_golden(kTestdata + name + ".golden.txt", text);
}

}  // namespace
}  // namespace sigla::sourcebundle
