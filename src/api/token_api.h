// SPDX-License-Identifier: Apache-2.0
// Administration of tokens: GET and POST /api/v1/tokens, DELETE /api/v1/tokens/{id}.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "api/services.h"
#include "base/json_writer.h"
#include "base/result.h"
#include "http/router.h"

namespace sigla::api {

struct TokenRequest {
  std::string project;  // empty: every project (with "admin" only)
  std::string name;
  std::uint32_t capabilities = 0;
  std::optional<UnixMillis> expires_at;
  std::string tag_restriction;
  std::string name_restriction;
};
// {"project":"default","name":"ci","capabilities":["symbol:post"],"expires_at":"2027-01-01",
//  "tags":"release-*","files":"*.pdb"}; "expires_in_days":90 instead of "expires_at".
Result<TokenRequest> decode_token_request(std::string_view body, UnixMillis now);
// `project` is the token's project's name, empty for every project. Never the secret or its hash.
void encode_token(const Token& token, std::string_view project, JsonWriter& json);

// A token for Catalog::create_token(), which keeps no more of the secret than its hash.
struct NewToken {
  Token token;
  std::string secret;
};
NewToken make_token(const TokenRequest& request, Id project_id);

void add_token_routes(http::Router& router, const Services& services);

}  // namespace sigla::api
