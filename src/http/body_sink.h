// SPDX-License-Identifier: Apache-2.0
// Where the body of a request goes while it is received: decoded, hashed, then into memory or into
// an unnamed file that vanishes with the request unless a handler gives it a name.
// One thread at a time; may block unless is_cheap().
#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "codec/decoder.h"
#include "codec/expansion.h"
#include "codec/hash.h"
#include "http/request_parser.h"
#include "http/server.h"

namespace sigla::http {

class BodySink {
 public:
  // `declared_size` is the Content-Length, when there is one. All references must outlive the sink.
  BodySink(const Route& route,
           const Server::Options& options,
           std::optional<std::uint64_t> declared_size,
           Request& request);

  // Reads Content-Encoding: 415 for one we do not know. Call once, first.
  std::optional<Refusal> prepare();
  // True when write() only copies.
  bool is_cheap() const { return !spool_ && decoder_ == nullptr && !hasher_.has_value(); }
  std::optional<Refusal> write(Bytes piece);
  // After the last piece: 400 when the encoded body was cut off.
  std::optional<Refusal> finish();

 private:
  void choose_deflate_form(Bytes start);
  std::optional<Refusal> decode(Bytes packed);
  std::optional<Refusal> store(Bytes piece);
  std::optional<Refusal> open_spool();

  const Server::Options& options_;
  std::uint64_t size_max_;
  std::uint64_t declared_size_;
  bool spool_;
  Request& request_;
  std::optional<Codec> codec_;
  std::unique_ptr<Decompressor> decoder_;
  std::optional<Expansion> expansion_;
  Buffer decoded_;
  bool decoder_may_end_ = false;
  bool decoder_is_done_ = false;
  std::uint64_t packed_size_ = 0;
  std::uint64_t stored_size_ = 0;
  std::optional<Sha256> hasher_;
};

}  // namespace sigla::http
