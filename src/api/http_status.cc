// SPDX-License-Identifier: Apache-2.0
#include "api/http_status.h"

#include "base/json_writer.h"
#include "base/log.h"

namespace sigla::api {

int http_status(ErrorCode code) {
  switch (code) {
    case ErrorCode::kMalformed:
    case ErrorCode::kInvalidArgument:
      return 400;
    case ErrorCode::kUnauthenticated:
      return 401;
    case ErrorCode::kPermissionDenied:
      return 403;
    case ErrorCode::kNotFound:
      return 404;
    case ErrorCode::kConflict:
      return 409;
    case ErrorCode::kLimitExceeded:
      return 413;
    case ErrorCode::kUnsupported:
      return 415;
    case ErrorCode::kInternal:
      return 500;
    case ErrorCode::kUnavailable:
      return 503;
    case ErrorCode::kNoSpace:
      return 507;
  }
  return 500;
}

http::Response error_reply(int status, std::string_view message) {
  JsonWriter json;
  json.begin_object().key("error").begin_object();
  json.member("code", status).member("message", message);
  json.end_object().end_object();
  http::Response response = http::Response::json(status, std::move(json).take());
  if (status == 401) response.with("WWW-Authenticate", "Basic realm=\"sigla\"");
  return response;
}

http::Response error_reply(const Error& error) {
  const int status = http_status(error.code());
  if (status >= 500) log_error("request failed", {{"error", error.message()}});
  return error_reply(status, error.message());
}

}  // namespace sigla::api
