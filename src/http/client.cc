// SPDX-License-Identifier: Apache-2.0
#include "http/client.h"

#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cstdlib>

#include "base/text.h"
#include "http/curl_library.h"
#include "http/proxy.h"
#include "http/public_address.h"

namespace sigla::http {
namespace {

constexpr std::size_t kErrorBodySizeMax = 64U << 10U;
constexpr long kStallBytesPerSecond = 1;

std::string host_of(const std::string& url) {
  const std::size_t start = url.find("://");
  if (start == std::string::npos) return url;
  const std::size_t end = url.find_first_of("/?#", start + 3);
  const std::string authority = url.substr(start + 3, end == url.npos ? end : end - start - 3);
  return authority.substr(authority.rfind('@') + 1);  // never a password in a message
}

}  // namespace

// One request under way: what libcurl's callbacks work on.
class Client::Transfer {
 public:
  Transfer(const CurlLibrary& library, CURL* curl, const ClientRequest& request)
      : library_(library), curl_(curl), request_(request) {}
  Transfer(const Transfer&) = delete;
  Transfer& operator=(const Transfer&) = delete;
  ~Transfer() { library_.slist_free_all(headers_); }

  Result<ClientResponse> run() {
    if (request_.public_addresses_only) {
      proxy_ = proxy_for(request_.url, ::getenv);
      if (!proxy_.empty()) SIGLA_TRY(check_proxied_url(request_.url));
    }
    configure();
    configure_body();
    const CURLcode code = library_.easy_perform(curl_);
    // A name may have several addresses: one that was refused does not matter when another
    // answered.
    if (code != CURLE_OK && failure_.has_value()) return std::move(*failure_);
    if (code != CURLE_OK) return error_of(code);
    long status = 0;
    library_.easy_getinfo(curl_, CURLINFO_RESPONSE_CODE, &status);
    char* url = nullptr;
    library_.easy_getinfo(curl_, CURLINFO_EFFECTIVE_URL, &url);
    response_.status = static_cast<int>(status);
    response_.url = url != nullptr ? url : request_.url;
    char* redirect = nullptr;
    library_.easy_getinfo(curl_, CURLINFO_REDIRECT_URL, &redirect);
    if (redirect != nullptr) response_.redirect_url = redirect;
    return std::move(response_);
  }

