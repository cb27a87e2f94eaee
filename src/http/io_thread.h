// SPDX-License-Identifier: Apache-2.0
// One event loop with its listening socket and its connections. Everything but post_*() runs on
// the thread inside run().
#pragma once

#include <cstddef>
#include <memory>

#include "http/server_state.h"
#include "os/file.h"

namespace sigla::http {

class IoThread {
 public:
  IoThread(ServerState& state, File listener);
  ~IoThread();
  IoThread(const IoThread&) = delete;
  IoThread& operator=(const IoThread&) = delete;

  // Returns when drained: after post_stop(), once no connection is left or post_abort() ended them.
  void run();
  // Thread-safe: accepts what is queued already, closes the listener and idle connections.
  void post_stop();
  // Thread-safe: closes every connection, and gives up those whose handler still runs.
  void post_abort();

 private:
  class Loop;
  std::unique_ptr<Loop> loop_;
};

}  // namespace sigla::http
