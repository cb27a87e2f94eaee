// SPDX-License-Identifier: Apache-2.0
// How a Connection answers.
#include <sys/uio.h>

#include <algorithm>
#include <array>
#include <boost/asio/awaitable.hpp>
#include <cerrno>

#include "base/log.h"
#include "http/connection.h"

namespace sigla::http {
namespace {

constexpr std::uint64_t kFileStepSize = 1U << 20U;
constexpr std::uint64_t kInlineFileSizeMax = 32U << 10U;
constexpr std::size_t kStreamPieceSize = 256U << 10U;

bool has_body(int status) { return status >= 200 && status != 204 && status != 304; }

// Whether the page cache holds the byte, asked without waiting for the disk. File systems that
// cannot say are taken at their best.
bool is_cached(const File& file, std::uint64_t offset) {
  char byte = 0;
  const iovec part = {&byte, 1};
  return ::preadv2(file.fd(), &part, 1, static_cast<off_t>(offset), RWF_NOWAIT) >= 0 ||
         errno != EAGAIN;
}

// The boundary where what libraries throw ends.
Result<std::size_t> pull(BodyStream& stream, MutableBytes buffer) {
  try {
    return stream.read(buffer);
  } catch (const std::exception& e) {
    return make_error(ErrorCode::kInternal, "{}", e.what());
  }
}

// Reads the range into the page cache, on the pool.
void warm(const File& file, std::uint64_t offset, std::uint64_t size) {
  Buffer scratch(std::min<std::uint64_t>(size, 256U << 10U));
  while (size > 0) {
    const auto count = file.read_at(scratch, offset);
    if (!count.has_value() || *count == 0) return;
    const std::uint64_t step = std::min<std::uint64_t>(size, *count);
    offset += step;
    size -= step;
  }
}

}  // namespace

Task<bool> Connection::send(Response response) {
  const std::uint64_t sent_before = channel_.sent_size();
  const bool with_body = has_body(response.status) && request_.method != "HEAD";
  Framing framing;
  framing.keep_alive = keep_alive_;
  framing.is_http_1_1 = !parser_.head_done() || parser_.is_http_1_1();
  if (has_body(response.status)) framing.content_length = response.body_size();
  out_.clear();
  bool sent = false;
  channel_.enter(Channel::Phase::kSend);
  auto* const stream = std::get_if<StreamBody>(&response.body);
  if (stream != nullptr && with_body) {
    sent = co_await send_stream(*stream, response, framing);
  } else {
    write_head(response.status, response.reason, response.headers, framing, out_);
    if (const auto* const file = std::get_if<FileBody>(&response.body); file && with_body) {
      if (file->size <= kInlineFileSizeMax) {
        sent = co_await send_small_file(*file);
      } else {
        sent = co_await send_file(*file);
      }
    } else {
      std::string_view text;
      if (with_body) {
        const auto* const shared = std::get_if<std::shared_ptr<const std::string>>(&response.body);
        text = shared != nullptr ? **shared : std::string_view(std::get<0>(response.body));
      }
      // Nearly always the socket takes everything at once, and no coroutine is needed.
      const Moved moved = channel_.try_write(as_bytes(out_), as_bytes(text));
      sent = moved.size == out_.size() + text.size();
      if (!sent && moved.next != Next::kClosed) {
        const std::size_t from_head = std::min(out_.size(), moved.size);
        sent = co_await channel_.write(as_bytes(out_).subspan(from_head),
                                       as_bytes(text).subspan(moved.size - from_head),
                                       false);
      }
    }
  }
  if (state_.options.on_done) {
    const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - started_;
    state_.options.on_done(
        request_, response.status, channel_.sent_size() - sent_before, taken.count());
  }
  co_return sent;
}

// In steps, so that neither a cold disk nor one fast client holds up the io thread's others.
Task<bool> Connection::send_file(const FileBody& body) {
  const bool head_sent = co_await channel_.write(as_bytes(out_), Bytes(), true);
  if (!head_sent) co_return false;
  std::uint64_t offset = body.offset;
  const std::uint64_t end = body.offset + body.size;
  std::uint64_t step_end = offset;
  while (offset < end) {
    if (offset >= step_end) {
      step_end = std::min(end, offset + kFileStepSize);
      if (!is_cached(*body.file, step_end - 1)) {
        background_.start([&] { warm(*body.file, offset, step_end - offset); });
        co_await background_.wait();
      } else if (offset > body.offset) {
        co_await channel_.yield();
      }
    }
    const std::size_t count =
        co_await channel_.send_file_some(*body.file, offset, step_end - offset);
    if (count == 0) co_return false;
    offset += count;
  }
  co_return true;
}

// Head and content in one packet.
Task<bool> Connection::send_small_file(const FileBody& body) {
  const std::size_t head_size = out_.size();
  out_.resize(head_size + body.size);
  const iovec part = {out_.data() + head_size, body.size};
  auto count = ::preadv2(body.file->fd(), &part, 1, static_cast<off_t>(body.offset), RWF_NOWAIT);
  if (count != static_cast<ssize_t>(body.size)) {
    background_.start(
        [&] { count = ::preadv2(body.file->fd(), &part, 1, static_cast<off_t>(body.offset), 0); });
    co_await background_.wait();
  }
  if (count != static_cast<ssize_t>(body.size)) co_return false;
  const bool sent = co_await channel_.write(as_bytes(out_), Bytes(), false);
  co_return sent;
}

// Pulls a piece, sends it, pulls the next: the client's pace is the stream's. The first piece is
// there before the head is written, so a stream that fails at once is still an honest 500.
Task<bool> Connection::send_stream(StreamBody& body, Response& response, Framing framing) {
  const bool known = body.size.has_value();
  framing.chunked = !known && framing.is_http_1_1;
  if (!known && !framing.chunked) framing.keep_alive = keep_alive_ = false;
  Buffer piece(std::min<std::uint64_t>(body.size.value_or(kStreamPieceSize), kStreamPieceSize));
  std::uint64_t rest = body.size.value_or(UINT64_MAX);
  bool is_first = true;
  while (true) {
    Result<std::size_t> count = std::size_t{0};
    if (rest > 0) {
      channel_.enter(Channel::Phase::kWork);
      background_.start([&] {
        count = pull(*body.stream,
                     MutableBytes(piece).first(std::min<std::uint64_t>(rest, piece.size())));
      });
      co_await background_.wait();
      channel_.enter(Channel::Phase::kSend);
    }
    if (!count.has_value()) {
      log_error("response stream failed",
                {{"path", name_for_log()}, {"reason", count.error().message()}});
      if (!is_first) co_return false;
      response = Response::text(500, count.error().message() + "\n");
      const auto& text = std::get<std::string>(response.body);
      write_head(500, {}, response.headers, {text.size(), false, framing.keep_alive, true}, out_);
      const bool sent = co_await channel_.write(as_bytes(out_), as_bytes(text), false);
      co_return sent;
    }
    if (is_first) write_head(response.status, response.reason, response.headers, framing, out_);
    is_first = false;
    if (framing.chunked && *count > 0) out_ += fmt::format("{:x}\r\n", *count);
    const bool more = framing.chunked && *count > 0;
    const Bytes content = Bytes(piece).first(*count);
    const bool sent = co_await channel_.write(as_bytes(out_), content, more);
    if (!sent) co_return false;
    out_ = more ? "\r\n" : "";
    rest -= *count;
    if (*count == 0 || (known && rest == 0)) break;
  }
  if (known) co_return rest == 0;
  if (!framing.chunked) co_return true;
  const bool sent = co_await channel_.write(as_bytes("0\r\n\r\n"), Bytes(), false);
  co_return sent;
}

}  // namespace sigla::http
