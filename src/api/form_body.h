// SPDX-License-Identifier: Apache-2.0
// The file of a request: its body as it is, or the file in a multipart form.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/services.h"
#include "http/multipart.h"
#include "http/request.h"

namespace sigla::api {

struct FormBody {
  File file;                          // rewound
  std::optional<std::string> name;    // of a form's file
  std::vector<http::FormPart> parts;  // empty when the body is no form
};

// Of a form, the part called `file_field` or else the first part that is a file, copied to a file
// of its own; an empty `file_field` means the first part, whatever it is. Error kInvalidArgument
// when there is none.
Result<FormBody> take_form_body(http::Request& request,
                                std::string_view file_field,
                                const Services& services);

}  // namespace sigla::api
