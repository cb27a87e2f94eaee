// SPDX-License-Identifier: Apache-2.0
// One HTTP request as handlers see it: head decoded, body received whole. Owns all its bytes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "os/file.h"

namespace sigla::http {

using Headers = std::vector<std::pair<std::string, std::string>>;

// The value of the first header of that name, compared ignoring case.
std::optional<std::string_view> find_header(const Headers& headers, std::string_view name);

struct Request {
  std::string method;    // "GET"; HEAD is routed as GET, the server drops the body
  std::string target;    // as sent: "/a%20b?x=1"
  std::string path;      // percent-decoded once, never normalised: "/a b"
  std::string raw_path;  // as sent, without the query
  std::vector<std::pair<std::string, std::string>> query;  // decoded; "k" alone has an empty value
  Headers headers;
  std::string remote_address;
  bool is_tls = false;
  std::vector<std::string> captures;  // what the route's {name} parts matched, decoded, in order

  // The body, with Content-Encoding gzip, deflate or zstd already undone (the header stays).
  std::string body;             // BodyPolicy::kMemory
  File body_file;               // BodyPolicy::kSpool: unnamed, rewound
  std::uint64_t body_size = 0;  // bytes received, after transfer decoding, before content decoding
  std::string body_sha256;      // lower hex of the decoded body, when Route::hash_body is set

  // Header names are compared ignoring case; the first one counts.
  std::optional<std::string_view> header(std::string_view name) const {
    return find_header(headers, name);
  }
  std::optional<std::string_view> query_value(std::string_view name) const;

  // Old clients write "/symbols&tag=1" without the '?'. Moves what follows the first '&' of the
  // last path segment into `query`; false when there is none. The server does so by itself when
  // no route fits the path as sent.
  bool split_path_parameters();

  // Back to empty, keeping memory for the next request of the connection.
  void clear();
};

}  // namespace sigla::http
