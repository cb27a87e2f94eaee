// SPDX-License-Identifier: Apache-2.0
// POST /api/v1/projects/{project}/symbolicate[?format=text|json|breakpad-machine]: a crash dump in,
// raw or in a form's `upload_file` (or `upload_file_minidump`), its stacks out, with the project's
// own symbols. Open to whoever may read the project's symbols.
#pragma once

#include "api/services.h"
#include "http/router.h"

namespace sigla::api {

void add_symbolicate_routes(http::Router& router, const Services& services);

}  // namespace sigla::api
