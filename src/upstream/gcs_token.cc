// SPDX-License-Identifier: Apache-2.0
#include "upstream/gcs_token.h"

#include <fmt/format.h>

#include <boost/json.hpp>
#include <utility>

#include "base/json_writer.h"
#include "base/text.h"
#include "codec/sign.h"
#include "http/target.h"

namespace sigla {
namespace {

constexpr std::time_t kLifeSeconds = 3'600;
constexpr std::int64_t kMarginSeconds = 60;  // a token is not used at the very end of its life
constexpr std::string_view kHeader = R"({"alg":"RS256","typ":"JWT"})";
constexpr std::string_view kScope = "https://www.googleapis.com/auth/devstorage.read_only";
constexpr std::string_view kGrant = "urn:ietf:params:oauth:grant-type:jwt-bearer";
constexpr std::uint64_t kAnswerSizeMax = 64U << 10U;

struct Granted {
  std::string token;
  std::int64_t seconds = 0;
};

Result<Granted> decode_answer(std::string_view body) {
  boost::json::error_code error;
  const boost::json::value answer = boost::json::parse({body.data(), body.size()}, error);
  const auto wrong = [] {
    return make_error(ErrorCode::kUnavailable, "the token server's answer has no access_token");
  };
  if (error || !answer.is_object()) return wrong();
  const boost::json::value* const token = answer.get_object().if_contains("access_token");
  if (token == nullptr || !token->is_string()) return wrong();
  Granted granted;
  granted.token = std::string(token->get_string());
  const boost::json::value* const life = answer.get_object().if_contains("expires_in");
  if (life != nullptr && life->is_int64()) granted.seconds = life->get_int64();
  return granted;
}

std::string account_of(const Source& source) {
  const std::string all =
      fmt::format("{}\n{}\n{}", source.client_email, source.token_uri, source.private_key);
  return hex_lower(sha256(as_bytes(all)));
}

}  // namespace

Result<std::string> gcs_assertion(const Source& source, std::time_t now) {
  JsonWriter claims;
  claims.begin_object().member("iss", source.client_email).member("scope", kScope);
  claims.member("aud", source.token_uri).member("iat", now).member("exp", now + kLifeSeconds);
  claims.end_object();
  const std::string text = fmt::format(
      "{}.{}", base64url(as_bytes(kHeader)), base64url(as_bytes(std::move(claims).take())));
  SIGLA_TRY_ASSIGN(const Buffer signature, sign_rs256(source.private_key, text));
  return fmt::format("{}.{}", text, base64url(signature));
}

Result<std::string> GcsTokens::get(const Source& source, const Send& send) {
  if (!source.bearer_token.empty()) return source.bearer_token;
  const std::string account = account_of(source);
  {
    const std::lock_guard lock(mutex_);
    const auto known = tokens_.find(account);
    if (known != tokens_.end() && known->second.end > Clock::now()) return known->second.text;
  }
  SIGLA_TRY_ASSIGN(const std::string assertion, gcs_assertion(source, std::time(nullptr)));
  http::ClientRequest request;
  request.method = "POST";
  request.url = source.token_uri;
  request.headers = {{"Content-Type", "application/x-www-form-urlencoded"}};
  request.body =
      fmt::format("grant_type={}&assertion={}", http::percent_encode(kGrant, false), assertion);
  request.download_size_max = kAnswerSizeMax;
  SIGLA_TRY_ASSIGN(const http::ClientResponse response, send(request));
  if (response.status != 200) {
    return make_error(
        response.status < 500 ? ErrorCode::kPermissionDenied : ErrorCode::kUnavailable,
        "the token server answers {}",
        response.status);
  }
  SIGLA_TRY_ASSIGN(Granted granted, decode_answer(response.body));
  const std::lock_guard lock(mutex_);
  if (tokens_.size() >= kCountMax) tokens_.clear();
  const std::chrono::seconds life(std::min<std::int64_t>(granted.seconds, kLifeSeconds) -
                                  kMarginSeconds);
  tokens_.insert_or_assign(account, Token{granted.token, Clock::now() + life});
  return std::move(granted.token);
}

}  // namespace sigla
