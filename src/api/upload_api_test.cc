// SPDX-License-Identifier: Apache-2.0
#include "api/upload_api.h"

#include <gmock/gmock.h>

#include "api/api_testing.h"
#include "base/text.h"
#include "codec/hash.h"
#include "testing/matchers.h"

namespace sigla::api {
namespace {

using testing::HasSubstr;

constexpr std::string_view kSym =
    "MODULE Linux x86_64 497B72F6390A44FC878E5A2D63B6CC4B0 app\nFUNC 1000 20 0 main\n";

class UploadApiTest : public ApiTest {
 protected:
  UploadApiTest() { add_upload_routes(router_, services_); }
  http::Response post(std::string target, std::string_view body, http::Headers headers = {}) {
    http::Request r = request("POST", std::move(target), std::move(headers));
    r.body_file = File::create_in_memory("body").value();
    EXPECT_THAT(r.body_file.write_all(as_bytes(body)), IsOk());
    EXPECT_THAT(r.body_file.rewind(), IsOk());
    r.body_size = body.size();
    return send(router_, r);
  }
  std::string writer_ = make_token("default", {Capability::kSymbolPost});
  http::Router router_;
};

TEST_F(UploadApiTest, StoresAFileByEveryForm) {
  const http::Response native =
      post("/api/v1/projects/default/uploads?tag=v1&name=app.sym", kSym, bearer(writer_));
  EXPECT_EQ(native.status, 200) << text_of(native);
  EXPECT_THAT(text_of(native), HasSubstr(R"({"response":"ok","_rxid":"00000001-0000)"));
  EXPECT_THAT(text_of(native), HasSubstr(R"("tag":"v1","stored":1,"duplicate":0,"refused":0)"));
  EXPECT_THAT(text_of(native), HasSubstr(R"("result":"stored","format":"breakpad")"));
  for (const std::string& target : {"/" + writer_ + "/symbols?tag=v2",
                                    "/universe/" + writer_ + "/symbols",
                                    "//post?format=symbols&token=" + writer_,
                                    "/api/post?format=symbols&token=" + writer_}) {
    const http::Response response = post(target, kSym);
    EXPECT_EQ(response.status, 200) << text_of(response);
    EXPECT_THAT(text_of(response), HasSubstr(R"("stored":0,"duplicate":1)"));
  }
}

TEST_F(UploadApiTest, TakesFilesThatAreThereByTheirHash) {
  const http::Response sent =
      post("/api/v1/projects/default/uploads?tag=v1&name=app.sym", kSym, bearer(writer_));
  ASSERT_EQ(sent.status, 200);
  const std::string hash = hex_lower(sha256(as_bytes(kSym)));
  const auto post_known = [&](const std::string& token, const std::string& query) {
    http::Request r =
        request("POST", "/api/v1/projects/default/uploads/known" + query, bearer(token));
    r.body = fmt::format(R"({{"sha256":["{}","{}"]}})", hash, std::string(64, '0'));
    return send(router_, r);
  };
  const http::Response known = post_known(writer_, "?tag=v2");
  EXPECT_EQ(known.status, 200);
  EXPECT_THAT(text_of(known),
              HasSubstr(R"("tag":"v2","stored":0,"duplicate":1,"refused":1,"files":[{)"
                        R"("path":"app.sym","size":78,"result":"duplicate","format":"breakpad")"));
  EXPECT_THAT(text_of(known), HasSubstr("the project has no such file"));
  for (const char* tag : {"v1", "v2"}) {
    SymbolQuery query;
    query.project_id = 1;
    query.tag = tag;
    EXPECT_THAT(catalog_->search(query), IsOkAnd(testing::SizeIs(1))) << tag;
  }
  UploadQuery history;
  history.project_id = 1;
  history.tag = "v2";
  ASSERT_OK_AND_ASSIGN(const std::vector<Upload> uploads, catalog_->list_uploads(history));
  ASSERT_THAT(uploads, testing::SizeIs(1));
  EXPECT_EQ(uploads[0].state, UploadState::kDone);
  EXPECT_EQ(uploads[0].duplicate_count, 1U);

  Token restricted;
  restricted.name_restriction = "other*";
  restricted.tag_restriction = "v*";
  const std::string other = make_token("default", {Capability::kSymbolPost}, restricted);
  EXPECT_THAT(text_of(post_known(other, "?tag=v3")), HasSubstr("files named other* only"));
  EXPECT_EQ(post_known(other, "?tag=nightly").status, 403);
  EXPECT_EQ(post_known(make_token("default", {Capability::kSymbolGet}), "").status, 403);
}

TEST_F(UploadApiTest, TakesAFormWithAFileAndATag) {
  const std::string body =
      "--x\r\nContent-Disposition: form-data; name=\"tag\"\r\n\r\nv7\r\n"
      "--x\r\nContent-Disposition: form-data; name=\"upload_file\"; filename=\"app.sym\"\r\n\r\n" +
      std::string(kSym) + "\r\n--x--\r\n";
  const http::Response response =
      post("/" + writer_ + "/symbols", body, {{"Content-Type", "multipart/form-data; boundary=x"}});
  EXPECT_EQ(response.status, 200) << text_of(response);
  EXPECT_THAT(text_of(response), HasSubstr(R"("tag":"v7","stored":1)"));
  EXPECT_THAT(text_of(response), HasSubstr(R"("path":"app.sym")"));
  const http::Response no_file =
      post("/" + writer_ + "/symbols",
           "--x\r\nContent-Disposition: form-data; name=\"tag\"\r\n\r\nv7\r\n--x--\r\n",
           {{"Content-Type", "multipart/form-data; boundary=x"}});
  EXPECT_EQ(no_file.status, 400);
  EXPECT_THAT(text_of(no_file), HasSubstr("no file in 'upload_file'"));
}

TEST_F(UploadApiTest, HoldsTheFileOfAFormOnlyOnce) {
  const std::string body =
      "--x\r\nContent-Disposition: form-data; name=\"upload_file\"; filename=\"a.sym\"\r\n\r\n" +
      std::string(kSym) + "\r\n--x--\r\n";
  http::Request form =
      request("POST", "/post", {{"Content-Type", "multipart/form-data; boundary=x"}});
  form.body_file = File::create_in_memory("body").value();
  ASSERT_THAT(form.body_file.write_all(as_bytes(body)), IsOk());
  UploadHead head;
  ASSERT_OK_AND_ASSIGN(const File file, take_upload_body(form, services_, head));
  EXPECT_THAT(file.size(), IsOkAnd(kSym.size()));
  EXPECT_FALSE(form.body_file.is_open());
}

TEST_F(UploadApiTest, ChecksTheTagOfAFormAgainstTheToken) {
  Token limited;
  limited.tag_restriction = "release-*";
  const std::string secret = make_token("default", {Capability::kSymbolPost}, limited);
  const std::string body =
      "--x\r\nContent-Disposition: form-data; name=\"tag\"\r\n\r\nv7\r\n"
      "--x\r\nContent-Disposition: form-data; name=\"upload_file\"; filename=\"app.sym\"\r\n\r\n" +
      std::string(kSym) + "\r\n--x--\r\n";
  const http::Response response = post("/" + secret + "/symbols?tag=release-1",
                                       body,
                                       {{"Content-Type", "multipart/form-data; boundary=x"}});
  EXPECT_EQ(response.status, 403);
  EXPECT_THAT(text_of(response), HasSubstr("tags like 'release-*'"));
}

TEST_F(UploadApiTest, RefusesASingleFileThatIsNoSymbolFile) {
  const http::Response response =
      post("/api/v1/projects/default/uploads", "just text", bearer(writer_));
  EXPECT_EQ(response.status, 415);
  EXPECT_THAT(text_of(response), HasSubstr(R"({"error":{"code":415,"message":")"));
  EXPECT_THAT(text_of(response), HasSubstr(R"("result":"refused","reason":")"));
}

TEST_F(UploadApiTest, RefusesBeforeTheBodyWithTheDocumentedWords) {
  const std::string reader = make_token("default", {Capability::kSymbolGet});
  const http::Response unknown = post("/" + std::string(64, 'a') + "/symbols", "");
  EXPECT_EQ(unknown.status, 403);
  EXPECT_EQ(text_of(unknown), R"({"error":{"code":403,"message":"invalid token"}})");
  const http::Response lacking = post("/" + reader + "/symbols", "");
  EXPECT_EQ(lacking.status, 403);
  EXPECT_EQ(text_of(lacking), R"({"error":{"code":403,"message":"token lacks symbol:post"}})");
  EXPECT_EQ(post("/api/v1/projects/default/uploads", "").status, 401);
}

}  // namespace
}  // namespace sigla::api
