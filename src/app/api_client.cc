// SPDX-License-Identifier: Apache-2.0
#include "app/api_client.h"

#include <boost/json.hpp>
#include <utility>

namespace sigla::app {

namespace {

ErrorCode code_of_status(int status) {
  switch (status) {
    case 400:
      return ErrorCode::kInvalidArgument;
    case 401:
      return ErrorCode::kUnauthenticated;
    case 403:
      return ErrorCode::kPermissionDenied;
    case 404:
      return ErrorCode::kNotFound;
    case 409:
      return ErrorCode::kConflict;
    case 413:
      return ErrorCode::kLimitExceeded;
    case 415:
    case 422:
      return ErrorCode::kUnsupported;
    case 408:
    case 429:
    case 502:
    case 503:
    case 504:
      return ErrorCode::kUnavailable;
    case 507:
      return ErrorCode::kNoSpace;
    default:
      return ErrorCode::kInternal;
  }
}

// {"error":{"code":403,"message":"token lacks symbol:post"}}; empty when the answer says nothing
// of the kind, as a proxy's.
std::string message_of(std::string_view body) {
  boost::json::error_code failure;
  const boost::json::value answer = boost::json::parse({body.data(), body.size()}, failure);
  if (failure || !answer.is_object()) return {};
  const boost::json::value* error = answer.get_object().if_contains("error");
  if (error == nullptr || !error->is_object()) return {};
  const boost::json::value* message = error->get_object().if_contains("message");
  if (message == nullptr || !message->is_string()) return {};
  return std::string(message->get_string());
}

}  // namespace

Error error_of_answer(const http::ClientResponse& response) {
  const std::string message = message_of(response.body);
  const ErrorCode code = code_of_status(response.status);
  if (message.empty()) return make_error(code, "the server answered {}", response.status);
  return make_error(code, "{}", message);
}

Result<std::string> ApiClient::ask(std::string_view method,
                                   std::string_view path_and_query,
                                   std::string json) {
  http::ClientRequest request;
  request.method = method;
  request.body = std::move(json);
  if (!request.body.empty()) request.headers.emplace_back("Content-Type", "application/json");
  SIGLA_TRY_ASSIGN(http::ClientResponse response, send(std::move(request), path_and_query));
  if (response.status < 200 || response.status >= 300) return error_of_answer(response);
  return std::move(response.body);
}

Result<http::ClientResponse> ApiClient::send(http::ClientRequest request,
                                             std::string_view path_and_query) {
  request.url = access_.url + std::string(path_and_query);
  if (!access_.token.empty()) {
    request.headers.emplace_back("Authorization", "Bearer " + access_.token);
  }
  return client_.send(request);
}

}  // namespace sigla::app
