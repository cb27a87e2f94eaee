// SPDX-License-Identifier: Apache-2.0
// Gets the URL of a source file, with the credentials of its host. A credential goes to its own
// origin (scheme, host and port) and nowhere else, after a redirect too; plain http is good enough
// only for this machine. One thread at a time.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "http/client.h"

namespace sigla::sourcelink {

// What is sent to one origin.
struct Credential {
  std::string origin;  // "https://git.example.com", ":8443" behind it where it is not 443
  std::string header;  // "Authorization", "PRIVATE-TOKEN"
  std::string value;   // never shown

  // "HOST=bearer:TOKEN", "HOST=basic:USER:PASSWORD", "HOST=header:NAME:VALUE" or "HOST=none" (its
  // header is empty then); HOST may be an origin. kInvalidArgument says what is wrong, never the
  // secret.
  static Result<Credential> parse(std::string_view text);
};

struct FetchOptions {
  std::vector<Credential> credentials;
  // Refuse hosts that are this machine or its network, other than those with a credential.
  bool public_addresses_only = false;
  std::uint64_t size_max = 64ULL << 20;
  unsigned timeout_seconds = 30;
  unsigned redirect_count_max = 5;
  std::filesystem::path ca_file;  // PEM, instead of the system's authorities
};

struct Fetched {
  Buffer content;
  std::string content_type;
  std::string url;  // after redirects
};

class Fetcher {
 public:
  explicit Fetcher(FetchOptions options) : options_(std::move(options)) {}

  // kNotFound for 404 and 410, kPermissionDenied for 401 and 403, kUnavailable for any other
  // answer or none; kLimitExceeded when it is too large, kInvalidArgument for no http(s) URL.
  Result<Fetched> fetch(std::string_view url);

 private:
  FetchOptions options_;
  http::Client client_;
};

}  // namespace sigla::sourcelink
