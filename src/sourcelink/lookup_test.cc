// SPDX-License-Identifier: Apache-2.0
#include "sourcelink/lookup.h"

#include <gtest/gtest.h>

#include "codec/base64.h"
#include "codec/hash.h"

namespace sigla::sourcelink {
namespace {

constexpr std::string_view kText = "int a;\r\nint b;\r\n";

Buffer buffer_of(std::string_view text) { return Buffer(text.begin(), text.end()); }

SourceFile file_with_checksum() {
  const Sha256Digest digest = sha256(as_bytes(kText));
  return {"C:\\src\\a.c", Buffer(digest.begin(), digest.end()), false};
}

SourceFiles one_file() {
  SourceFiles sources;
  sources.files = {file_with_checksum(), {"C:\\src\\lib\\b.c", {}, true}};
  sources.source_link = R"({"documents":{"C:\\src\\*":"https://h/*"}})";
  return sources;
}

std::function<Result<Fetched>(const std::string&)> answer(std::string_view content,
                                                          std::string_view type = "text/plain") {
  return [=](const std::string& url) -> Result<Fetched> {
    return Fetched{buffer_of(content), std::string(type), url};
  };
}

TEST(FindSource, BelievesTheChecksumOnly) {
  SourcePlaces places;
  places.fetch = answer(kText);
  const auto search = find_source(one_file(), "c:/SRC/a.c", places);
  ASSERT_TRUE(search.found);
  EXPECT_EQ(as_text(search.found->content), kText);
  EXPECT_EQ(search.found->origin, SourceOrigin::kSourceLink);
  EXPECT_EQ(search.found->url, "https://h/a.c");
  EXPECT_TRUE(search.found->is_verified);

  places.fetch = answer("<!DOCTYPE html><title>Sign in</title>", "text/html; charset=utf-8");
  const auto login = find_source(one_file(), "a.c", places);
  EXPECT_FALSE(login.found);
  EXPECT_EQ(login.worst, ErrorCode::kNotFound);
  ASSERT_FALSE(login.tried.empty());
  EXPECT_NE(login.tried.back().find("bytes of text/html; charset=utf-8, whose SHA-256 is not that"),
            std::string::npos)
      << login.tried.back();
  EXPECT_TRUE(login.tried.back().ends_with("it looks like a log-in page"));
}

TEST(FindSource, KnowsTheLongerHashes) {
  const auto sha384_digest = sha384(as_bytes(kText));
  const auto sha512_digest = sha512(as_bytes(kText));
  for (const Bytes checksum : {Bytes(sha384_digest), Bytes(sha512_digest)}) {
    SourceFiles sources = one_file();
    sources.files[0].checksum.assign(checksum.begin(), checksum.end());
    SourcePlaces places;
    places.fetch = answer(kText);
    const auto right = find_source(sources, "a.c", places);
    ASSERT_TRUE(right.found);
    EXPECT_TRUE(right.found->is_verified);
    places.fetch = answer("int c;\n");
    EXPECT_FALSE(find_source(sources, "a.c", places).found);
  }
}

TEST(FindSource, AcceptsOtherFormsOfTheSameContent) {
  SourcePlaces places;
  places.fetch = answer("int a;\nint b;\n");
  EXPECT_EQ(as_text(find_source(one_file(), "a.c", places).found->content), kText);
  const std::string encoded = base64_encode(as_bytes(kText));
  places.fetch = answer(encoded);
  EXPECT_EQ(as_text(find_source(one_file(), "a.c", places).found->content), kText);
}

TEST(FindSource, TakesWhatIsHereBeforeWhatIsFetched) {
  SourcePlaces places;
  places.embedded = [](const std::string& path) -> Result<Buffer> { return buffer_of(path); };
  places.fetch = answer("no");
  const auto search = find_source(one_file(), "lib/b.c", places);
  EXPECT_EQ(search.found->origin, SourceOrigin::kEmbedded);
  EXPECT_EQ(as_text(search.found->content), "C:\\src\\lib\\b.c");
}

TEST(FindSource, GoesOnToWhatIsKeptAndToTheTag) {
  SourcePlaces places;
  places.kept = [](const SourceFile& file) -> Result<Buffer> {
    if (file.checksum.size() == 32) return buffer_of(kText);
    return make_error(ErrorCode::kNotFound, "no {}", file.path);
  };
  EXPECT_EQ(find_source(one_file(), "a.c", places).found->origin, SourceOrigin::kKept);
  places.kept = {};
  places.tag_url = "https://tag/*?x";
  places.fetch = [](const std::string& url) -> Result<Fetched> {
    if (!url.starts_with("https://tag/")) return make_error(ErrorCode::kNotFound, "none");
    return Fetched{buffer_of(kText), "", url};
  };
  const auto search = find_source(one_file(), "a.c", places);
  EXPECT_EQ(search.found->url, "https://tag/c%3A/src/a.c?x");
  EXPECT_EQ(find_source(one_file(), "other.c", places).found->is_verified, false);
}

TEST(FindSource, NeverRunsACommand) {
  SourceFiles sources = one_file();
  sources.source_link.clear();
  sources.srcsrv =
      "SRCSRV: variables\nSRCSRVTRG=%targ%\\x\nSRCSRVCMD=rm -rf /\n"
      "SRCSRV: source files\nC:\\src\\a.c*1\n";
  const auto search = find_source(sources, "a.c", {});
  EXPECT_FALSE(search.found);
  EXPECT_EQ(search.tried.back(), "srcsrv: a command, which is not run: rm -rf /");
}

TEST(FindSourceFile, WantsOneThatIsMeant) {
  SourceFiles sources;
  sources.files = {{"/a/x.c", {}, false}, {"/b/x.c", {}, false}, {"/b/y.c", {}, false}};
  EXPECT_EQ(find_source_file(sources, "/B/X.c"), &sources.files[1]);
  EXPECT_EQ(find_source_file(sources, "y.c"), &sources.files[2]);
  sources.files.push_back({"C:\\w.c", {}, false});
  EXPECT_EQ(find_source_file(sources, "/c:/w.c"), &sources.files[3]);
  EXPECT_EQ(find_source_file(sources, "x.c"), nullptr);
  EXPECT_EQ(find_source_file(sources, "z.c"), nullptr);
}

TEST(VerifySource, WithoutAChecksumRefusesPages) {
  const SourceFile file{"/a.c", {}, false};
  EXPECT_FALSE(verify_source(file, {buffer_of("\n <HTML>"), "", "https://h"}).has_value());
  EXPECT_TRUE(verify_source(file, {buffer_of("int a;"), "", "https://h"}).has_value());
  const SourceFile page{"/a.html", {}, false};
  EXPECT_TRUE(verify_source(page, {buffer_of("<html>"), "text/html", "https://h"}).has_value());
}

}  // namespace
}  // namespace sigla::sourcelink
