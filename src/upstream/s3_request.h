// SPDX-License-Identifier: Apache-2.0
// Requests to S3, signed (AWS Signature Version 4, "Authenticating Requests: Using the
// Authorization Header"): host, x-amz-content-sha256 and x-amz-date are signed, the payload of a
// GET is not. Without keys the request goes out unsigned, as public buckets want it.
#pragma once

#include <ctime>
#include <string>
#include <string_view>

#include "http/client.h"
#include "upstream/source.h"

namespace sigla {

// GET or HEAD of the object of that name in the source's bucket and prefix.
http::ClientRequest s3_request(const Source& source,
                               std::string_view method,
                               std::string_view path,
                               std::time_t now);

// What an error answer of S3 says: "NoSuchKey", or the whole "SignatureDoesNotMatch: The request
// signature...". Empty when it is no such answer.
std::string s3_error(std::string_view body);

}  // namespace sigla
