// SPDX-License-Identifier: Apache-2.0
// Which handler answers a path, how its body is taken and where it runs.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "http/request.h"
#include "http/response.h"

namespace sigla::http {

enum class BodyPolicy {
  kNone,    // a body is read and dropped up to 64 KiB, then the connection closes
  kMemory,  // into Request::body, at most `body_size_max`
  kSpool,   // into Request::body_file under Server::Options::spool_directory
};
enum class RunOn {
  kIoThread,  // answers from memory only: a handler that blocks stops every client of its thread
  kPool,      // disk, database
  kPoolLong,  // seconds of work: never more than a quarter of the pool
  kPoolBulk,  // minutes of work: never more than half of the pool
};

using Handler = std::function<Response(Request&)>;
// Called on the io thread before any of the body is read (and before "100 Continue"): a Response
// refuses the request.
using Admission = std::function<std::optional<Response>(const Request&)>;

struct Route {
  std::string method;   // "GET", "POST", "PUT", "DELETE"
  std::string pattern;  // "/api/v1/projects/{project}/uploads", "/symbols/{rest...}"
  BodyPolicy body = BodyPolicy::kNone;
  RunOn run_on = RunOn::kPool;
  std::uint64_t body_size_max = 0;  // of the body as received, and again once decoded
  bool hash_body = false;           // fill Request::body_sha256 while receiving
  Admission admit = {};             // optional
  Handler handler;
};

// Literal segments win over {captures}, captures over {rest...}. Literals are compared ignoring
// case, and empty segments ("//post", "/post/") count as absent except inside what {rest...} takes.
// A path that fits a pattern of another method answers 405 with Allow; none, `fallback`.
// Immutable once the server has started, then safe from every thread.
class Router {
 public:
  // Requires: a route of the same method and pattern was not added before.
  void add(Route route);
  void set_fallback(Handler handler);  // runs on the io thread; default is a plain 404
  const Handler& fallback() const;
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
  class Search;
  std::unique_ptr<Node> root_;
  Handler fallback_;
};

}  // namespace sigla::http
