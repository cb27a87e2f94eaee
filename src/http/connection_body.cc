// SPDX-License-Identifier: Apache-2.0
// How a Connection takes the body of a request.
#include <algorithm>
#include <array>
#include <boost/asio/awaitable.hpp>

#include "http/body_sink.h"
#include "http/connection.h"

namespace sigla::http {
namespace {

constexpr std::size_t kBufferSize = 256U << 10U;
constexpr std::size_t kBufferSizeMin = 32U << 10U;
constexpr std::size_t kChunkLineSizeMax = 16U << 10U;  // also all trailers of a chunked body
constexpr std::uint64_t kDiscardSizeMax = 64U << 10U;
constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
// Status 0: nobody is left to answer.
const Refusal kGone{0, ""};

}  // namespace

// Half of a double buffer: body bytes, then bytes the parser has not used yet.
struct Connection::Half {
  Buffer data;
  std::size_t body_size = 0;
  std::size_t tail_size = 0;

  MutableBytes unparsed() { return MutableBytes(data).subspan(body_size, tail_size); }
  MutableBytes space() { return MutableBytes(data).subspan(body_size + tail_size); }
  Bytes body() const { return Bytes(data).subspan(0, body_size); }
  // Starts anew behind the bytes that `other` has not parsed.
  void take_tail(Half& other) {
    const MutableBytes tail = other.unparsed();
    data.resize(other.data.size());
    std::copy(tail.begin(), tail.end(), data.begin());
    body_size = 0;
    tail_size = tail.size();
  }
};

std::optional<Refusal> Connection::check_body(const Route& route) const {
  const auto length = parser_.content_length();
  if (length.value_or(0) <= route.body_size_max) return std::nullopt;
  return Refusal{
      413,
      fmt::format("a body of {} bytes is over the limit of {} here", *length, route.body_size_max)};
}

// Reads and drops a small body. False: the client is gone; what is too large stays unread.
Task<bool> Connection::discard_body() {
  if (parser_.expects_continue() || parser_.content_length().value_or(0) > kDiscardSizeMax) {
    co_return true;
  }
  channel_.enter(Channel::Phase::kReceive);
  std::uint64_t dropped = 0;
  while (true) {
    const auto step = parser_.parse_body(in_.mutable_bytes());
    in_.used(step.used);
    dropped += step.size;
    if (parser_.done() || parser_.refusal().has_value() || dropped > kDiscardSizeMax) break;
    if (in_.space(kDiscardSizeMax).empty()) break;
    const bool filled = co_await fill();
    if (!filled) co_return false;
  }
  channel_.enter(Channel::Phase::kWork);
  co_return true;
}

Task<std::optional<Refusal>> Connection::receive_body(const Route& route) {
  if (route.body == BodyPolicy::kNone) {
    const bool present = co_await discard_body();
    if (!present) co_return kGone;
    if (parser_.refusal().has_value()) co_return parser_.refusal();
    if (!parser_.done()) co_return Refusal{413, "no body is expected here"};
    co_return std::nullopt;
  }
  if (auto refusal = check_body(route); refusal.has_value()) co_return refusal;
  BodySink sink(route, state_.options, parser_.content_length(), request_);
  if (auto refusal = sink.prepare(); refusal.has_value()) co_return refusal;
  if (parser_.expects_continue() && parser_.is_http_1_1() && !parser_.done() && in_.empty()) {
    channel_.enter(Channel::Phase::kSend);
    const bool sent = co_await channel_.write(as_bytes(kContinue), Bytes(), false);
    if (!sent) co_return kGone;
  }
  auto refusal = co_await receive_into(sink, route.body_size_max);
  co_return refusal;
}

// What came in with the head is body, too.
Connection::Half Connection::first_half() {
  Half half;
  const std::uint64_t expected = parser_.content_length().value_or(kBufferSize);
  half.tail_size = in_.bytes().size();
  half.data.resize(half.tail_size +
                   std::clamp<std::uint64_t>(expected, kBufferSizeMin, kBufferSize));
  std::copy(in_.bytes().begin(), in_.bytes().end(), half.data.begin());
  in_.used(half.tail_size);
  return half;
}

// Takes framing out of what has come in, and says what is wrong with it.
std::optional<Refusal> Connection::parse_half(Half& half, std::uint64_t size_max) {
  const auto step = parser_.parse_body(half.unparsed());
  const MutableBytes rest = half.unparsed().subspan(step.used);
  half.body_size += step.size;
  half.tail_size = rest.size();
  std::copy(rest.begin(), rest.end(), half.unparsed().begin());
  request_.body_size += step.size;
  if (parser_.refusal().has_value()) return parser_.refusal();
  if (request_.body_size > size_max) {
    return Refusal{413, fmt::format("the body is over the limit of {} bytes here", size_max)};
  }
  if (half.tail_size > kChunkLineSizeMax && !parser_.done()) {
    return Refusal{400, "malformed HTTP: a chunk header or trailer is too long"};
  }
  return std::nullopt;
}

// Receives the next piece while the last one is being written. Jobs on the pool refer to `halves`
// and `written`, so every way out waits for the last of them.
Task<std::optional<Refusal>> Connection::receive_into(BodySink& sink, std::uint64_t size_max) {
  std::array<Half, 2> halves = {first_half(), Half()};
  std::size_t current = 0;
  std::optional<Refusal> written;
  std::optional<Refusal> failure;
  channel_.enter(Channel::Phase::kReceive);
  while (true) {
    Half& half = halves[current];
    failure = parse_half(half, size_max);
    if (failure.has_value()) break;
    if (!parser_.done() && half.space().size() > kChunkLineSizeMax) {
      const std::size_t count = co_await channel_.read_some(half.space());
      half.tail_size += count;
      if (count > 0) continue;
      failure = channel_.timed_out() ? Refusal{408, "the body came too slowly"} : kGone;
      break;
    }
    channel_.enter(Channel::Phase::kWork);
    co_await background_.wait();
    if (written.has_value()) break;
    if (parser_.done()) in_.append(half.unparsed());
    // The boundary where what libraries throw ends.
    const auto write = [&sink, &half, &written, last = parser_.done()] {
      try {
        written = sink.write(half.body());
        if (last && !written.has_value()) written = sink.finish();
      } catch (const std::exception& e) {
        written = Refusal{500, fmt::format("the body could not be taken: {}", e.what())};
      }
    };
    if (sink.is_cheap()) {
      write();
    } else {
      background_.start(write);
    }
    if (parser_.done() || (sink.is_cheap() && written.has_value())) break;
    current = 1 - current;
    halves[current].take_tail(half);
    channel_.enter(Channel::Phase::kReceive);
  }
  co_await background_.wait();
  co_return failure.has_value() ? failure : written;
}

}  // namespace sigla::http
