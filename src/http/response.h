// SPDX-License-Identifier: Apache-2.0
// What a handler answers: a status, headers and a body of one of four kinds.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "base/bytes.h"
#include "base/result.h"
#include "http/request.h"
#include "os/file.h"

namespace sigla::http {

// Pulled on the blocking pool until it returns 0. Runs on one thread at a time.
class BodyStream {
 public:
  virtual ~BodyStream() = default;
  virtual Result<std::size_t> read(MutableBytes buffer) = 0;
  // A stream that can start anywhere serves ranges; seek() is called once, before the first read.
  virtual bool can_seek() const { return false; }
  virtual Status seek(std::uint64_t offset);
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

// Somebody who waits for an answer.
class Waiter {
 public:
  virtual ~Waiter() = default;
  // From any thread; once is enough. Must not block.
  virtual void wake() = 0;
};
struct Later;

struct Response {
  int status = 200;
  std::string reason;  // replaces the standard phrase behind the status; empty: as it is
  Headers headers;     // Content-Length, Date, Connection and Server are the server's business
  std::variant<std::string, std::shared_ptr<const std::string>, FileBody, StreamBody> body;
  // Instead of all of the above: the answer is not there yet. The connection waits, no thread does.
  std::shared_ptr<const Later> later;

  static Response text(int status, std::string text);
  static Response json(int status, std::string json);
  Response& with(std::string name, std::string value) &;
  Response&& with(std::string name, std::string value) &&;

  std::optional<std::string_view> header(std::string_view name) const {
    return find_header(headers, name);
  }
  // Absent for a stream of unknown size.
  std::optional<std::uint64_t> body_size() const;
};

struct Later {
  // Has the waiter woken when take() knows more; at once where it does already. Whoever keeps the
  // waiter keeps it weakly: it goes when nobody waits any more.
  std::function<void(const std::shared_ptr<Waiter>&)> call;
  std::optional<std::chrono::seconds> timeout;  // nothing: as long as it takes
  // What is there once the waiter was woken or the time is over, which is no Later again. Runs on
  // the io thread: an answer from memory.
  std::function<Response()> take;
};

// "Not Found"; "Unknown" for a status no specification names.
std::string_view reason_phrase(int status);

}  // namespace sigla::http
