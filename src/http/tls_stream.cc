// SPDX-License-Identifier: Apache-2.0
// TLS on the socket itself: no memory BIOs between OpenSSL and the kernel, so no extra copies.
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/socket.h>

#include <algorithm>
#include <climits>
#include <vector>

#include "http/stream.h"

namespace sigla::http {
namespace {

constexpr std::size_t kFilePieceSize = 256U << 10U;
constexpr std::size_t kJoinSizeMax = 16U << 10U;  // one TLS record

std::string last_error() {
  char text[256];
  ::ERR_error_string_n(::ERR_get_error(), text, sizeof(text));
  return text;
}

class TlsStream final : public Stream {
 public:
  TlsStream(SSL* ssl, int fd) : ssl_(ssl), fd_(fd) {}
  TlsStream(const TlsStream&) = delete;
  TlsStream& operator=(const TlsStream&) = delete;
  ~TlsStream() override { ::SSL_free(ssl_); }

  Next handshake() override {
    ::ERR_clear_error();
    const int result = ::SSL_accept(ssl_);
    return result == 1 ? Next::kDone : why(result);
  }

  Moved read(MutableBytes buffer) override {
    ::ERR_clear_error();
    std::size_t count = 0;
    const int result = ::SSL_read_ex(ssl_, buffer.data(), buffer.size(), &count);
    if (result == 1) return {count, Next::kDone};
    return {0, why(result)};
  }

  // A head and a small body go into one record.
  Moved write(Bytes head, Bytes body, bool) override {
    if (head.empty()) return write_one(body);
    if (body.empty() || head.size() + body.size() > kJoinSizeMax) return write_one(head);
    joined_.assign(head.begin(), head.end());
    joined_.insert(joined_.end(), body.begin(), body.end());
    return write_one(joined_);
  }

  // OpenSSL wants a write that would block repeated with the same bytes, so the piece is kept.
  Moved send_file(const File& file, std::uint64_t offset, std::uint64_t size) override {
    if (piece_.empty()) {
      piece_.resize(std::min<std::uint64_t>(size, kFilePieceSize));
      const auto count = file.read_at(piece_, offset);
      if (!count.has_value() || *count == 0) return {0, Next::kClosed};
      piece_.resize(*count);
    }
    const Moved result = write_one(piece_);
    if (result.next == Next::kDone) piece_.clear();
    return result;
  }

  void finish() override {
    ::ERR_clear_error();
    ::SSL_shutdown(ssl_);
    ::shutdown(fd_, SHUT_WR);
  }

 private:
  Moved write_one(Bytes bytes) {
    ::ERR_clear_error();
    std::size_t count = 0;
    const int result = ::SSL_write_ex(ssl_, bytes.data(), bytes.size(), &count);
    if (result == 1) return {count, Next::kDone};
    return {0, why(result)};
  }

  Next why(int result) const {
    switch (::SSL_get_error(ssl_, result)) {
      case SSL_ERROR_WANT_READ:
        return Next::kWaitRead;
      case SSL_ERROR_WANT_WRITE:
        return Next::kWaitWrite;
      default:
        return Next::kClosed;
    }
  }

  SSL* ssl_;
  int fd_;
  Buffer joined_;
  Buffer piece_;
};

}  // namespace

void TlsContext::Free::operator()(ssl_ctx_st* context) const { ::SSL_CTX_free(context); }

Result<TlsContext> TlsContext::load(const TlsOptions& options) {
  ::ERR_clear_error();
  TlsContext context(::SSL_CTX_new(::TLS_server_method()));
  SSL_CTX* const raw = context.context_.get();
  if (raw == nullptr) return make_error(ErrorCode::kInternal, "TLS: {}", last_error());
  ::SSL_CTX_set_min_proto_version(raw, TLS1_2_VERSION);
  // No partial writes: a call goes on until all is written or the socket is full, and the senders
  // here repeat a call that would block with the same bytes. Released buffers keep idle connections
  // small.
  ::SSL_CTX_set_mode(raw, SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS);
  ::SSL_CTX_set_options(raw, SSL_OP_NO_RENEGOTIATION | SSL_OP_CIPHER_SERVER_PREFERENCE);
  if (::SSL_CTX_use_certificate_chain_file(raw, options.certificate_chain.c_str()) != 1) {
    return make_error(ErrorCode::kInvalidArgument,
                      "TLS certificate {}: {}",
                      options.certificate_chain.string(),
                      last_error());
  }
  if (::SSL_CTX_use_PrivateKey_file(raw, options.private_key.c_str(), SSL_FILETYPE_PEM) != 1 ||
      ::SSL_CTX_check_private_key(raw) != 1) {
    return make_error(ErrorCode::kInvalidArgument,
                      "TLS private key {}: {}",
                      options.private_key.string(),
                      last_error());
  }
  return context;
}

std::unique_ptr<Stream> TlsContext::make_stream(int fd) const {
  SSL* const ssl = ::SSL_new(context_.get());
  if (ssl == nullptr) return nullptr;
  ::SSL_set_fd(ssl, fd);
  return std::make_unique<TlsStream>(ssl, fd);
}

}  // namespace sigla::http
