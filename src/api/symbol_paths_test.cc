// SPDX-License-Identifier: Apache-2.0
#include "api/symbol_paths.h"

#include <gmock/gmock.h>

#include "api/api_testing.h"
#include "api/debuginfod.h"
#include "base/text.h"
#include "codec/decoder.h"
#include "codec/stream.h"
#include "ident/lookup_keys.h"
#include "testing/fixture.h"
#include "testing/matchers.h"

namespace sigla::api {
namespace {

using testing::HasSubstr;
using testing::Optional;

constexpr std::string_view kGuid = "497b72f6390a44fc878e5a2d63b6cc4b";
constexpr std::string_view kBuildId = "180a373d6afbabf0eb1f09be1bc45bd796a71085";

class DownloadTest : public ApiTest {
 protected:
  DownloadTest()
      : cache_directory_(TempDirectory::create().value()),
        cache_({.directory = cache_directory_.path()}),
        downloads_(services_, cache_) {
    add_symbol_path_routes(router_, services_, downloads_);
    add_debuginfod_routes(router_, services_, downloads_);
    Identity pdb;
    pdb.format = Format::kPdb;
    pdb.kind = ObjectKind::kDebug;
    pdb.name = "Engine.pdb";
    pdb.debug_id = DebugId::parse(fmt::format("{}1", kGuid)).value();
    pdb_ = store_object(pdb_content_, pdb, lookup_keys(pdb));
    Identity elf;
    elf.format = Format::kElf;
    elf.kind = ObjectKind::kLibrary;
    elf.name = "libengine.so";
    elf.code_id = CodeId(kBuildId);
    elf.has_debug_info = true;
    store_object("elf content", elf, lookup_keys(elf));
    Identity sym;
    sym.format = Format::kBreakpad;
    sym.name = "xul.pdb";
    sym.debug_id = pdb.debug_id;
    sym.code_id = CodeId("652DE0ED706D000");
    store_object("MODULE windows", sym, lookup_keys(sym));
  }
  http::Response get(std::string target, http::Headers headers = {}) {
    return send(router_, request("GET", std::move(target), std::move(headers)));
  }

