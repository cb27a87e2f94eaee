// SPDX-License-Identifier: Apache-2.0
// What all connections of a server share. The atomics may be touched from any thread; the rest does
// not change once the server runs.
#pragma once

#include <atomic>
#include <memory>
#include <optional>

#include "http/pool.h"
#include "http/server.h"
#include "http/stream.h"

namespace sigla::http {

struct ServerState {
  Server::Options options;
  Router router;
  std::optional<TlsContext> tls;
  std::unique_ptr<Pool> pool;
  std::atomic<std::size_t> connection_count = 0;
  std::atomic<bool> is_draining = false;
};

}  // namespace sigla::http
