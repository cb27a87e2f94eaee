// SPDX-License-Identifier: Apache-2.0
// What is there: GET /api/v1/projects/{project}/symbols?q=&tag=&before=&limit= searches, and
// POST /api/v1/projects/{project}/symbols/exists says which of a list the project has, so that
// `sigla upload` can skip them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "api/services.h"
#include "base/json_writer.h"
#include "base/result.h"
#include "http/router.h"

namespace sigla::api {

inline constexpr std::size_t kExistsCountMax = 10'000;
inline constexpr std::uint64_t kExistsBodySizeMax = 2U << 20U;

struct ExistsRequest {
  std::vector<BlobHash> hashes;
  std::vector<DebugId> debug_ids;
};
// {"sha256":["<64 digits>",...],"debug_ids":["<any form>",...]}
Result<ExistsRequest> decode_exists_request(std::string_view body);

void encode_object(const StoredObject& object, JsonWriter& json);

void add_symbol_routes(http::Router& router, const Services& services);

}  // namespace sigla::api
