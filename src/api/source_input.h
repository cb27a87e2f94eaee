// SPDX-License-Identifier: Apache-2.0
// The `sources` of a request of Symbolicator's (docs/api of getsentry/symbolicator), decoded:
//
//   [{"id":"ours","type":"http","url":"https://a.example/sym/","layout":{"type":"symstore",
//     "casing":"lowercase"},"filters":{"filetypes":["pdb"],"path_patterns":["*/app/*"],
//     "requires_checksum":false},"headers":{"authorization":"..."},"is_public":false}]
//
// type is http, s3, gcs, filesystem or sentry. A source of another type, or one that lacks what it
// needs, is one with a problem, which its candidates tell: it does not spoil the request.
#pragma once

#include <string_view>
#include <vector>

#include "upstream/source.h"

namespace sigla::api {

// `json` is the list's text. Error kInvalidArgument for what is no list of objects.
Result<std::vector<Source>> decode_sources(std::string_view json, std::string_view scope);

}  // namespace sigla::api
