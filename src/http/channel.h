// SPDX-License-Identifier: Apache-2.0
// One accepted socket: a Stream, waiting for it, and the deadlines that make slow peers go away.
//
// A tick once a second compares the phase with its limit; nothing is timed per operation. Where
// bytes must move, their rate is checked over windows of 30 seconds; time spent waiting for our own
// disk or handlers counts for nobody.
#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "base/bytes.h"
#include "base/limits.h"
#include "http/stream.h"
#include "http/task.h"

namespace sigla::http {

// Lives on one io thread.
class Channel {
 public:
  enum class Phase {
    kIdle,     // between requests
    kHead,     // first byte to end of head (and the TLS handshake)
    kReceive,  // the body comes in
    kWork,     // nothing is expected of the peer
    kSend,     // the response goes out
    kLinger,   // the last bytes of a refused request are thrown away
  };

  // Takes the descriptor.
  Channel(boost::asio::io_context& context, int fd, const TlsContext* tls, const Limits& limits);
  ~Channel();
  Channel(const Channel&) = delete;
  Channel& operator=(const Channel&) = delete;

  void enter(Phase phase);
  Phase phase() const { return phase_; }
  // True when a deadline passed: reads return 0 from then on, until the phase changes.
  bool timed_out() const { return timed_out_; }

  Task<bool> handshake();
  // What a Stream asked for. True when it is worth trying again.
  Task<bool> wait(Next next);
  Task<std::size_t> read_some(MutableBytes buffer);  // 0: ended, broken or timed out
  Moved try_write(Bytes head, Bytes body);
  Task<bool> write(Bytes head, Bytes body, bool more);
  // Sends at most what the socket takes, and waits first when it takes nothing. 0: broken.
  Task<std::size_t> send_file_some(const File& file, std::uint64_t offset, std::uint64_t size);
  // Lets other connections of this io thread run.
  Task<void> yield();

  void tick();
  // Nothing more will come from the peer, who has closed the connection, or half of it; for those
  // who neither read nor write. A look, which takes nothing. Not told of who speaks TLS and says
  // goodbye, since that is to be read first.
  bool peer_is_gone() const;
  // Ends every wait; the connection's coroutine then closes.
  void abort();
  void finish() { stream_->finish(); }
  std::uint64_t sent_size() const { return sent_size_; }

 private:
  class Socket;
  Task<std::size_t> read_plain(MutableBytes buffer);
  bool window_is_too_slow();

  std::unique_ptr<Socket> socket_;
  std::unique_ptr<Stream> stream_;
  const bool is_plain_;
  const Limits& limits_;
  Phase phase_ = Phase::kHead;
  bool timed_out_ = false;
  bool aborted_ = false;
  std::uint32_t phase_seconds_ = 0;
  std::uint32_t window_seconds_ = 0;
  std::uint64_t window_start_size_ = 0;
  std::uint64_t received_size_ = 0;
  std::uint64_t sent_size_ = 0;
};

}  // namespace sigla::http
