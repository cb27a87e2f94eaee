// SPDX-License-Identifier: Apache-2.0
#include "os/worker_channel.h"

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "base/view.h"

namespace sigla {
namespace {

struct Header {
  std::uint32_t kind;
  std::uint32_t status;
  std::uint32_t name_size;
  std::uint32_t file_count;
  std::uint64_t payload_size;
};

constexpr std::size_t kControlSize = CMSG_SPACE(sizeof(int) * WorkerChannel::kFileCountMax);
constexpr std::uint64_t kFirstPieceSize = 1U << 20U;

Error gone() { return make_error(ErrorCode::kUnavailable, "the other side is gone"); }

bool would_block(int error) { return error == EAGAIN || error == EWOULDBLOCK; }

// The descriptors of a received message, owned from here on.
std::vector<File> take_files(msghdr& message) {
  std::vector<File> files;
  for (cmsghdr* part = CMSG_FIRSTHDR(&message); part != nullptr;
       part = CMSG_NXTHDR(&message, part)) {
    if (part->cmsg_level != SOL_SOCKET || part->cmsg_type != SCM_RIGHTS) continue;
    const std::size_t count = (part->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    for (std::size_t i = 0; i < count; ++i) {
      int fd = -1;
      std::memcpy(&fd, CMSG_DATA(part) + i * sizeof(int), sizeof(int));
      files.emplace_back(fd);
    }
  }
  return files;
}

}  // namespace

bool WorkerChannel::is_quiet() const {
  pollfd polled{.fd = socket_.fd(), .events = POLLIN, .revents = 0};
  return ::poll(&polled, 1, 0) == 0;
}

Status WorkerChannel::wait_for(short events, std::optional<Deadline> deadline) const {
  while (true) {
    int timeout_ms = -1;
    if (deadline.has_value()) {
      const auto rest = std::chrono::ceil<std::chrono::milliseconds>(
          *deadline - std::chrono::steady_clock::now());
      if (rest.count() <= 0) return make_error(ErrorCode::kLimitExceeded, "out of time");
      timeout_ms = static_cast<int>(std::min<std::int64_t>(rest.count(), 1'000'000));
    }
    std::array<pollfd, 2> polled{pollfd{.fd = socket_.fd(), .events = events, .revents = 0},
                                 pollfd{.fd = watched_fd_, .events = POLLIN, .revents = 0}};
    const int count = ::poll(polled.data(), polled.size(), timeout_ms);
    if (count < 0 && errno != EINTR) return errno_error("poll");
    if (count <= 0) continue;
    if (polled[0].revents != 0) return {};
    if (polled[1].revents != 0) return gone();
  }
}

Status WorkerChannel::send_bytes(Bytes bytes,
                                 const std::vector<File>& files,
                                 std::optional<Deadline> deadline) {
  alignas(cmsghdr) std::array<std::uint8_t, kControlSize> control{};
  bool with_files = !files.empty();
  while (!bytes.empty()) {
    iovec part{.iov_base = const_cast<std::uint8_t*>(bytes.data()), .iov_len = bytes.size()};
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    if (with_files) {
      message.msg_control = control.data();
      message.msg_controllen = CMSG_SPACE(sizeof(int) * files.size());
      cmsghdr* header = CMSG_FIRSTHDR(&message);
      header->cmsg_level = SOL_SOCKET;
      header->cmsg_type = SCM_RIGHTS;
      header->cmsg_len = CMSG_LEN(sizeof(int) * files.size());
      for (std::size_t i = 0; i < files.size(); ++i) {
        const int fd = files[i].fd();
        std::memcpy(CMSG_DATA(header) + i * sizeof(int), &fd, sizeof(int));
      }
    }
    const ssize_t count = ::sendmsg(socket_.fd(), &message, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (count >= 0) {
      bytes = bytes.subspan(static_cast<std::size_t>(count));
      with_files = false;
    } else if (would_block(errno)) {
      SIGLA_TRY(wait_for(POLLOUT, deadline));
    } else if (errno == EPIPE || errno == ECONNRESET) {
      return gone();
    } else if (errno != EINTR) {
      return errno_error("send to a worker");
    }
  }
  return {};
}

Status WorkerChannel::receive_bytes(MutableBytes buffer,
                                    std::vector<File>* files,
                                    std::optional<Deadline> deadline) {
  alignas(cmsghdr) std::array<std::uint8_t, kControlSize> control{};
  while (!buffer.empty()) {
    iovec part{.iov_base = buffer.data(), .iov_len = buffer.size()};
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    message.msg_control = control.data();
    message.msg_controllen = control.size();
    const ssize_t count = ::recvmsg(socket_.fd(), &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
    if (count > 0) {
      std::vector<File> received = take_files(message);
      if ((message.msg_flags & MSG_CTRUNC) != 0) {
        return make_error(ErrorCode::kUnavailable, "descriptors were lost: too many open files");
      }
      if (!received.empty() && (files == nullptr || !files->empty())) {
        return malformed("worker protocol: descriptors in the wrong place");
      }
      if (!received.empty()) *files = std::move(received);
      buffer = buffer.subspan(static_cast<std::size_t>(count));
    } else if (count == 0 || errno == ECONNRESET) {
      return gone();
    } else if (would_block(errno)) {
      SIGLA_TRY(wait_for(POLLIN, deadline));
    } else if (errno != EINTR) {
      return errno_error("receive from a worker");
    }
  }
  return {};
}

Result<std::string> WorkerChannel::receive_text(std::uint64_t size,
                                                std::optional<Deadline> deadline) {
  std::string text;
  while (text.size() < size) {
    const std::size_t used = text.size();
    const std::uint64_t piece =
        std::min(size - used, std::max<std::uint64_t>(kFirstPieceSize, used));
    text.resize(used + static_cast<std::size_t>(piece));
    const MutableBytes room(static_cast<std::uint8_t*>(static_cast<void*>(text.data())),
                            text.size());
    SIGLA_TRY(receive_bytes(room.subspan(used), nullptr, deadline));
  }
  return text;
}

Status WorkerChannel::send(const Frame& frame, std::optional<Deadline> deadline) {
  static const std::vector<File> kNoFiles;
  const bool is_ok = frame.content.has_value();
  const std::string& payload =
      is_ok ? frame.content.value().payload : frame.content.error().message();
  const std::vector<File>& files = is_ok ? frame.content.value().files : kNoFiles;
  SIGLA_CHECK(files.size() <= kFileCountMax && frame.name.size() <= kNameSizeMax);
  if (payload.size() > message_size_max_) {
    return make_error(ErrorCode::kLimitExceeded,
                      "a worker message of {} bytes is over the limit of {}",
                      payload.size(),
                      message_size_max_);
  }
  const Header header{
      .kind = static_cast<std::uint32_t>(frame.kind),
      .status = is_ok ? 0 : 1 + static_cast<std::uint32_t>(frame.content.error().code()),
      .name_size = static_cast<std::uint32_t>(frame.name.size()),
      .file_count = static_cast<std::uint32_t>(files.size()),
      .payload_size = payload.size()};
  SIGLA_TRY(send_bytes(bytes_of(header), files, deadline));
  SIGLA_TRY(send_bytes(as_bytes(frame.name), kNoFiles, deadline));
  return send_bytes(as_bytes(payload), kNoFiles, deadline);
}

Result<Frame> WorkerChannel::receive(std::optional<Deadline> deadline) {
  std::array<std::uint8_t, sizeof(Header)> raw{};
  std::vector<File> files;
  SIGLA_TRY(receive_bytes(raw, &files, deadline));
  const auto header = load<Header>(raw);
  if (header.kind > static_cast<std::uint32_t>(FrameKind::kResult) ||
      header.status > 1 + static_cast<std::uint32_t>(ErrorCode::kInternal) ||
      header.name_size > kNameSizeMax || header.file_count != files.size()) {
    return malformed("worker protocol: invalid header");
  }
  if (header.payload_size > message_size_max_) {
    return make_error(ErrorCode::kLimitExceeded,
                      "a worker message of {} bytes is over the limit of {}",
                      header.payload_size,
                      message_size_max_);
  }
  SIGLA_TRY_ASSIGN(std::string name, receive_text(header.name_size, deadline));
  SIGLA_TRY_ASSIGN(std::string payload, receive_text(header.payload_size, deadline));
  const auto kind = static_cast<FrameKind>(header.kind);
  if (header.status != 0) {
    return Frame{.kind = kind,
                 .name = std::move(name),
                 .content = Error(static_cast<ErrorCode>(header.status - 1), std::move(payload))};
  }
  return Frame{.kind = kind,
               .name = std::move(name),
               .content = WorkerMessage{.payload = std::move(payload), .files = std::move(files)}};
}

}  // namespace sigla
