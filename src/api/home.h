// SPDX-License-Identifier: Apache-2.0
// GET /: one page that says what runs here, with the URLs to use, made for the host it was asked
// by.
#pragma once

#include <string>
#include <string_view>

#include "http/router.h"

namespace sigla::api {

// `base_url` is "http://host:port", taken from the request and therefore escaped here.
std::string home_page(std::string_view base_url);

void add_home_routes(http::Router& router);

}  // namespace sigla::api
