// SPDX-License-Identifier: Apache-2.0
// What requests to object stores are signed with: HMAC (S3), RSA (tokens of Google's service
// accounts), and the base64 that carries signatures in URLs (RFC 4648 section 5, unpadded).
#pragma once

#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"
#include "codec/hash.h"

namespace sigla {

Sha256Digest hmac_sha256(Bytes key, std::string_view message);

// RSASSA-PKCS1-v1_5 with SHA-256 ("RS256"). `private_key` is PEM, or the base64 inside one.
// Error kInvalidArgument for what is no RSA key.
Result<Buffer> sign_rs256(std::string_view private_key, std::string_view message);

std::string base64url(Bytes bytes);

}  // namespace sigla
