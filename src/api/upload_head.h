// SPDX-License-Identifier: Apache-2.0
// What an upload asks for, whichever protocol it comes by. Decoded twice: on the io thread before
// the body is read, to refuse early, and again when the body is there, with what a form said
// besides.
//
//   POST /api/v1/projects/{project}/uploads?tag=&upload_file= (or &name=)
//   POST /{token}/symbols?tag=, /{universe}/{token}/symbols?tag=
//   POST /post?format=symbols&token=, /api/post?format=symbols&token= (also
//   &project=&tag=&upload_file=)
#pragma once

#include <string>
#include <string_view>

#include "api/services.h"
#include "base/result.h"
#include "http/request.h"

namespace sigla::api {

inline constexpr std::string_view kDefaultTag = "anon";

// Where the token and the kind of content stand in a request.
enum class UploadForm {
  kNative,        // project in the path, token in a header
  kTokenPath,     // /{token}/symbols
  kUniversePath,  // /{universe}/{token}/symbols
  kPost,          // /post and /api/post: all in the query
};

struct UploadHead {
  Project project;
  Token token;
  std::string tag;   // kDefaultTag when none is given
  std::string name;  // what the sender calls the file; empty when it does not say
};

// Errors: kNotFound (project), kUnauthenticated, kPermissionDenied (capability, project, tag, file
// name), kInvalidArgument (format, tag).
Result<UploadHead> decode_upload(UploadForm form,
                                 const http::Request& request,
                                 const Services& services);
// Takes over the tag of a form field, checking it against the token.
Status set_tag(std::string_view tag, UploadHead& request);

}  // namespace sigla::api
