// SPDX-License-Identifier: Apache-2.0
// Bytes of an HTTP/1.x connection (RFC 9112) into Requests, without a socket. Beast's parser does
// the grammar; this adds what a server must refuse: obsolete line folding, both or several body
// lengths, transfer codings other than chunked, missing or repeated Host.
//
// One request after the other: reset(), parse_head() until head_done(), parse_body() until done().
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/limits.h"
#include "http/request.h"

namespace sigla::http {

// Why a request is not served: the status to answer and one sentence.
struct Refusal {
  int status = 400;
  std::string reason;
};

class RequestParser {
 public:
  // The limits must outlive the parser.
  explicit RequestParser(const Limits& limits);
  ~RequestParser();
  RequestParser(const RequestParser&) = delete;
  RequestParser& operator=(const RequestParser&) = delete;

  // Clears `request`, which takes what is parsed from now on.
  void reset(Request& request);

  // Returns how many bytes were used up. While the head is incomplete that may be none: give the
  // rest again with more behind it.
  std::size_t parse_head(Bytes bytes);
  struct BodyStep {
    std::size_t used = 0;  // of the buffer
    std::size_t size = 0;  // bytes of body now at the front of the buffer; never more than `used`
  };
  // Takes chunk framing out in place.
  BodyStep parse_body(MutableBytes buffer);

  bool head_done() const;
  bool done() const;  // head and body
  bool keep_alive() const;
  bool is_http_1_1() const;
  bool expects_continue() const;
  bool has_body() const;
  std::optional<std::uint64_t> content_length() const;
  // Once set, nothing more can be parsed.
  const std::optional<Refusal>& refusal() const;

 private:
  class Impl;
  const Limits& limits_;
  std::unique_ptr<Impl> impl_;
};

}  // namespace sigla::http
