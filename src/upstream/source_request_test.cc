// SPDX-License-Identifier: Apache-2.0
#include "upstream/source_request.h"

#include <gmock/gmock.h>

namespace sigla {
namespace {

using testing::Contains;
using testing::Pair;

Location at(std::string path) {
  Location location;
  location.path = std::move(path);
  return location;
}

TEST(SourceRequest, PutsPathsBelowUrls) {
  Source source;
  source.url = "https://a.example/sym?sig=x";
  source.headers = {{"Authorization", "Basic eA=="}};
  Location location = at("c++.pdb/A B/c.pdb");
  location.checksum = "SHA256:ab";
  const auto request = source_request(source, location, Ask::kWhetherThere, "");
  EXPECT_EQ(request.method, "HEAD");
  EXPECT_EQ(request.url, "https://a.example/sym/c%2B%2B.pdb/A%20B/c.pdb?sig=x");
  EXPECT_THAT(request.headers, Contains(Pair("Authorization", "Basic eA==")));
  EXPECT_THAT(request.headers, Contains(Pair("SymbolChecksum", "SHA256:ab")));
}

TEST(SourceRequest, AsksGoogleForMetadataAndContent) {
  Source source;
  source.type = SourceType::kGcs;
  source.bucket = "my-symbols";
  source.prefix = "win";
  EXPECT_EQ(source_request(source, at("a/b"), Ask::kWhetherThere, "https://g.example").url,
            "https://g.example/storage/v1/b/my-symbols/o/win%2Fa%2Fb");
  EXPECT_EQ(source_request(source, at("a/b"), Ask::kContent, "https://g.example").url,
            "https://g.example/download/storage/v1/b/my-symbols/o/win%2Fa%2Fb?alt=media");
  EXPECT_EQ(describe(source, at("a/b")), "gs://my-symbols/win/a/b");
}

TEST(SourceRequest, AsksSentryByIds) {
  Source source;
  source.type = SourceType::kSentry;
  source.url = "https://s.example/files/dsyms/";
  source.bearer_token = "t";
  WantedModule wanted;
  WantedFile file;
  file.type = WantedType::kElfDebug;
  file.debug_id = DebugId::parse("497b72f6390a44fc878e5a2d63b6cc4b0").value();
  file.code_id = CodeId("f6727b49");
  wanted.files = {file};
  EXPECT_EQ(sentry_query(source, wanted).url,
            "https://s.example/files/dsyms/?file_formats=elf"
            "&debug_id=497b72f6-390a-44fc-878e-5a2d63b6cc4b&code_id=f6727b49");
  const auto request = source_request(source, at("17"), Ask::kContent, "");
  EXPECT_EQ(request.url, "https://s.example/files/dsyms/?id=17");
  EXPECT_THAT(request.headers, Contains(Pair("Authorization", "Bearer t")));
}

TEST(KeyOf, DependsOnWhatTheAskerMaySee) {
  Source source;
  source.url = "https://a.example";
  const std::string open = key_of(source, at("x"));
  EXPECT_EQ(open.size(), 64U);
  EXPECT_NE(key_of(source, at("y")), open);
  source.headers = {{"Authorization", "Basic eA=="}};
  const std::string secret = key_of(source, at("x"));
  EXPECT_NE(secret, open);
  source.scope = "project";
  EXPECT_NE(key_of(source, at("x")), secret);
  source.is_public = true;
  EXPECT_EQ(key_of(source, at("x")), secret);
}

}  // namespace
}  // namespace sigla
