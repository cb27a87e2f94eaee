// SPDX-License-Identifier: Apache-2.0
// Search, existence and upload history, through their routes.
#include "api/symbol_api.h"

#include <gmock/gmock.h>

#include "api/api_testing.h"
#include "api/history_api.h"
#include "testing/matchers.h"

namespace sigla::api {
namespace {

using testing::HasSubstr;

class SymbolApiTest : public ApiTest {
 protected:
  SymbolApiTest() {
    add_symbol_routes(router_, services_);
    add_history_routes(router_, services_);
    Identity identity;
    identity.format = Format::kPdb;
    identity.name = "engine.pdb";
    identity.debug_id = DebugId::parse("497b72f6-390a-44fc-878e-5a2d63b6cc4b-1").value();
    object_ = store_object("content", identity, {"engine.pdb/1/engine.pdb"}, "v1");
  }
  std::string get(std::string target) {
    return text_of(send(router_, request("GET", std::move(target))));
  }
  http::Response post(std::string target, std::string body, http::Headers headers = {}) {
    http::Request r = request("POST", std::move(target), std::move(headers));
    r.body = std::move(body);
    return send(router_, r);
  }
  http::Router router_;
  StoredObject object_;
};

TEST_F(SymbolApiTest, FindsBySomePartOfANameOrId) {
  EXPECT_THAT(get("/api/v1/projects/default/symbols?q=ngin"), HasSubstr(object_.blob.hex()));
  EXPECT_THAT(get("/api/v1/projects/default/symbols?q=497B72F6"), HasSubstr("engine.pdb"));
  EXPECT_EQ(get("/api/v1/projects/default/symbols?q=nothing"), R"({"symbols":[]})");
  EXPECT_THAT(get("/api/v1/projects/nowhere/symbols?q=ngin"), HasSubstr("no project 'nowhere'"));
  EXPECT_THAT(get("/api/v1/projects/secret/symbols?q=ngin"), HasSubstr("no token given"));
}

TEST_F(SymbolApiTest, SaysWhatIsKnown) {
  const std::string unknown(64, '0');
  const http::Response response = post(
      "/api/v1/projects/default/symbols/exists",
      fmt::format(R"({{"sha256":["{}","{}"],"debug_ids":["497B72F6390A44FC878E5A2D63B6CC4B1"]}})",
                  object_.blob.hex(),
                  unknown));
  EXPECT_EQ(
      text_of(response),
      fmt::format(R"({{"sha256":["{}"],"debug_ids":["497b72f6-390a-44fc-878e-5a2d63b6cc4b-1"]}})",
                  object_.blob.hex()));
  EXPECT_EQ(post("/api/v1/projects/default/symbols/exists", R"({"sha256":["xyz"]})").status, 400);
}

TEST_F(SymbolApiTest, LetsAnUploaderAskAboutAPrivateProject) {
  const std::string writer = make_token("secret", {Capability::kSymbolPost});
  EXPECT_EQ(
      post("/api/v1/projects/secret/symbols/exists", R"({"sha256":[]})", bearer(writer)).status,
      200);
  EXPECT_EQ(post("/api/v1/projects/secret/symbols/exists", R"({"sha256":[]})").status, 401);
}

TEST_F(SymbolApiTest, PagesThroughTheHistory) {
  for (int i = 0; i < 3; ++i) {
    Identity identity;
    identity.format = Format::kElf;
    identity.name = fmt::format("lib{}.so", i);
    store_object(fmt::format("content {}", i), identity, {}, "v2");
  }
  const std::string page = get("/api/v1/projects/default/uploads?limit=2");
  EXPECT_THAT(page, HasSubstr(R"("next_before":3)"));
  EXPECT_THAT(get("/api/v1/projects/default/uploads?limit=2&before=3"), HasSubstr(R"("id":1,)"));
  EXPECT_THAT(get("/api/v1/projects/default/uploads?tag=v1"), HasSubstr(R"("tag":"v1")"));
  EXPECT_EQ(get("/api/v1/projects/default/uploads?tag=none"), R"({"uploads":[]})");
  EXPECT_THAT(get("/api/v1/projects/default/uploads?limit=x"),
              HasSubstr("limit: 'x' is no number"));
}

TEST_F(SymbolApiTest, ShowsOneUploadAndItsFiles) {
  EXPECT_THAT(get("/api/v1/projects/default/uploads/1"), HasSubstr(R"("tag":"v1")"));
  EXPECT_THAT(get("/api/v1/projects/default/uploads/1/entries"),
              HasSubstr(R"("path":"engine.pdb","size":7,"result":"stored","format":"pdb")"));
  EXPECT_THAT(get("/api/v1/projects/default/uploads/99"), HasSubstr("\"code\":404"));
  EXPECT_THAT(get("/api/v1/projects/default/uploads/x"), HasSubstr("no upload 'x'"));
}

}  // namespace
}  // namespace sigla::api
