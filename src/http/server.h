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
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/limits.h"
#include "base/result.h"
#include "os/file.h"

namespace sigla::http {

using Headers = std::vector<std::pair<std::string, std::string>>;

struct Request {
  std::string method;        // "GET"; HEAD is routed as GET, the server drops the body
  std::string target;        // as sent: "/a%20b?x=1"
  std::string path;          // percent-decoded once, never normalised: "/a b"
  std::string raw_path;      // as sent, without the query
  std::vector<std::pair<std::string, std::string>> query;  // decoded; "k" alone has an empty value
  Headers headers;
  std::string remote_address;
  bool is_tls = false;
  std::vector<std::string> captures;  // what the route's {name} parts matched, decoded, in order

  std::string body;          // BodyPolicy::kMemory
  File body_file;            // BodyPolicy::kSpool: unnamed, rewound
  std::uint64_t body_size = 0;  // bytes received, after transfer decoding, before content decoding

  // Header names are compared ignoring case; the first one counts.
  std::optional<std::string_view> header(std::string_view name) const;
  std::optional<std::string_view> query_value(std::string_view name) const;
};

// Pulled on the blocking pool until it returns 0. Runs on one thread at a time.
class BodyStream {
 public:
  virtual ~BodyStream() = default;
  virtual Result<std::size_t> read(MutableBytes buffer) = 0;
};

struct FileBody {
  std::shared_ptr<const File> file;  // shared with a cache of open files
  std::uint64_t offset = 0;
  std::uint64_t size = 0;
};
struct StreamBody {
  std::unique_ptr<BodyStream> stream;
  std::optional<std::uint64_t> size;  // absent: sent chunked
};

struct Response {
  int status = 200;
  Headers headers;  // Content-Length, Date, Connection and Server are the server's business
  std::variant<std::string, std::shared_ptr<const std::string>, FileBody, StreamBody> body;

  static Response text(int status, std::string text);
  static Response json(int status, std::string json);
  Response& with(std::string name, std::string value) &;
  Response&& with(std::string name, std::string value) &&;
};

enum class BodyPolicy {
  kNone,    // a body is read and dropped up to 64 KiB, then the connection closes
  kMemory,  // into Request::body, at most `body_size_max`
  kSpool,   // into Request::body_file under Server::Options::spool_directory
};
enum class RunOn { kIoThread, kPool };

using Handler = std::function<Response(Request&)>;
// Called on the io thread before any of the body is read (and before "100 Continue"): a Response
// refuses the request.
using Admission = std::function<std::optional<Response>(const Request&)>;

struct Route {
  std::string method;   // "GET", "POST", "PUT", "DELETE"
  std::string pattern;  // "/api/v1/projects/{project}/uploads", "/symbols/{rest...}"
  BodyPolicy body = BodyPolicy::kNone;
  RunOn run_on = RunOn::kPool;
  std::uint64_t body_size_max = 0;
  Admission admit;      // optional
  Handler handler;
};

// Literal segments win over {captures}, captures over {rest...}. Literals are compared ignoring
// case. A path that fits a pattern of another method answers 405 with Allow; none, `fallback`.
class Router {
 public:
  void add(Route route);
  void set_fallback(Handler handler);  // runs on the io thread; default is a plain 404
  struct Match {
    const Route* route = nullptr;
    std::vector<std::string> captures;
    std::string allow;  // when only other methods fit
  };
  Match match(std::string_view method, std::string_view path) const;

  Router();
  ~Router();
  Router(Router&&) noexcept;
  Router& operator=(Router&&) noexcept;

 private:
  struct Node;
  std::unique_ptr<Node> root_;
};

struct TlsOptions {
  std::filesystem::path certificate_chain;  // PEM
  std::filesystem::path private_key;        // PEM
};

class Server {
 public:
  struct Options {
    std::string address = "127.0.0.1";
    std::uint16_t port = 8484;  // 0: any free one
    std::size_t io_thread_count = 0;    // 0: 2 × cores + 2
    std::size_t pool_thread_count = 0;  // 0: 4 × cores
    std::filesystem::path spool_directory;  // same file system as the blobs
    std::optional<TlsOptions> tls;
    Limits limits;
    // Called once per answered request, on the io thread: for metrics and the access log.
    std::function<void(const Request&, int status, std::uint64_t sent_size, double seconds)> on_done;
  };
  // Binds and listens; serves once run() is called.
  static Result<std::unique_ptr<Server>> start(Options options, Router router);
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
