// SPDX-License-Identifier: Apache-2.0
#include "api/access.h"

#include <atomic>
#include <thread>

#include "api/api_testing.h"
#include "base/text.h"
#include "store/token.h"
#include "testing/matchers.h"

namespace sigla::api {
namespace {

constexpr std::string_view kSecret =
    "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

TEST(PresentedSecret, IsFoundWhereverClientsPutIt) {
  const auto with = [](std::string name, std::string value) {
    http::Request request;
    request.headers = {{std::move(name), std::move(value)}};
    return presented_secret(request);
  };
  EXPECT_EQ(with("Authorization", "Bearer abc"), "abc");
  EXPECT_EQ(with("authorization", "bearer  abc "), "abc");
  EXPECT_EQ(with("X-Sigla-Token", "abc"), "abc");
  EXPECT_EQ(with("Authorization", "Basic OmFiYw=="), "abc");      // ":abc", as dotnet-symbol
  EXPECT_EQ(with("Authorization", "Basic dXNlcjphYmM="), "abc");  // "user:abc"
  EXPECT_EQ(with("Authorization", "Basic YWJjOg=="), "abc");      // "abc:"
  EXPECT_EQ(with("Authorization", "Basic !!!!"), "");
  EXPECT_EQ(with("Authorization", "Digest abc"), "");
  EXPECT_EQ(with("Authorization", "abc"), "");
  http::Request request;
  request.query = {{"token", "abc"}};
  EXPECT_EQ(presented_secret(request), "abc");
}

class AccessTest : public ApiTest {
 protected:
  Result<Token> authorise(std::string_view secret,
                          std::string_view project = "default",
                          Capability capability = Capability::kSymbolPost,
                          UnixMillis now = 1'000) {
    return access_->authorise(secret, *access_->find_project(project), capability, now);
  }
};

// Its second list of tokens comes late, when they are others already.
class SlowCatalog final : public MemoryCatalog {
 public:
  Result<std::vector<Token>> list_tokens(Id project_id) override {
    auto tokens = MemoryCatalog::list_tokens(project_id);
    if (++calls == 2) std::this_thread::sleep_for(std::chrono::milliseconds(200));
    return tokens;
  }
  std::atomic<int> calls = 0;
};

TEST(Access, ForgetsARevokedTokenForGood) {
  SlowCatalog catalog;
  Token token;
  token.hash = hash_token(kSecret);
  ASSERT_OK_AND_ASSIGN(token, catalog.create_token(token));
  ASSERT_OK_AND_ASSIGN(const auto access, Access::load(catalog));
  ASSERT_TRUE(access->find_token(kSecret).has_value());
  std::thread earlier([&] { EXPECT_THAT(access->reload(catalog), IsOk()); });
  while (catalog.calls < 2) std::this_thread::yield();
  ASSERT_THAT(catalog.delete_token(token.id), IsOk());
  ASSERT_THAT(access->reload(catalog), IsOk());
  earlier.join();
  EXPECT_FALSE(access->find_token(kSecret).has_value());
}

TEST_F(AccessTest, SaysWhyATokenIsRefused) {
  Token expiring;
  expiring.expires_at = 1'000;
  const std::string expired = make_token("default", {Capability::kSymbolPost}, expiring);
  const std::string reader = make_token("default", {Capability::kSymbolGet});
  const std::string writer = make_token("default", {Capability::kSymbolPost});
  EXPECT_THAT(authorise(""), IsError(ErrorCode::kUnauthenticated, "no token given"));
  EXPECT_THAT(authorise("nonsense"), IsError(ErrorCode::kUnauthenticated, "invalid token"));
  EXPECT_THAT(authorise(kSecret), IsError(ErrorCode::kUnauthenticated, "invalid token"));
  EXPECT_THAT(authorise(expired), IsError(ErrorCode::kUnauthenticated, "token expired"));
  EXPECT_THAT(authorise(expired, "default", Capability::kSymbolPost, 999), IsOk());
  EXPECT_THAT(authorise(reader), IsError(ErrorCode::kPermissionDenied, "token lacks symbol:post"));
  EXPECT_THAT(authorise(writer, "secret"),
              IsError(ErrorCode::kPermissionDenied, "token is for another project"));
  EXPECT_THAT(authorise(writer), IsOk());
  EXPECT_THAT(authorise(upper(writer)), IsOk());
}

TEST_F(AccessTest, LetsAnAdministratorDoEverythingEverywhere) {
  EXPECT_THAT(authorise(admin_, "secret", Capability::kErrorPost), IsOk());
}

TEST_F(AccessTest, ForgetsARevokedToken) {
  const std::string secret = make_token("default", {Capability::kSymbolPost});
  const Id id = access_->find_token(secret)->id;
  ASSERT_THAT(catalog_->delete_token(id), IsOk());
  ASSERT_THAT(access_->reload(*catalog_), IsOk());
  EXPECT_THAT(authorise(secret), IsError(ErrorCode::kUnauthenticated, "invalid token"));
}

TEST_F(AccessTest, RestrictsTagsAndFileNames) {
  Token token;
  EXPECT_THAT(Access::may_use_tag(token, "anything"), IsOk());
  token.tag_restriction = "release-*";
  token.name_restriction = "*.pdb";
  EXPECT_THAT(Access::may_use_tag(token, "release-1"), IsOk());
  EXPECT_THAT(Access::may_use_tag(token, "anon"),
              IsError(ErrorCode::kPermissionDenied, "tags like 'release-*'"));
  EXPECT_THAT(Access::may_use_file_name(token, "dir/a.PDB"), IsOk());
  EXPECT_THAT(Access::may_use_file_name(token, "a.pdb/b.so"),
              IsError(ErrorCode::kPermissionDenied, "files like '*.pdb'"));
}

}  // namespace
}  // namespace sigla::api
