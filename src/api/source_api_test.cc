// SPDX-License-Identifier: Apache-2.0
#include "api/source_api.h"

#include <gmock/gmock.h>

#include "api/api_testing.h"
#include "api/source_hosts.h"
#include "testing/fixture.h"
#include "testing/matchers.h"

namespace sigla::api {
namespace {

constexpr char kBundle[] = "src/formats/sourcebundle/testdata/small.deflated.src.zip";
constexpr char kHosts[] = "/api/v1/projects/default/source-hosts";

class SourceApiTest : public ApiTest {
 protected:
  SourceApiTest()
      : hosts_(SourceHosts::open(spool_.path() / "source-hosts").value()),
        cache_({.directory = spool_.path()}) {
    services_.source_hosts = hosts_.get();
    add_source_routes(router_, services_, cache_);
  }

  http::Response put(std::string body) {
    http::Request wanted = request("PUT", kHosts, bearer(admin_));
    wanted.body = std::move(body);
    return send(router_, wanted);
  }
  http::Response get(std::string target) {
    return send(router_, request("GET", std::move(target), bearer(admin_)));
  }

  std::unique_ptr<SourceHosts> hosts_;
  FileCache cache_;
  http::Router router_;
};

TEST_F(SourceApiTest, KeepsCredentialsAndNeverTellsThem) {
  EXPECT_EQ(put(R"({"host":"Git.example.com","credential":"bearer:hunter2"})").status, 200);
  EXPECT_EQ(put(R"({"host":"http://10.0.0.1:81","tag_url":"https://t/{tag}/*"})").status, 200);
  const std::string listed = text_of(get(kHosts));
  EXPECT_NE(listed.find(R"("host":"https://git.example.com","header":"Authorization")"),
            std::string::npos)
      << listed;
  EXPECT_NE(listed.find(R"("host":"http://10.0.0.1:81","header":null)"), std::string::npos);
  EXPECT_NE(listed.find(R"("tag_url":"https://t/{tag}/*")"), std::string::npos);
  EXPECT_EQ(listed.find("hunter2"), std::string::npos);
  ASSERT_OK_AND_ASSIGN(const auto again, SourceHosts::open(spool_.path() / "source-hosts"));
  ASSERT_EQ(again->credentials("default").size(), 2U);
  EXPECT_EQ(again->credentials("default")[0].value, "Bearer hunter2");
  EXPECT_TRUE(again->credentials("secret").empty());
  const auto mode = std::filesystem::status(spool_.path() / "source-hosts").permissions();
  EXPECT_EQ(mode, std::filesystem::perms(0600));

  const auto removed = send(
      router_, request("DELETE", std::string(kHosts) + "?host=git.example.com", bearer(admin_)));
  EXPECT_EQ(removed.status, 200);
  EXPECT_EQ(hosts_->credentials("default").size(), 1U);
  EXPECT_EQ(
      send(router_, request("DELETE", std::string(kHosts) + "?host=x.org", bearer(admin_))).status,
      404);
}

TEST_F(SourceApiTest, RefusesWhatMakesNoSense) {
  for (const char* body : {"{}",
                           R"({"host":"h","credential":"digest:hunter2"})",
                           R"({"host":"http://h","credential":"bearer:hunter2"})",
                           R"({"host":"h","credential":"bearer:a\tb"})",
                           R"({"tag_url":"x"})",
                           R"({"host":"h","colour":"red"})"}) {
    const auto answered = put(body);
    EXPECT_EQ(answered.status, 400) << body;
    EXPECT_EQ(text_of(answered).find("hunter2"), std::string::npos);
  }
  EXPECT_EQ(send(router_, request("GET", kHosts)).status, 401);
  const std::string source = "/api/v1/projects/default/source";
  EXPECT_EQ(get(source + "?path=/a.c").status, 400);
  EXPECT_EQ(get(source + "?debug_id=x&path=/a.c").status, 400);
  EXPECT_EQ(get(source + "?code_id=00112233").status, 400);
  EXPECT_EQ(get(source + "?code_id=00112233&path=/a.c").status, 404);
  EXPECT_EQ(send(router_, request("GET", "/api/v1/projects/secret/source?path=/a.c")).status, 401);
}

TEST_F(SourceApiTest, AnswersWhatABundleHolds) {
  const Buffer bundle = read_fixture(kBundle);
  Identity identity;
  identity.format = Format::kSourceBundle;
  identity.name = "small";
  identity.code_id = CodeId("f1c3bcc0279865fe3058404b2831d9e64135386c");
  store_object(as_text(bundle), identity, {});
  const std::string target =
      "/api/v1/projects/default/source?code_id=f1c3bcc0279865fe3058404b2831d9e64135386c&path=";
  for (int i = 0; i < 2; ++i) {  // the second one out of the cache
    const auto found = get(target + "src/main.c");
    EXPECT_EQ(found.status, 200) << text_of(found);
    EXPECT_EQ(http::find_header(found.headers, "X-Sigla-Source"), "embedded");
    EXPECT_EQ(http::find_header(found.headers, "X-Content-Type-Options"), "nosniff");
  }
  const auto missing = get(target + "/etc/passwd");
  EXPECT_EQ(missing.status, 404);
  EXPECT_NE(text_of(missing).find("no source; embedded: it is not"), std::string::npos);
}

}  // namespace
}  // namespace sigla::api
