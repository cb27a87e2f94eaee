// SPDX-License-Identifier: Apache-2.0
#include "http/body_sink.h"

#include <sys/statvfs.h>

#include <utility>

#include "base/text.h"
#include "codec/zlib.h"
#include "codec/zstd.h"

namespace sigla::http {
namespace {

constexpr std::size_t kDecodedPieceSize = 256U << 10U;

// Decoding errors are the sender's: a bomb is too large, anything else is no such stream.
Refusal decoding_failed(std::string_view codec, const Error& error) {
  const int status = error.code() == ErrorCode::kLimitExceeded ? 413 : 400;
  return Refusal{status, fmt::format("Content-Encoding {}: {}", codec, error.message())};
}

Refusal spool_failed(const Error& error) {
  const int status = error.code() == ErrorCode::kNoSpace ? 507 : 503;
  return Refusal{status, "the body could not be stored: " + error.message()};
}

}  // namespace

BodySink::BodySink(const Route& route,
                   const Server::Options& options,
                   std::optional<std::uint64_t> declared_size,
                   Request& request)
    : options_(options),
      size_max_(route.body_size_max),
      declared_size_(declared_size.value_or(0)),
      spool_(route.body == BodyPolicy::kSpool),
      request_(request) {
  if (route.hash_body) hasher_.emplace();
}

std::optional<Refusal> BodySink::prepare() {
  const std::string_view coding = trim(request_.header("Content-Encoding").value_or(""));
  if (equals_ignoring_case(coding, "gzip") || equals_ignoring_case(coding, "x-gzip")) {
    codec_ = Codec::kGzip;
    decoder_ = make_inflater(Codec::kGzip);
  } else if (equals_ignoring_case(coding, "deflate")) {
    codec_ = Codec::kZlib;
    decoder_ = make_inflater(Codec::kZlib);
  } else if (equals_ignoring_case(coding, "zstd")) {
    codec_ = Codec::kZstd;
    decoder_ = make_zstd_decompressor();
  } else if (!coding.empty() && !equals_ignoring_case(coding, "identity")) {
    return Refusal{415, "Content-Encoding may be gzip, deflate or zstd"};
  }
  if (codec_.has_value()) {
    expansion_.emplace(to_string(*codec_), size_max_, options_.limits);
    decoded_.resize(kDecodedPieceSize);
  }
  return std::nullopt;
}

std::optional<Refusal> BodySink::write(Bytes piece) {
  if (piece.empty()) return std::nullopt;
  return decoder_ != nullptr ? decode(piece) : store(piece);
}

// "deflate" means zlib's format (RFC 9110 section 8.4.1.2), yet some clients send the bare stream.
void BodySink::choose_deflate_form(Bytes start) {
  if (codec_ == Codec::kZlib && (start[0] & 0x0fU) != 8) decoder_ = make_inflater(Codec::kDeflate);
}

std::optional<Refusal> BodySink::decode(Bytes packed) {
  if (packed_size_ == 0) choose_deflate_form(packed);
  const std::uint64_t start = packed_size_;
  Bytes rest = packed;
  while (!rest.empty() && !decoder_is_done_) {
    auto step = decoder_->step(rest, decoded_);
    if (!step.has_value()) return decoding_failed(to_string(*codec_), step.error());
    rest = rest.subspan(step->consumed);
    packed_size_ = start + (packed.size() - rest.size());
    decoder_may_end_ = step->may_end;
    decoder_is_done_ = step->is_done;
    if (auto refusal = store(Bytes(decoded_).first(step->produced)); refusal.has_value()) {
      return refusal;
    }
    const Status status = expansion_->check(packed_size_, stored_size_);
    if (!status.has_value()) return decoding_failed(to_string(*codec_), status.error());
    if (step->consumed == 0 && step->produced == 0) {
      return Refusal{400, fmt::format("Content-Encoding {}: malformed", to_string(*codec_))};
    }
  }
  return std::nullopt;
}

std::optional<Refusal> BodySink::store(Bytes piece) {
  if (piece.size() > size_max_ - std::min(size_max_, stored_size_)) {
    return Refusal{413, fmt::format("the body is over the limit of {} bytes here", size_max_)};
  }
  if (hasher_.has_value()) hasher_->update(piece);
  if (!spool_) {
    request_.body += as_text(piece);
  } else {
    if (auto refusal = open_spool(); refusal.has_value()) return refusal;
    const Status status = request_.body_file.write_all(piece);
    if (!status.has_value()) return spool_failed(status.error());
  }
  stored_size_ += piece.size();
  return std::nullopt;
}

// A body that cannot fit is refused before it is sent for nothing.
std::optional<Refusal> BodySink::open_spool() {
  if (request_.body_file.is_open()) return std::nullopt;
  auto file = File::create_unnamed(options_.spool_directory);
  if (!file.has_value()) return spool_failed(file.error());
  request_.body_file = std::move(file).value();
  struct statvfs disk{};
  if (::fstatvfs(request_.body_file.fd(), &disk) == 0 &&
      declared_size_ / disk.f_frsize > disk.f_bavail) {
    return Refusal{507,
                   fmt::format("the disk has {} bytes free, the body has {}",
                               disk.f_bavail * disk.f_frsize,
                               declared_size_)};
  }
  return std::nullopt;
}

std::optional<Refusal> BodySink::finish() {
  while (decoder_ != nullptr && !decoder_is_done_) {
    auto step = decoder_->step({}, decoded_);
    if (!step.has_value()) return decoding_failed(to_string(*codec_), step.error());
    decoder_may_end_ = step->may_end;
    decoder_is_done_ = step->is_done;
    if (auto refusal = store(Bytes(decoded_).first(step->produced)); refusal.has_value()) {
      return refusal;
    }
    if (step->produced > 0) continue;
    if (decoder_may_end_) break;
    return Refusal{400, fmt::format("Content-Encoding {}: truncated", to_string(*codec_))};
  }
  if (hasher_.has_value()) request_.body_sha256 = hex_lower(hasher_->finish());
  if (!spool_) return std::nullopt;
  if (auto refusal = open_spool(); refusal.has_value()) return refusal;
  const Status status = request_.body_file.rewind();
  if (!status.has_value()) return spool_failed(status.error());
  return std::nullopt;
}

}  // namespace sigla::http
