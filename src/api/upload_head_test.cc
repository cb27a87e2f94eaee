// SPDX-License-Identifier: Apache-2.0
#include "api/upload_head.h"

#include "api/api_testing.h"
#include "testing/matchers.h"

namespace sigla::api {
namespace {

class UploadHeadTest : public ApiTest {
 protected:
  Result<UploadHead> decode(UploadForm form,
                            std::string target,
                            std::vector<std::string> captures,
                            http::Headers headers = {}) {
    http::Request r = request("POST", std::move(target), std::move(headers));
    r.captures = std::move(captures);
    return decode_upload(form, r, services_);
  }
  std::string writer_ = make_token("secret", {Capability::kSymbolPost});
};

TEST_F(UploadHeadTest, ReadsTheNativeForm) {
  ASSERT_OK_AND_ASSIGN(const UploadHead upload,
                       decode(UploadForm::kNative,
                              "/api/v1/projects/secret/uploads?tag=v1&name=a/b/x.pdb",
                              {"secret"},
                              bearer(writer_)));
  EXPECT_EQ(upload.project.name, "secret");
  EXPECT_EQ(upload.tag, "v1");
  EXPECT_EQ(upload.name, "x.pdb");
  ASSERT_OK_AND_ASSIGN(const UploadHead named_as_in_forms,
                       decode(UploadForm::kNative,
                              "/api/v1/projects/secret/uploads?upload_file=b/y.pdb",
                              {"secret"},
                              bearer(writer_)));
  EXPECT_EQ(named_as_in_forms.name, "y.pdb");
}

TEST_F(UploadHeadTest, TakesTheProjectOfTheTokenInBacktraceForms) {
  ASSERT_OK_AND_ASSIGN(const UploadHead in_path,
                       decode(UploadForm::kTokenPath, "/T/symbols", {writer_}));
  EXPECT_EQ(in_path.project.name, "secret");
  EXPECT_EQ(in_path.tag, "anon");
  ASSERT_OK_AND_ASSIGN(const UploadHead below_universe,
                       decode(UploadForm::kUniversePath, "/u/T/symbols?tag=2", {"u", writer_}));
  EXPECT_EQ(below_universe.tag, "2");
  ASSERT_OK_AND_ASSIGN(
      const UploadHead in_query,
      decode(UploadForm::kPost,
             "//post?format=symbols&upload_file=C:\\b\\crash.dll&tag=t&token=" + writer_,
             {}));
  EXPECT_EQ(in_query.name, "crash.dll");
  ASSERT_OK_AND_ASSIGN(const UploadHead by_admin,
                       decode(UploadForm::kTokenPath, "/T/symbols", {admin_}));
  EXPECT_EQ(by_admin.project.name, "default");
}

TEST_F(UploadHeadTest, RefusesWithAReason) {
  EXPECT_THAT(decode(UploadForm::kPost, "/post?token=" + writer_, {}),
              IsError(ErrorCode::kInvalidArgument, "format: missing"));
  EXPECT_THAT(decode(UploadForm::kPost, "/post?format=minidump&token=" + writer_, {}),
              IsError(ErrorCode::kInvalidArgument, "'minidump' is not taken here"));
  EXPECT_THAT(decode(UploadForm::kTokenPath, "/T/symbols", {"T"}),
              IsError(ErrorCode::kUnauthenticated, "invalid token"));
  EXPECT_THAT(decode(UploadForm::kNative, "/x", {"nowhere"}, bearer(writer_)),
              IsError(ErrorCode::kNotFound, "no project 'nowhere'"));
  EXPECT_THAT(decode(UploadForm::kTokenPath, "/T/symbols?tag=a%0ab", {writer_}),
              IsError(ErrorCode::kInvalidArgument, "tag: not"));
  EXPECT_THAT(decode(UploadForm::kTokenPath, "/T/symbols?tag=" + std::string(300, 'x'), {writer_}),
              IsError(ErrorCode::kInvalidArgument, "tag: not"));
}

}  // namespace
}  // namespace sigla::api
