// SPDX-License-Identifier: Apache-2.0
// The socket between a worker and its parent: frames of a kind, a name and a WorkerMessage or
// Error.
//
//   u32 kind, u32 status (0, or 1 + ErrorCode), u32 name size, u32 file count, u64 payload size,
//   name, payload; the files ride on the first byte as SCM_RIGHTS.
//
// Each side distrusts the other: sizes are checked, and memory grows only with what has arrived.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "base/result.h"
#include "os/file.h"
#include "os/worker.h"

namespace sigla {

enum class FrameKind : std::uint32_t {
  kSetup,   // parent, once: a WorkerSetup
  kReady,   // child, once: what the sandbox lacks, one a line
  kJob,     // parent: job name and request
  kAsk,     // child, during a job: what, and request
  kAnswer,  // parent: the answer to kAsk
  kResult,  // child: the end of the job
};

struct Frame {
  FrameKind kind;
  std::string name;
  Result<WorkerMessage> content;
};

// Used by one thread at a time.
class WorkerChannel {
 public:
  using Deadline = std::chrono::steady_clock::time_point;
  static constexpr std::size_t kFileCountMax = 16;
  static constexpr std::size_t kNameSizeMax = 256;

  WorkerChannel(File socket, std::uint64_t message_size_max)
      : socket_(std::move(socket)), message_size_max_(message_size_max) {}

  // Ends early once this descriptor is readable and the socket has nothing more to read: the
  // parent gives its child's pidfd.
  void watch(int pid_fd) { watched_fd_ = pid_fd; }

  // kUnavailable: the other side is gone. kLimitExceeded: the deadline passed, or the message is
  // larger than the limit. kMalformed: the other side does not keep to the protocol.
  // After an error the channel is of no further use.
  Status send(const Frame& frame, std::optional<Deadline> deadline = {});
  Result<Frame> receive(std::optional<Deadline> deadline = {});

  // True while the other side is there and has sent nothing.
  bool is_quiet() const;

 private:
  Status wait_for(short events, std::optional<Deadline> deadline) const;
  Status send_bytes(Bytes bytes, const std::vector<File>& files, std::optional<Deadline> deadline);
  Status receive_bytes(MutableBytes buffer,
                       std::vector<File>* files,
                       std::optional<Deadline> deadline);
  Result<std::string> receive_text(std::uint64_t size, std::optional<Deadline> deadline);

  File socket_;
  std::uint64_t message_size_max_;
  int watched_fd_ = -1;
};

}  // namespace sigla
