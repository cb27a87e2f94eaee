// SPDX-License-Identifier: Apache-2.0
// An HTTP/1.1 server that knows nothing of symbols. Asio and Beast stay in the .cc files.
//
// Connections live on io threads that never block. A route says how its body is taken (not at all,
// into memory, into a spool file) and where its handler runs (on the io thread, for answers from
// memory; on the blocking pool, for everything that touches disk, database or workers). Bodies are
// received before the handler runs, so a slow sender holds a connection but never a thread.
// Response bodies are text, a range of a file (sendfile) or a stream that is pulled on the pool.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/limits.h"
#include "base/result.h"
#include "http/request.h"
#include "http/response.h"
#include "http/router.h"

namespace sigla::http {

struct TlsOptions {
  std::filesystem::path certificate_chain;  // PEM
  std::filesystem::path private_key;        // PEM
};

class Server {
 public:
  struct Options {
    std::string address = "127.0.0.1";
    std::uint16_t port = 8484;              // 0: any free one
    std::size_t io_thread_count = 0;        // 0: 2 × cores + 2
    std::size_t pool_thread_count = 0;      // 0: 4 × cores
    std::filesystem::path spool_directory;  // same file system as the blobs
    std::optional<TlsOptions> tls;
    Limits limits;
    // How the log names a request; its path unless given. Paths may hold secrets.
    std::function<std::string(const Request&)> name_for_log = {};
    // Called once per answered request, on the io thread: for metrics and the access log.
    std::function<void(const Request&, int status, std::uint64_t sent_size, double seconds)>
        on_done;
  };
  // Binds and listens; serves once run() is called. Ignores SIGPIPE in the whole process, and
  // raises the soft limit of open files to the hard one.
  static Result<std::unique_ptr<Server>> start(Options options, Router router);
  // Waits for handlers that still run on the pool.
  virtual ~Server() = default;
  virtual std::uint16_t port() const = 0;
  // Serves until stop(); returns when the last connection is drained or `drain` seconds passed.
  virtual void run() = 0;
  // Thread-safe and safe in a signal handler's thread: stops accepting, finishes what is under way
  // (for at most drain_seconds), closes idle connections at once.
  virtual void stop(unsigned drain_seconds) = 0;
  virtual std::size_t connection_count() const = 0;
};

}  // namespace sigla::http
