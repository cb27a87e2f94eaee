// SPDX-License-Identifier: Apache-2.0
// Who gets in: admission checks shared by the routes, run on the io thread before a body is read.
#pragma once

#include <functional>

#include "api/services.h"
#include "base/result.h"
#include "http/router.h"

namespace sigla::api {

// A token with `admin` that is not bound to one project.
Status check_administrator(const http::Request& request, const Services& services);
http::Admission admit_administrator(const Services& services);

// The project the route's first capture names. Error kNotFound "no project 'x'".
Result<Project> project_of(const http::Request& request, const Services& services);

// Reading a project: open when it is public, else a token with symbol:get or query:post.
Status check_reader(const http::Request& request, const Project& project, const Services& services);
// For routes whose first capture is the project's name.
http::Admission admit_reader(const Services& services);

// A handler out of a function that may fail: its Error becomes the error reply.
http::Handler answer(std::function<Result<http::Response>(http::Request&)> function);

}  // namespace sigla::api
