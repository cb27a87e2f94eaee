// SPDX-License-Identifier: Apache-2.0
#include "http/channel.h"

#include <linux/sockios.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cerrno>

namespace sigla::http {

namespace asio = boost::asio;
using Descriptor = asio::posix::stream_descriptor;

namespace {

constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);
constexpr std::uint32_t kRateWindowSeconds = 30;
constexpr std::uint32_t kLingerSecondsMax = 2;

}  // namespace

class Channel::Socket {
 public:
  Socket(asio::io_context& context, int fd) : descriptor(context, fd) {
    descriptor.native_non_blocking(true);
  }
  Descriptor descriptor;
};

Channel::Channel(asio::io_context& context, int fd, const TlsContext* tls, const Limits& limits)
    : socket_(std::make_unique<Socket>(context, fd)),
      stream_(tls != nullptr ? tls->make_stream(fd) : make_plain_stream(fd)),
      is_plain_(tls == nullptr),
      limits_(limits) {}

Channel::~Channel() = default;

void Channel::enter(Phase phase) {
  phase_ = phase;
  timed_out_ = false;
  phase_seconds_ = 0;
  window_seconds_ = 0;
  window_start_size_ = phase == Phase::kSend ? sent_size_ : received_size_;
}

Task<bool> Channel::wait(Next next) {
  if (aborted_ || timed_out_) co_return false;
  const auto what = next == Next::kWaitWrite ? Descriptor::wait_write : Descriptor::wait_read;
  const auto [error] = co_await socket_->descriptor.async_wait(what, kAwait);
  co_return !error && !aborted_ && !timed_out_;
}

Task<bool> Channel::handshake() {
  while (true) {
    const Next next = stream_->handshake();
    if (next == Next::kDone) co_return true;
    if (next == Next::kClosed) co_return false;
    const bool ready = co_await wait(next);
    if (!ready) co_return false;
  }
}

Moved Channel::try_write(Bytes head, Bytes body) {
  const Moved moved = stream_->write(head, body, false);
  sent_size_ += moved.size;
  return moved;
}

// Asio's own read: it costs one system call, when the bytes are there. A wait and a read of ours
// cost three, because each wait asks the kernel anew.
Task<std::size_t> Channel::read_plain(MutableBytes buffer) {
  if (aborted_ || timed_out_) co_return 0;
  const auto [error, count] = co_await socket_->descriptor.async_read_some(
      asio::buffer(buffer.data(), buffer.size()), kAwait);
  if (error || aborted_ || timed_out_) co_return 0;
  received_size_ += count;
  co_return count;
}

Task<std::size_t> Channel::read_some(MutableBytes buffer) {
  if (is_plain_) {
    const std::size_t count = co_await read_plain(buffer);
    co_return count;
  }
  while (true) {
    const Moved moved = stream_->read(buffer);
    received_size_ += moved.size;
    if (moved.next == Next::kDone) co_return moved.size;
    if (moved.next == Next::kClosed) co_return 0;
    const bool ready = co_await wait(moved.next);
    if (!ready) co_return 0;
  }
}

Task<bool> Channel::write(Bytes head, Bytes body, bool more) {
  while (!head.empty() || !body.empty()) {
    const Moved moved = stream_->write(head, body, more);
    if (moved.next == Next::kClosed) co_return false;
    if (moved.next != Next::kDone) {
      const bool ready = co_await wait(moved.next);
      if (!ready) co_return false;
    }
    sent_size_ += moved.size;
    const std::size_t from_head = std::min(head.size(), moved.size);
    head = head.subspan(from_head);
    body = body.subspan(moved.size - from_head);
  }
  co_return true;
}

Task<std::size_t> Channel::send_file_some(const File& file,
                                          std::uint64_t offset,
                                          std::uint64_t size) {
  while (true) {
    const Moved moved = stream_->send_file(file, offset, size);
    sent_size_ += moved.size;
    if (moved.next == Next::kDone) co_return moved.size;
    if (moved.next == Next::kClosed) co_return 0;
    const bool ready = co_await wait(moved.next);
    if (!ready) co_return 0;
  }
}

Task<void> Channel::yield() {
  co_await asio::post(socket_->descriptor.get_executor(), asio::use_awaitable);
}

// What still sits in the socket's buffer has not been taken by the peer.
bool Channel::window_is_too_slow() {
  std::uint64_t size = received_size_;
  if (phase_ == Phase::kSend) {
    int unsent = 0;
    if (::ioctl(socket_->descriptor.native_handle(), SIOCOUTQ, &unsent) != 0) unsent = 0;
    size = sent_size_ - std::min(sent_size_, static_cast<std::uint64_t>(std::max(unsent, 0)));
  }
  const bool slow = size < window_start_size_ +
                               std::uint64_t{limits_.http_transfer_rate_min} * kRateWindowSeconds;
  window_start_size_ = size;
  window_seconds_ = 0;
  return slow;
}

void Channel::tick() {
  if (phase_ == Phase::kWork || timed_out_) return;
  ++phase_seconds_;
  bool late = false;
  switch (phase_) {
    case Phase::kIdle:
      late = phase_seconds_ > limits_.http_idle_timeout_seconds_max;
      break;
    case Phase::kHead:
      late = phase_seconds_ > limits_.http_header_timeout_seconds_max;
      break;
    case Phase::kLinger:
      late = phase_seconds_ > kLingerSecondsMax;
      break;
    case Phase::kReceive:
    case Phase::kSend:
      late = ++window_seconds_ >= kRateWindowSeconds && window_is_too_slow();
      break;
    case Phase::kWork:
      break;
  }
  if (!late) return;
  timed_out_ = true;
  socket_->descriptor.cancel();
}

bool Channel::peer_is_gone() const {
  char next = 0;
  const ssize_t count =
      ::recv(socket_->descriptor.native_handle(), &next, 1, MSG_PEEK | MSG_DONTWAIT);
  return count == 0 || (count < 0 && errno != EAGAIN && errno != EINTR);
}

void Channel::abort() {
  aborted_ = true;
  socket_->descriptor.cancel();
}

}  // namespace sigla::http
