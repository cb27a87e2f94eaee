// SPDX-License-Identifier: Apache-2.0
// Administration of projects: GET and POST /api/v1/projects, GET and PUT
// /api/v1/projects/{project}.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "api/services.h"
#include "base/json_writer.h"
#include "base/result.h"
#include "http/router.h"

namespace sigla::api {

struct ProjectRequest {
  std::string name;
  bool is_public = true;
};
// {"name":"engine","public":false}; `name` is 1 to 64 of a-z A-Z 0-9 . _ -
Result<ProjectRequest> decode_project_request(std::string_view body);
struct ProjectUpdate {
  std::optional<bool> is_public;
  std::optional<bool> has_strict_packages;
};
// {"public":false,"strict_packages":true}, either or both
Result<ProjectUpdate> decode_project_update(std::string_view body);
void encode_project(const Project& project, JsonWriter& json);

void add_project_routes(http::Router& router, const Services& services);

}  // namespace sigla::api
