// SPDX-License-Identifier: Apache-2.0
// That Google's protocol is spoken is tested with a server that verifies signatures (tests/e2e).
#include "upstream/gcs_token.h"

#include "testing/matchers.h"

namespace sigla {
namespace {

Result<http::ClientResponse> unreachable(const http::ClientRequest&) {
  return make_error(ErrorCode::kUnavailable, "nobody there");
}

TEST(GcsTokens, TakeABearerTokenAsItIs) {
  Source source;
  source.bearer_token = "abc";
  GcsTokens tokens;
  EXPECT_THAT(tokens.get(source, unreachable), IsOkAnd(testing::Eq("abc")));
}

TEST(GcsTokens, RefuseWhatIsNoKey) {
  Source source;
  source.private_key = "-----BEGIN PRIVATE KEY-----\nnot\n-----END PRIVATE KEY-----\n";
  GcsTokens tokens;
  EXPECT_THAT(tokens.get(source, unreachable), IsError(ErrorCode::kInvalidArgument, "no RSA key"));
}

}  // namespace
}  // namespace sigla
