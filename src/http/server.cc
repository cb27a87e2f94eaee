// SPDX-License-Identifier: Apache-2.0
#include "http/server.h"

#include <sys/resource.h>

#include <algorithm>
#include <condition_variable>
#include <csignal>
#include <mutex>
#include <thread>
#include <vector>

#include "http/io_thread.h"
#include "http/listener.h"
#include "http/server_state.h"

namespace sigla::http {
namespace {

class RunningServer final : public Server {
 public:
  RunningServer(Options options, Router router, std::optional<TlsContext> tls, Listeners listeners)
      : port_(listeners.port) {
    state_.options = std::move(options);
    state_.router = std::move(router);
    state_.tls = std::move(tls);
    state_.pool = std::make_unique<Pool>(state_.options.pool_thread_count);
    for (File& socket : listeners.sockets) {
      io_threads_.push_back(std::make_unique<IoThread>(state_, std::move(socket)));
    }
  }
  // The pool first: its jobs refer to connections, which live in the io threads.
  ~RunningServer() override {
    state_.pool.reset();
    io_threads_.clear();
  }

  std::uint16_t port() const override { return port_; }
  std::size_t connection_count() const override { return state_.connection_count; }

  void run() override {
    std::vector<std::thread> threads;
    threads.reserve(io_threads_.size());
    for (const auto& io_thread : io_threads_) {
      threads.emplace_back([&io_thread] { io_thread->run(); });
    }
    std::thread reaper([this] { abort_when_late(); });
    for (std::thread& thread : threads) thread.join();
    {
      const std::lock_guard lock(mutex_);
      is_drained_ = true;
    }
    changed_.notify_all();
    reaper.join();
  }

  void stop(unsigned drain_seconds) override {
    state_.is_draining = true;
    {
      const std::lock_guard lock(mutex_);
      deadline_ = std::chrono::steady_clock::now() + std::chrono::seconds(drain_seconds);
    }
    changed_.notify_all();
    for (const auto& io_thread : io_threads_) io_thread->post_stop();
  }

 private:
  void abort_when_late() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return is_drained_ || deadline_.has_value(); });
    while (!is_drained_) {
      if (changed_.wait_until(lock, *deadline_) == std::cv_status::no_timeout) continue;
      if (is_drained_) return;
      for (const auto& io_thread : io_threads_) io_thread->post_abort();
      return;
    }
  }

  ServerState state_;
  std::uint16_t port_;
  std::vector<std::unique_ptr<IoThread>> io_threads_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool is_drained_ = false;
  std::optional<std::chrono::steady_clock::time_point> deadline_;
};

// sendfile() and OpenSSL raise SIGPIPE for a peer that left; an error return is all we want.
void prepare_process() {
  std::signal(SIGPIPE, SIG_IGN);
  rlimit files{};
  if (::getrlimit(RLIMIT_NOFILE, &files) == 0 && files.rlim_cur < files.rlim_max) {
    files.rlim_cur = files.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &files);
  }
}

}  // namespace

Result<std::unique_ptr<Server>> Server::start(Options options, Router router) {
  const std::size_t cores = std::max(1U, std::thread::hardware_concurrency());
  if (options.io_thread_count == 0) options.io_thread_count = 2 * cores + 2;
  if (options.pool_thread_count == 0) options.pool_thread_count = 4 * cores;
  std::optional<TlsContext> tls;
  if (options.tls.has_value()) {
    SIGLA_TRY_ASSIGN(TlsContext context, TlsContext::load(*options.tls));
    tls = std::move(context);
  }
  SIGLA_TRY_ASSIGN(Listeners listeners,
                   listen_on(options.address, options.port, options.io_thread_count));
  prepare_process();
  return std::unique_ptr<Server>(std::make_unique<RunningServer>(
      std::move(options), std::move(router), std::move(tls), std::move(listeners)));
}

}  // namespace sigla::http