 private:
  void configure() {
    library_.easy_reset(curl_);  // keeps connections
    set(CURLOPT_URL, request_.url.c_str());
    set(CURLOPT_PROTOCOLS_STR, "http,https");
    set(CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
    set(CURLOPT_ERRORBUFFER, error_text_.data());
    set(CURLOPT_NOSIGNAL, 1L);
    set(CURLOPT_CONNECTTIMEOUT, static_cast<long>(request_.connect_timeout_seconds));
    set(CURLOPT_TIMEOUT, static_cast<long>(request_.total_timeout_seconds));
    set(CURLOPT_LOW_SPEED_LIMIT, kStallBytesPerSecond);
    set(CURLOPT_LOW_SPEED_TIME, static_cast<long>(request_.stall_timeout_seconds));
    set(CURLOPT_BUFFERSIZE, 256L << 10);
    set(CURLOPT_UPLOAD_BUFFERSIZE, 256L << 10);
    if (request_.accepts_any_certificate) {
      set(CURLOPT_SSL_VERIFYPEER, 0L);
      set(CURLOPT_SSL_VERIFYHOST, 0L);
    }
    if (request_.public_addresses_only) {
      // Decided above, so that libcurl's own reading of the environment cannot differ.
      set(CURLOPT_NOPROXY, "");
      set(CURLOPT_PROXY, proxy_.c_str());
      if (proxy_.empty()) {
        set(CURLOPT_OPENSOCKETFUNCTION, &Transfer::on_connect);
        set(CURLOPT_OPENSOCKETDATA, this);
      }
    }
    if (!request_.ca_file.empty()) set(CURLOPT_CAINFO, request_.ca_file.c_str());
    const bool reads_only = request_.method == "GET" || request_.method == "HEAD";
    const bool follows = reads_only && request_.redirect_count_max > 0 && proxy_.empty();
    set(CURLOPT_FOLLOWLOCATION, follows ? 1L : 0L);
    set(CURLOPT_MAXREDIRS, static_cast<long>(request_.redirect_count_max));
    set(CURLOPT_WRITEFUNCTION, &Transfer::on_content);
    set(CURLOPT_WRITEDATA, this);
    set(CURLOPT_HEADERFUNCTION, &Transfer::on_header);
    set(CURLOPT_HEADERDATA, this);
    if (request_.progress) {
      set(CURLOPT_NOPROGRESS, 0L);
      set(CURLOPT_XFERINFOFUNCTION, &Transfer::on_progress);
      set(CURLOPT_XFERINFODATA, this);
    }
    for (const auto& header : request_.headers) {
      add_header(header.first + (header.second.empty() ? ";" : ": " + header.second));
    }
  }

  void configure_body() {
    if (request_.method == "HEAD") {
      set(CURLOPT_NOBODY, 1L);
    } else if (request_.body_file != nullptr) {
      set(CURLOPT_UPLOAD, 1L);
      set(CURLOPT_READFUNCTION, &Transfer::on_read);
      set(CURLOPT_READDATA, this);
      set(CURLOPT_SEEKFUNCTION, &Transfer::on_seek);
      set(CURLOPT_SEEKDATA, this);
      set(CURLOPT_INFILESIZE_LARGE, static_cast<curl_off_t>(request_.body_size));
      // Waiting for "100 Continue" saves sending gigabytes to a server that refuses them.
      set(CURLOPT_CUSTOMREQUEST, request_.method.c_str());
    } else if (!request_.body.empty() || request_.method == "POST") {
      set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request_.body.size()));
      set(CURLOPT_POSTFIELDS, request_.body.c_str());
      set(CURLOPT_CUSTOMREQUEST, request_.method.c_str());
      add_header("Expect:");
      if (!find_header(request_.headers, "Content-Type").has_value()) {
        add_header("Content-Type: application/octet-stream");
      }
    } else if (request_.method != "GET") {
      set(CURLOPT_CUSTOMREQUEST, request_.method.c_str());
    }
    set(CURLOPT_HTTPHEADER, headers_);
  }

  template <typename T>
  void set(CURLoption option, T value) {
    library_.easy_setopt(curl_, option, value);
  }
  void add_header(const std::string& line) {
    headers_ = library_.slist_append(headers_, line.c_str());
  }

  Error error_of(CURLcode code) const {
    const char* const reason =
        error_text_[0] != '\0' ? error_text_.data() : library_.easy_strerror(code);
    const bool wrong_url = code == CURLE_URL_MALFORMAT || code == CURLE_UNSUPPORTED_PROTOCOL;
    return make_error(wrong_url ? ErrorCode::kInvalidArgument : ErrorCode::kUnavailable,
                      "{}: {}",
                      host_of(request_.url),
                      reason);
  }

  // Every connection, a redirect's too, passes here with the address that was found for its name.
  static curl_socket_t on_connect(void* self, curlsocktype, curl_sockaddr* address) {
    auto& transfer = *static_cast<Transfer*>(self);
    if (is_public_address(address->addr)) {
      return ::socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
    }
    transfer.failure_ = make_error(ErrorCode::kPermissionDenied,
                                   "{}: destination is restricted",
                                   host_of(transfer.request_.url));
    return CURL_SOCKET_BAD;
  }