  std::string pdb_content_ = std::string(10'000, 'p') + "the end";
  TempDirectory cache_directory_;
  FileCache cache_;
  Downloads downloads_;
  http::Router router_;
  StoredObject pdb_;
};

TEST_F(DownloadTest, AnswersEverySpellingOfAKey) {
  const std::string spellings[] = {
      fmt::format("/symbols/engine.pdb/{}1/engine.pdb", kGuid),
      fmt::format("/symbols/Engine.PDB/{}1/ENGINE.pdb", upper(kGuid)),
      fmt::format("/SYMBOLS/engine.pdb/{}1/engine.pdb", kGuid),
      fmt::format("/symbols/en/engine.pdb/{}1/engine.pdb", kGuid),
      fmt::format("/symbols/engine.pdb%2F{}1%2Fengine.pdb", kGuid),
      fmt::format("/symbols/engine.pdb/{}01/engine.pdb", kGuid),
      fmt::format("/p/default/symbols/engine.pdb/{}1/engine.pdb", kGuid),
  };
  for (const std::string& path : spellings) {
    for (int i = 0; i < 2; ++i) {  // the second time from memory
      const http::Response response = get(path);
      EXPECT_EQ(response.status, 200) << path;
      EXPECT_EQ(text_of(response), pdb_content_);
      EXPECT_THAT(response.header("ETag"), Optional(fmt::format("\"{}\"", pdb_.blob.hex())));
    }
  }
}

TEST_F(DownloadTest, AnswersAMissWith404AndNothingElse) {
  for (const std::string& path :
       {fmt::format("/symbols/other.pdb/{}1/other.pdb", kGuid),
        fmt::format("/symbols/engine.pdb/{}2/engine.pdb", kGuid),
        std::string("/symbols/engine.pdb/file.ptr"),
        fmt::format("/symbols/engine.pdb/{}1/file.ptr", kGuid),
        std::string("/symbols/../../etc/passwd"),
        std::string("/symbols/%00"),
        std::string("/symbols/a/b/c/d/e/f"),
        fmt::format("/p/nowhere/symbols/engine.pdb/{}1/engine.pdb", kGuid)}) {
    if (path.find("%00") != std::string::npos) continue;  // the server refuses those by itself
    EXPECT_EQ(get(path).status, 404) << path;
  }
  EXPECT_EQ(text_of(get("/symbols/x.pdb/file.ptr")), "Symbol Not Found\n");
}

TEST_F(DownloadTest, OffersTheTwoTierLayout) {
  EXPECT_EQ(get("/symbols/index2.txt").status, 200);
  EXPECT_EQ(get("/symbols/pingme.txt").status, 200);
}

TEST_F(DownloadTest, KeepsAPrivateProjectPrivate) {
  const std::string path = fmt::format("/symbols/engine.pdb/{}1/engine.pdb", kGuid);
  const std::string reader = make_token("secret", {Capability::kSymbolGet});
  const std::string writer = make_token("secret", {Capability::kSymbolPost});
  EXPECT_EQ(get("/p/secret" + path).status, 401);
  EXPECT_EQ(get("/p/secret" + path, bearer(writer)).status, 401);
  EXPECT_EQ(get("/p/secret" + path, bearer(reader)).status, 404);
  EXPECT_EQ(get("/t/" + reader + path).status, 404);
  EXPECT_EQ(get("/t/" + writer + path).status, 401);
  EXPECT_EQ(get("/t/nonsense" + path).status, 401);
  const std::string own = make_token("default", {Capability::kSymbolGet});
  EXPECT_EQ(get("/t/" + own + path).status, 200);
}

// Larger ones go out by sendfile.
TEST_F(DownloadTest, HoldsSmallFilesInMemory) {
  for (const std::size_t size :
       {std::size_t{1}, std::size_t{16} << 10, (std::size_t{16} << 10) + 1}) {
    Identity sym;
    sym.format = Format::kBreakpad;
    sym.name = fmt::format("s{}", size);
    sym.debug_id = pdb_.identity.debug_id;
    const std::string content = std::string(size - 1, 's') + "e";
    store_object(content, sym, lookup_keys(sym));
    for (int i = 0; i < 2; ++i) {
      const std::string path = fmt::format("/symbols/s{0}/{1}1/s{0}.sym", size, kGuid);
      const http::Response response = get(path);
      EXPECT_EQ(std::holds_alternative<http::FileBody>(response.body), size > 16U << 10U);
      EXPECT_EQ(text_of(response), content);
      EXPECT_EQ(text_of(get(path, {{"Range", "bytes=-1"}})), "e");
    }
  }
}

TEST_F(DownloadTest, TellsCachesWhenAProjectBecomesPrivate) {
  const std::string path = fmt::format("/symbols/engine.pdb/{}1/engine.pdb", kGuid);
  const auto cache_control = [&](const http::Headers& headers) {
    return std::string(get(path, headers).header("Cache-Control").value_or(""));
  };
  EXPECT_THAT(cache_control({}), HasSubstr("public"));
  ASSERT_OK_AND_ASSIGN(Project project, catalog_->find_project("default"));
  project.is_public = false;
  ASSERT_THAT(catalog_->update_project(project), IsOk());
  ASSERT_THAT(access_->reload(*catalog_), IsOk());
  const std::string reader = make_token("default", {Capability::kSymbolGet});
  EXPECT_EQ(get(path).status, 401);
  EXPECT_THAT(cache_control(bearer(reader)), HasSubstr("private"));
}

TEST_F(DownloadTest, SendsTheStoredFormToWhoTakesZstd) {
  const std::string path = fmt::format("/symbols/engine.pdb/{}1/engine.pdb", kGuid);
  const http::Response response = get(path, {{"Accept-Encoding", "gzip, zstd"}});
  EXPECT_THAT(response.header("Content-Encoding"), Optional(std::string_view("zstd")));
  EXPECT_THAT(response.header("ETag"), Optional(HasSubstr("-zstd")));
  const std::string packed = text_of(response);
  EXPECT_LT(packed.size(), pdb_content_.size());
  MemorySource source(as_bytes(packed));
  const Limits limits;
  const auto decoder = make_decoder(Codec::kZstd, source, limits);
  ASSERT_OK_AND_ASSIGN(const Buffer content, read_all(*decoder, 1U << 20));
  EXPECT_EQ(as_text(content), pdb_content_);
}

TEST_F(DownloadTest, PacksGzip) {
  const std::string path = fmt::format("/symbols/engine.pdb/{}1/engine.pdb", kGuid);
  const auto unpack = [](std::string_view packed) {
    MemorySource source(as_bytes(packed));
    const Limits limits;
    const auto decoder = make_decoder(Codec::kGzip, source, limits);
    return std::string(as_text(read_all(*decoder, 1U << 20).value()));
  };
  for (int i = 0; i < 2; ++i) {
    const http::Response response = get(path, {{"Accept-Encoding", "gzip"}});
    EXPECT_THAT(response.header("Content-Encoding"), Optional(std::string_view("gzip")));
    EXPECT_EQ(unpack(text_of(response)), pdb_content_);
  }
}

TEST_F(DownloadTest, StreamsALargeFileWhilePackingIt) {
  const std::string content(17U << 20, 'x');
  Identity elf;
  elf.format = Format::kElf;
  elf.kind = ObjectKind::kDebug;
  elf.name = "large.debug";
  elf.code_id = CodeId("abcdef0123456789");
  store_object(content, elf, lookup_keys(elf));
  const std::string path = "/buildid/abcdef0123456789/debuginfo";
  const auto drain = [](const http::Response& response) {
    const auto* body = std::get_if<http::StreamBody>(&response.body);
    std::string text;
    Buffer piece(1U << 20);
    while (body != nullptr) {
      const auto size = body->stream->read(piece);
      if (!size.has_value() || *size == 0) break;
      text += as_text(Bytes(piece).first(*size));
    }
    return text;
  };
  const http::Response packed = get(path, {{"Accept-Encoding", "gzip"}});
  EXPECT_THAT(packed.header("Content-Encoding"), Optional(std::string_view("gzip")));
  EXPECT_LT(drain(packed).size(), 1U << 20);
  const http::Response part = get(path, {{"Range", "bytes=-5"}});
  EXPECT_EQ(part.status, 206);
}

TEST_F(DownloadTest, AnswersARangeWithPlainBytes) {
  const std::string path = fmt::format("/symbols/engine.pdb/{}1/engine.pdb", kGuid);
  for (int i = 0; i < 2; ++i) {
    const http::Response response =
        get(path, {{"Accept-Encoding", "gzip, zstd"}, {"Range", "bytes=-3"}});
    EXPECT_EQ(response.status, 206);
    EXPECT_EQ(response.header("Content-Encoding"), std::nullopt);
    EXPECT_EQ(text_of(response), "end");
  }
}

TEST_F(DownloadTest, SaysNotModifiedToWhoHasTheFile) {
  const std::string path = fmt::format("/symbols/engine.pdb/{}1/engine.pdb", kGuid);
  const std::string etag(*get(path).header("ETag"));
  EXPECT_EQ(get(path, {{"If-None-Match", etag}}).status, 304);
  EXPECT_EQ(get(path, {{"If-None-Match", "\"other\""}}).status, 200);
}

TEST_F(DownloadTest, PacksACabinetForCompressedNames) {
  const std::string path = fmt::format("/symbols/engine.pdb/{}1/engine.pd_", kGuid);
  for (int i = 0; i < 2; ++i) {
    const http::Response response = get(path);
    ASSERT_EQ(response.status, 200);
    const std::string cab = text_of(response);
    EXPECT_TRUE(cab.starts_with("MSCF"));
    EXPECT_THAT(cab, HasSubstr("engine.pdb"));
    EXPECT_LT(cab.size(), 1'000u);
  }
  EXPECT_EQ(get(fmt::format("/symbols/engine.pdb/{}2/engine.pd_", kGuid)).status, 404);
}

TEST_F(DownloadTest, RedirectsACodeIdToTheDebugId) {
  const http::Response response = get("/symbols/xul.dll/652DE0ED706D000/xul.sym?code_file=xul.dll");
  EXPECT_EQ(response.status, 302);
  EXPECT_THAT(
      response.header("Location"),
      Optional(fmt::format("/symbols/xul.pdb/{}1/xul.sym?code_file=xul.dll", upper(kGuid))));
  EXPECT_EQ(get(std::string(*response.header("Location"))).status, 200);
  const http::Response by_project = get("/p/default/symbols/xul.dll/652DE0ED706D000/xul.sym");
  EXPECT_THAT(by_project.header("Location"), Optional(HasSubstr("/p/default/symbols/xul.pdb/")));
  EXPECT_EQ(get("/symbols/xul.dll/652DE0ED706D001/xul.sym").status, 404);
}

TEST_F(DownloadTest, SpeaksDebuginfod) {
  for (const char* kind : {"debuginfo", "executable"}) {
    for (const std::string& id : {std::string(kBuildId), upper(kBuildId)}) {
      for (int i = 0; i < 2; ++i) {
        const http::Response response = get(fmt::format("/buildid/{}/{}", id, kind));
        EXPECT_EQ(response.status, 200);
        EXPECT_EQ(text_of(response), "elf content");
        EXPECT_THAT(response.header("X-DEBUGINFOD-SIZE"), Optional(std::string_view("11")));
      }
    }
  }
  EXPECT_EQ(get(fmt::format("/buildid/{}/source/etc/passwd", kBuildId)).status, 404);
  EXPECT_EQ(get(fmt::format("/buildid/{}/section/.text", kBuildId)).status, 404);
  EXPECT_EQ(get("/buildid/abcdef/debuginfo").status, 404);
  EXPECT_EQ(get("/buildid/nonsense/debuginfo").status, 404);
}

TEST_F(DownloadTest, ServesSectionsAndSourcesToDebuginfodClients) {
  constexpr std::string_view kId = "f1c3bcc0279865fe3058404b2831d9e64135386c";
  Identity identity;
  identity.format = Format::kElf;
  identity.kind = ObjectKind::kDebug;
  identity.name = "libsmall.so";
  identity.code_id = CodeId(kId);
  identity.has_debug_info = true;
  const Buffer debug = read_fixture("src/formats/elf/testdata/libsmall.so.debug");
  store_object(as_text(debug), identity, lookup_keys(identity));
  identity.kind = ObjectKind::kLibrary;
  identity.has_debug_info = false;
  const Buffer library = read_fixture("src/formats/elf/testdata/libsmall.stripped.so");
  store_object(as_text(library), identity, lookup_keys(identity));
  identity.format = Format::kSourceBundle;
  const Buffer bundle = read_fixture("src/formats/sourcebundle/testdata/small.deflated.src.zip");
  store_object(as_text(bundle), identity, lookup_keys(identity));

  const auto path = [&](std::string_view rest) { return fmt::format("/buildid/{}/{}", kId, rest); };
  for (int i = 0; i < 2; ++i) {
    const http::Response section = get(path("section/.debug_info"));
    EXPECT_EQ(section.status, 200);
    EXPECT_EQ(section.header("X-DEBUGINFOD-SIZE"), std::to_string(text_of(section).size()));
    EXPECT_EQ(get(path("section/.text")).status, 200) << "in the library only";
    const http::Response source = get(path("source/src/main.c"));
    EXPECT_EQ(text_of(source), "int main(void) { return 0; }\n");
  }
  EXPECT_EQ(get(path("source/src/other.c")).status, 404);
  EXPECT_EQ(get(path("source/../../etc/passwd")).status, 404);
  EXPECT_EQ(get(path("section/.nothing")).status, 404);
}

TEST_F(DownloadTest, HonoursTheSizeADebuginfodClientTakes) {
  const std::string path = fmt::format("/buildid/{}/debuginfo", kBuildId);
  EXPECT_EQ(get(path, {{"X-DEBUGINFOD-MAXSIZE", "10"}}).status, 406);
  EXPECT_EQ(get(path, {{"X-DEBUGINFOD-MAXSIZE", "11"}}).status, 200);
  EXPECT_EQ(get(path, {{"X-DEBUGINFOD-MAXSIZE", "10"}}).status, 406);
}

TEST_F(DownloadTest, ServesTheNewerFileAfterAnUpload) {
  const std::string path = fmt::format("/symbols/engine.pdb/{}1/engine.pdb", kGuid);
  ASSERT_EQ(text_of(get(path)), pdb_content_);
  store_object("newer", pdb_.identity, pdb_.keys);
  EXPECT_EQ(text_of(get(path)), "newer");
}

}  // namespace
}  // namespace sigla::api
