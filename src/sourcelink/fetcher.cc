// SPDX-License-Identifier: Apache-2.0
#include "sourcelink/fetcher.h"

#include <utility>

#include "base/text.h"
#include "codec/base64.h"
#include "sourcelink/remote_url.h"

namespace sigla::sourcelink {
namespace {

std::string origin_of(const RemoteUrl& url) {
  return fmt::format("{}://{}", url.scheme, url.authority());
}

// Nobody listens in between.
bool is_safe(std::string_view origin) {
  if (origin.starts_with("https://")) return true;
  for (const std::string_view own : {"http://localhost", "http://127.0.0.1", "http://[::1]"}) {
    if (origin == own || origin.starts_with(std::string(own) + ":")) return true;
  }
  return false;
}

Error wrong(std::string_view why) {
  return make_error(ErrorCode::kInvalidArgument, "credential: {}", why);
}

bool is_line(std::string_view text) {
  return !text.empty() && text.find_first_of("\r\n") == std::string_view::npos &&
         text.find('\0') == std::string_view::npos;
}

Result<std::string> parse_origin(std::string_view host) {
  const bool has_scheme = host.find("://") != std::string_view::npos;
  auto url = RemoteUrl::parse(has_scheme ? std::string(host) : "https://" + std::string(host));
  if (!url.has_value() || url->path != "/" || !url->user_info.empty() || !url->query.empty()) {
    return wrong("no host before '='");
  }
  return origin_of(*url);
}

Error status_error(const http::ClientResponse& answer) {
  const bool is_gone = answer.status == 404 || answer.status == 410;
  const bool is_refused = answer.status == 401 || answer.status == 403;
  const ErrorCode code = is_gone      ? ErrorCode::kNotFound
                         : is_refused ? ErrorCode::kPermissionDenied
                                      : ErrorCode::kUnavailable;
  return make_error(code,
                    "{} answered {}{}",
                    answer.url,
                    answer.status,
                    is_refused ? ": credentials for its host are missing or wrong" : "");
}

bool is_redirect(int status) {
  return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

// Where a redirect leads to.
Result<std::string> next_url(const RemoteUrl& from, const http::ClientResponse& answer) {
  SIGLA_TRY_ASSIGN(const RemoteUrl to, RemoteUrl::parse(answer.redirect_url));
  if (from.scheme == "https" && to.scheme != "https") {
    return make_error(ErrorCode::kPermissionDenied, "{} leads away from https", from.text());
  }
  return answer.redirect_url;
}

}  // namespace

Result<Credential> Credential::parse(std::string_view text) {
  const std::size_t equals = text.find('=');
  if (equals == std::string_view::npos) return wrong("HOST=KIND:SECRET is its form");
  Credential credential;
  SIGLA_TRY_ASSIGN(credential.origin, parse_origin(text.substr(0, equals)));
  const std::string_view rest = text.substr(equals + 1);
  const std::size_t colon = std::min(rest.find(':'), rest.size());
  const std::string kind = lower(rest.substr(0, colon));
  std::string_view secret = rest.substr(std::min(colon + 1, rest.size()));
  if (kind == "none" && secret.empty()) return credential;
  if (!is_safe(credential.origin)) return wrong("only https hosts are given one");
  if (!is_line(secret)) return wrong("nothing behind its kind, or several lines");
  credential.header = "Authorization";
  if (kind == "bearer") {
    credential.value = "Bearer " + std::string(secret);
  } else if (kind == "basic") {
    credential.value = "Basic " + base64_encode(as_bytes(secret));
  } else if (kind == "header") {
    const std::size_t end = secret.find(':');
    if (end == std::string_view::npos || end == 0) return wrong("header:NAME:VALUE is its form");
    credential.header = secret.substr(0, end);
    credential.value = trim(secret.substr(end + 1));
  } else {
    return wrong("its kind is none of basic, bearer, header and none");
  }
  return credential;
}

Result<Fetched> Fetcher::fetch(std::string_view url) {
  std::string next(url);
  for (unsigned hop = 0; hop <= options_.redirect_count_max; ++hop) {
    SIGLA_TRY_ASSIGN(const RemoteUrl parsed, RemoteUrl::parse(next));
    http::ClientRequest request;
    request.url = next;
    request.headers.push_back({"User-Agent", "sigla"});
    bool is_listed = false;
    for (const Credential& credential : options_.credentials) {
      if (credential.origin != origin_of(parsed)) continue;
      is_listed = true;
      if (!credential.header.empty()) {
        request.headers.push_back({credential.header, credential.value});
      }
    }
    request.redirect_count_max = 0;
    request.download_size_max = options_.size_max;
    request.total_timeout_seconds = options_.timeout_seconds;
    request.stall_timeout_seconds = options_.timeout_seconds;
    request.public_addresses_only = options_.public_addresses_only && !is_listed;
    request.ca_file = options_.ca_file;
    SIGLA_TRY_ASSIGN(http::ClientResponse answer, client_.send(request));
    if (is_redirect(answer.status) && !answer.redirect_url.empty()) {
      SIGLA_TRY_ASSIGN(next, next_url(parsed, answer));
      continue;
    }
    if (answer.status != 200) return status_error(answer);
    Fetched fetched;
    fetched.content.assign(answer.body.begin(), answer.body.end());
    fetched.content_type = answer.header("Content-Type").value_or("");
    fetched.url = next;
    return fetched;
  }
  return make_error(ErrorCode::kUnavailable, "{} redirects too often", url);
}

}  // namespace sigla::sourcelink
