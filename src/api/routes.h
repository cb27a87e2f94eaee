// SPDX-License-Identifier: Apache-2.0
// Everything the server answers, put together.
#pragma once

#include "api/download.h"
#include "api/services.h"
#include "http/router.h"

namespace sigla::api {

// Both must outlive the server that uses the router.
http::Router make_router(const Services& services, Downloads& downloads);

}  // namespace sigla::api
