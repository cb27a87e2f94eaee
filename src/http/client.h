// SPDX-License-Identifier: Apache-2.0
// A blocking HTTP client: one request at a time, connections kept between them. libcurl stays in
// the .cc file. Proxies come from the environment (http_proxy, https_proxy, no_proxy) as with curl.
//
//   Client client;
//   ClientRequest request;
//   request.url = server + "/api/v1/...";
//   SIGLA_TRY_ASSIGN(const ClientResponse response, client.send(request));
//   if (response.status == 404) ...
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "http/request.h"
#include "os/file.h"

namespace sigla::http {

struct ClientRequest {
  std::string method = "GET";
  std::string url;
  Headers headers;

  // What is sent: text, or a range of a file, which takes no memory. The file must outlive send().
  std::string body;
  const File* body_file = nullptr;
  std::uint64_t body_offset = 0;
  std::uint64_t body_size = 0;

  // Where the content of a 2xx answer goes: here, from the file position on, or into
  // ClientResponse::body. Other answers always go into the body, up to 64 KiB of them.
  const File* download_file = nullptr;
  std::uint64_t download_size_max = 64ULL << 20;

  unsigned connect_timeout_seconds = 15;
  unsigned stall_timeout_seconds = 60;  // no byte moved in either direction
  unsigned total_timeout_seconds = 0;   // 0: none
  // Followed for GET and HEAD only; Authorization is not sent on to another host.
  unsigned redirect_count_max = 5;
  std::filesystem::path ca_file;  // PEM, instead of the system's authorities
  bool accepts_any_certificate = false;
  // For URLs that strangers name: no connection to an address that is not a public one
  // (http/public_address.h), whatever a name or a redirect leads to. Where a proxy is configured
  // the URL is looked at before it is asked through that (http/proxy.h), and no redirect is
  // followed.
  bool public_addresses_only = false;

  // Called now and then with bytes so far; false gives up (kUnavailable).
  std::function<bool(std::uint64_t sent, std::uint64_t received)> progress;
};

struct ClientResponse {
  int status = 0;
  Headers headers;  // of the last answer, after redirects
  std::string body;
  std::uint64_t received_size = 0;  // content bytes
  std::string url;                  // the last one asked
  std::string redirect_url;         // where a redirect that was not followed leads

  std::optional<std::string_view> header(std::string_view name) const {
    return find_header(headers, name);
  }
};

// Movable; used by one thread at a time.
class Client {
 public:
  Client();
  ~Client();
  Client(Client&&) noexcept;
  Client& operator=(Client&&) noexcept;

  // Any answer is a success, whatever its status. kUnavailable names the host and the reason when
  // there was none, or it was cut off; kLimitExceeded when it is larger than download_size_max;
  // kInvalidArgument for what is no http or https URL; kPermissionDenied "destination is
  // restricted" for an address that is not public.
  Result<ClientResponse> send(const ClientRequest& request);

 private:
  class Transfer;
  struct Free {
    void operator()(void* handle) const;
  };
  std::unique_ptr<void, Free> handle_;
};

}  // namespace sigla::http
