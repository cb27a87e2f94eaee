// SPDX-License-Identifier: Apache-2.0
// Asks a server's own API (/api/v1/...). Used by one thread at a time.
//
//   ApiClient client(access);
//   SIGLA_TRY_ASSIGN(const std::string answer, client.ask("GET", "/api/v1/projects"));
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "app/server_access.h"
#include "base/result.h"
#include "http/client.h"

namespace sigla::app {

class ApiClient {
 public:
  explicit ApiClient(ServerAccess access) : access_(std::move(access)) {}

  // Sends JSON (or nothing) and returns the JSON of the answer. What the server refuses is the
  // Error of its status, in its words; kUnavailable is worth another try.
  Result<std::string> ask(std::string_view method,
                          std::string_view path_and_query,
                          std::string json = {});
  // Any request: fills in the server and the token. Any answer is a success.
  Result<http::ClientResponse> send(http::ClientRequest request, std::string_view path_and_query);

 private:
  const ServerAccess access_;
  http::Client client_;
};

// What an answer of 400 or more means.
Error error_of_answer(const http::ClientResponse& response);

}  // namespace sigla::app
