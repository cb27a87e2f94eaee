// SPDX-License-Identifier: Apache-2.0
// Access tokens for Google Cloud Storage: a service account signs a claim about itself and trades
// it for a token that lasts an hour ("Using OAuth 2.0 for Server to Server Applications"; RFC
// 7523).
#pragma once

#include <chrono>
#include <ctime>
#include <functional>
#include <map>
#include <mutex>
#include <string>

#include "http/client.h"
#include "upstream/source.h"

namespace sigla {

// The claim, signed: a JSON web token (RFC 7519). Error kInvalidArgument for a key that is none.
Result<std::string> gcs_assertion(const Source& source, std::time_t now);

// Keeps tokens for as long as they last. Thread-safe.
class GcsTokens {
 public:
  using Send = std::function<Result<http::ClientResponse>(const http::ClientRequest&)>;

  // For the source's bearer token, that one. Error kPermissionDenied when the account is refused.
  Result<std::string> get(const Source& source, const Send& send);

 private:
  using Clock = std::chrono::steady_clock;
  static constexpr std::size_t kCountMax = 1'000;
  struct Token {
    std::string text;
    Clock::time_point end;
  };
  std::mutex mutex_;
  std::map<std::string, Token> tokens_;  // by account
};

}  // namespace sigla
