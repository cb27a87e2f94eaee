// SPDX-License-Identifier: Apache-2.0
// A non-blocking byte connection, plain TCP or TLS over it. Each call does what can be done at once
// and says what to wait for; waiting is the caller's business. One thread at a time.
#pragma once

#include <cstdint>
#include <memory>

#include "base/bytes.h"
#include "base/result.h"
#include "http/server.h"
#include "os/file.h"

struct ssl_ctx_st;  // OpenSSL's SSL_CTX

namespace sigla::http {

enum class Next {
  kDone,       // some bytes moved
  kWaitRead,   // nothing can move before the socket is readable
  kWaitWrite,  // nothing can move before the socket is writable
  kClosed,     // the peer ended the stream, or it broke
};
struct Moved {
  std::size_t size = 0;
  Next next = Next::kDone;
};

class Stream {
 public:
  virtual ~Stream() = default;
  // kDone once; until then as for reads and writes.
  virtual Next handshake() = 0;
  // Not of a plain stream: its Channel reads with the event loop's own call.
  virtual Moved read(MutableBytes buffer);
  // Writes from `head` first, then from `body`; `more` when further bytes follow soon.
  virtual Moved write(Bytes head, Bytes body, bool more) = 0;
  virtual Moved send_file(const File& file, std::uint64_t offset, std::uint64_t size) = 0;
  // Tells the peer that nothing more will be written. Best effort.
  virtual void finish() = 0;
};

// The descriptor stays the caller's and must outlive the stream.
std::unique_ptr<Stream> make_plain_stream(int fd);

// A server's certificate and key.
class TlsContext {
 public:
  static Result<TlsContext> load(const TlsOptions& options);
  std::unique_ptr<Stream> make_stream(int fd) const;

 private:
  struct Free {
    void operator()(ssl_ctx_st* context) const;
  };
  explicit TlsContext(ssl_ctx_st* context) : context_(context) {}
  std::unique_ptr<ssl_ctx_st, Free> context_;
};

}  // namespace sigla::http
