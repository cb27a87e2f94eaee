// SPDX-License-Identifier: Apache-2.0
// Projects and tokens, through their routes.
#include <gmock/gmock.h>

#include "api/api_testing.h"
#include "api/project_api.h"
#include "api/token_api.h"
#include "testing/matchers.h"

namespace sigla::api {
namespace {

using testing::HasSubstr;

class AdminApiTest : public ApiTest {
 protected:
  AdminApiTest() {
    add_project_routes(router_, services_);
    add_token_routes(router_, services_);
  }
  http::Response post(std::string target, std::string body, const std::string& secret) {
    http::Request r = request("POST", std::move(target), bearer(secret));
    r.body = std::move(body);
    return send(router_, r);
  }
  http::Router router_;
};

TEST_F(AdminApiTest, MakesAndListsProjects) {
  EXPECT_EQ(post("/api/v1/projects", R"({"name":"engine","public":false})", admin_).status, 201);
  const http::Response again = post("/api/v1/projects", R"({"name":"Engine"})", admin_);
  EXPECT_EQ(again.status, 409);
  EXPECT_EQ(text_of(again), R"({"error":{"code":409,"message":"project 'Engine' exists"}})");
  const http::Response list = send(router_, request("GET", "/api/v1/projects", bearer(admin_)));
  EXPECT_THAT(text_of(list), HasSubstr(R"({"name":"engine","public":false,)"));
}

TEST_F(AdminApiTest, OpensAProject) {
  http::Request r = request("PUT", "/api/v1/projects/secret", bearer(admin_));
  r.body = R"({"public":true})";
  EXPECT_EQ(send(router_, r).status, 200);
  EXPECT_TRUE(access_->find_project("secret")->is_public);
}

TEST_F(AdminApiTest, HidesAPrivateProject) {
  EXPECT_EQ(send(router_, request("GET", "/api/v1/projects/default")).status, 200);
  EXPECT_EQ(send(router_, request("GET", "/api/v1/projects/secret")).status, 401);
  const std::string reader = make_token("secret", {Capability::kSymbolGet});
  EXPECT_EQ(send(router_, request("GET", "/api/v1/projects/secret", bearer(reader))).status, 200);
}

TEST_F(AdminApiTest, RefusesProjectNamesThatWouldNotFitAUrl) {
  for (const char* name : {"", "a/b", "..", ".hidden", "a b", "\xc3\xa9"}) {
    const http::Response response =
        post("/api/v1/projects", fmt::format(R"({{"name":"{}"}})", name), admin_);
    EXPECT_EQ(response.status, 400) << name;
  }
}

TEST_F(AdminApiTest, IsForAdministratorsOnly) {
  const std::string writer = make_token("default", {Capability::kSymbolPost});
  EXPECT_EQ(post("/api/v1/projects", R"({"name":"x"})", "").status, 401);
  EXPECT_EQ(post("/api/v1/projects", R"({"name":"x"})", writer).status, 403);
  EXPECT_EQ(send(router_, request("GET", "/api/v1/tokens", bearer(writer))).status, 403);
  const std::string bound = make_token("default", {Capability::kAdmin});
  EXPECT_EQ(post("/api/v1/projects", R"({"name":"x"})", bound).status, 403);
}

TEST_F(AdminApiTest, ShowsATokenOnce) {
  const http::Response made = post(
      "/api/v1/tokens",
      R"({"project":"default","name":"ci","capabilities":["symbol:post"],"tags":"v*","expires_in_days":1})",
      admin_);
  ASSERT_EQ(made.status, 201) << text_of(made);
  const std::string text = text_of(made);
  const std::string secret = text.substr(text.find("\"token\":\"") + 9, 64);
  ASSERT_TRUE(access_->find_token(secret));
  EXPECT_EQ(access_->find_token(secret)->tag_restriction, "v*");
  const std::string list = text_of(send(router_, request("GET", "/api/v1/tokens", bearer(admin_))));
  EXPECT_THAT(list, HasSubstr(R"("name":"ci")"));
  EXPECT_EQ(list.find(secret), std::string::npos);
  EXPECT_EQ(list.find(access_->find_token(secret)->hash), std::string::npos);
  const Id id = access_->find_token(secret)->id;
  EXPECT_EQ(
      send(router_, request("DELETE", fmt::format("/api/v1/tokens/{}", id), bearer(admin_))).status,
      200);
  EXPECT_FALSE(access_->find_token(secret));
}

TEST(TokenRequest, NamesWhatIsWrong) {
  const std::pair<const char*, const char*> cases[] = {
      {R"({"project":"p","capabilities":["symbol:eat"]})", "no capability 'symbol:eat'"},
      {R"({"project":"p"})", "capabilities: missing"},
      {R"({"capabilities":["symbol:post"]})", "project: missing"},
      {R"({"project":"p","capabilities":["symbol:post"],"expires_at":"soon"})", "expires_at: not"},
      {R"({"project":"p","capabilities":["symbol:post"],"expires_in_days":-1})", "not 0 to"},
      {R"({"project":"p","capabilities":["symbol:post"],"expires":"2030-01-01"})",
       "expires: unknown member"},
  };
  for (const auto& [body, message] : cases) {
    EXPECT_THAT(decode_token_request(body, 0), IsError(ErrorCode::kInvalidArgument, message));
  }
}

TEST(TokenRequest, ReadsBothKindsOfExpiry) {
  ASSERT_OK_AND_ASSIGN(
      const TokenRequest days,
      decode_token_request(
          R"({"project":"p","capabilities":["symbol:get","query:post"],"expires_in_days":2})",
          1'000));
  EXPECT_EQ(days.expires_at, 1'000 + 2 * 86'400'000);
  EXPECT_EQ(days.capabilities, 32u | 8u);
  ASSERT_OK_AND_ASSIGN(
      const TokenRequest date,
      decode_token_request(R"({"capabilities":["admin"],"expires_at":"1970-01-02"})", 0));
  EXPECT_EQ(date.expires_at, 86'400'000);
}

}  // namespace
}  // namespace sigla::api