  static std::size_t on_content(char* data, std::size_t, std::size_t size, void* self) {
    return static_cast<Transfer*>(self)->take({data, size}) ? size : CURL_WRITEFUNC_ERROR;
  }
  bool take(std::string_view content) {
    long status = 0;
    library_.easy_getinfo(curl_, CURLINFO_RESPONSE_CODE, &status);
    if (status < 200 || status >= 300) {
      const std::size_t room = kErrorBodySizeMax - response_.body.size();
      response_.body += content.substr(0, room);
      response_.received_size += content.size();
      return true;
    }
    if (content.size() > request_.download_size_max - response_.received_size) {
      failure_ = make_error(ErrorCode::kLimitExceeded,
                            "{}: the answer is over the limit of {} bytes",
                            host_of(request_.url),
                            request_.download_size_max);
      return false;
    }
    response_.received_size += content.size();
    if (request_.download_file == nullptr) {
      response_.body += content;
      return true;
    }
    Status status_of_write = request_.download_file->write_all(as_bytes(content));
    if (!status_of_write.has_value()) failure_ = std::move(status_of_write).error();
    return !failure_.has_value();
  }

  static std::size_t on_header(char* data, std::size_t, std::size_t size, void* self) {
    static_cast<Transfer*>(self)->take_header({data, size});
    return size;
  }
  void take_header(std::string_view line) {
    if (line.starts_with("HTTP/")) {
      response_.headers.clear();
      response_.body.clear();
      response_.received_size = 0;
      return;
    }
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) return;
    response_.headers.emplace_back(trim(line.substr(0, colon)), trim(line.substr(colon + 1)));
  }

  static std::size_t on_read(char* out, std::size_t, std::size_t room, void* self) {
    auto& transfer = *static_cast<Transfer*>(self);
    const ClientRequest& request = transfer.request_;
    const std::size_t wanted =
        std::min<std::uint64_t>(room, request.body_size - transfer.sent_size_);
    if (wanted == 0) return 0;
    const MutableBytes target(static_cast<std::uint8_t*>(static_cast<void*>(out)), wanted);
    auto count = request.body_file->read_at(target, request.body_offset + transfer.sent_size_);
    if (count.has_value() && *count == 0) {
      count = make_error(ErrorCode::kUnavailable, "the file became shorter while it was sent");
    }
    if (!count.has_value()) {
      transfer.failure_ = std::move(count).error();
      return CURL_READFUNC_ABORT;
    }
    transfer.sent_size_ += *count;
    return *count;
  }
  static int on_seek(void* self, curl_off_t offset, int) {
    static_cast<Transfer*>(self)->sent_size_ = static_cast<std::uint64_t>(offset);
    return CURL_SEEKFUNC_OK;
  }

  static int on_progress(void* self, curl_off_t, curl_off_t received, curl_off_t, curl_off_t sent) {
    const auto& transfer = *static_cast<Transfer*>(self);
    return transfer.request_.progress(static_cast<std::uint64_t>(sent),
                                      static_cast<std::uint64_t>(received))
               ? 0
               : 1;
  }

  const CurlLibrary& library_;
  CURL* curl_;
  const ClientRequest& request_;
  ClientResponse response_;
  curl_slist* headers_ = nullptr;
  std::uint64_t sent_size_ = 0;
  std::string proxy_;  // of a request to public addresses only
  std::optional<Error> failure_;
  std::array<char, CURL_ERROR_SIZE> error_text_{};
};

void Client::Free::operator()(void* handle) const { CurlLibrary::get()->easy_cleanup(handle); }

Client::Client() = default;
Client::~Client() = default;
Client::Client(Client&&) noexcept = default;
Client& Client::operator=(Client&&) noexcept = default;

Result<ClientResponse> Client::send(const ClientRequest& request) {
  const CurlLibrary* const library = CurlLibrary::get();
  if (library == nullptr) {
    return make_error(ErrorCode::kUnavailable, "libcurl.so.4 is not installed (package libcurl4)");
  }
  if (handle_ == nullptr) handle_.reset(library->easy_init());
  if (handle_ == nullptr) return make_error(ErrorCode::kInternal, "libcurl could not start");
  Transfer transfer(*library, handle_.get(), request);
  return transfer.run();
}

}  // namespace sigla::http
