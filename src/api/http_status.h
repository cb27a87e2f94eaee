// SPDX-License-Identifier: Apache-2.0
// The one table from ErrorCode to HTTP status, and how every error answer looks:
// {"error":{"code":403,"message":"token lacks symbol:post"}}
#pragma once

#include <string_view>

#include "base/result.h"
#include "http/server.h"

namespace sigla::api {

int http_status(ErrorCode code);

http::Response error_reply(int status, std::string_view message);
http::Response error_reply(const Error& error);

}  // namespace sigla::api
