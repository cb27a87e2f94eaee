// SPDX-License-Identifier: Apache-2.0
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <array>
#include <cerrno>

#include "http/stream.h"

namespace sigla::http {
namespace {

Moved moved(ssize_t count, Next wait) {
  if (count >= 0) return {static_cast<std::size_t>(count), Next::kDone};
  if (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR) return {0, wait};
  return {0, Next::kClosed};
}

iovec io_vector(Bytes bytes) {
  // sendmsg only reads, but its structure is shared with recvmsg.
  return {const_cast<std::uint8_t*>(bytes.data()), bytes.size()};
}

class PlainStream final : public Stream {
 public:
  explicit PlainStream(int fd) : fd_(fd) {}

  Next handshake() override { return Next::kDone; }

  Moved write(Bytes head, Bytes body, bool more) override {
    std::array<iovec, 2> parts = {io_vector(head), io_vector(body)};
    msghdr message{};
    message.msg_iov = parts.data();
    message.msg_iovlen = body.empty() ? 1 : 2;
    const int flags = MSG_DONTWAIT | MSG_NOSIGNAL | (more ? MSG_MORE : 0);
    return moved(::sendmsg(fd_, &message, flags), Next::kWaitWrite);
  }

  Moved send_file(const File& file, std::uint64_t offset, std::uint64_t size) override {
    auto position = static_cast<off_t>(offset);
    const ssize_t count = ::sendfile(fd_, file.fd(), &position, size);
    if (count == 0) return {0, Next::kClosed};  // the file is shorter than was promised
    return moved(count, Next::kWaitWrite);
  }

  void finish() override { ::shutdown(fd_, SHUT_WR); }

 private:
  int fd_;
};

}  // namespace

Moved Stream::read(MutableBytes /*buffer*/) { SIGLA_CHECK(false); }

std::unique_ptr<Stream> make_plain_stream(int fd) { return std::make_unique<PlainStream>(fd); }

}  // namespace sigla::http
