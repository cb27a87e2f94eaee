// SPDX-License-Identifier: Apache-2.0
// What was uploaded: GET /api/v1/projects/{project}/uploads[?tag=&before=&limit=], .../uploads/{id}
// and .../uploads/{id}/entries[?after=&limit=].
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "api/services.h"
#include "base/json_writer.h"
#include "base/result.h"
#include "http/router.h"

namespace sigla::api {

inline constexpr std::uint32_t kPageSizeMax = 1'000;

struct Page {
  Id position = 0;  // before or after which id
  std::uint32_t limit = 50;
};
// `limit` is cut to kPageSizeMax; error kInvalidArgument for what is no number.
Result<Page> decode_page(const http::Request& request, std::string_view position_name);

void encode_upload(const Upload& upload, JsonWriter& json);
void encode_entry(const UploadEntry& entry, JsonWriter& json);
// The member "package" of an upload that is one; nothing for others.
void encode_package(const Upload& upload, JsonWriter& json);

void add_history_routes(http::Router& router, const Services& services);

}  // namespace sigla::api
