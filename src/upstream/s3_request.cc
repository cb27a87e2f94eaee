// SPDX-License-Identifier: Apache-2.0
#include "upstream/s3_request.h"

#include <fmt/format.h>

#include <array>

#include "base/text.h"
#include "codec/sign.h"
#include "http/target.h"

namespace sigla {
namespace {

constexpr std::string_view kUnsigned = "UNSIGNED-PAYLOAD";
constexpr std::string_view kSignedHeaders = "host;x-amz-content-sha256;x-amz-date";
constexpr std::size_t kErrorTextMax = 300;

// Where the bucket is: "https://host", the host as a client sends it, and what the path begins
// with.
struct Place {
  std::string origin;
  std::string host;
  std::string path;
};

Place place_of(const Source& source) {
  const std::string in_path = "/" + http::percent_encode(source.bucket, false);
  if (source.endpoint.empty()) {
    const std::string_view top =
        source.region.starts_with("cn-") ? "amazonaws.com.cn" : "amazonaws.com";
    const std::string service = fmt::format("s3.{}.{}", source.region, top);
    // A certificate for *.s3... does not cover a bucket with a dot in its name.
    if (source.bucket.find('.') != std::string::npos) {
      return {"https://" + service, service, in_path};
    }
    const std::string host = fmt::format("{}.{}", source.bucket, service);
    return {"https://" + host, host, ""};
  }
  const std::size_t scheme = source.endpoint.find("://");
  Place place;
  place.origin = scheme == std::string::npos ? "https://" + source.endpoint : source.endpoint;
  while (place.origin.ends_with('/')) place.origin.pop_back();
  const std::size_t host = place.origin.find("://") + 3;
  const std::size_t slash = std::min(place.origin.find('/', host), place.origin.size());
  place.host = lower(place.origin.substr(host, slash - host));
  place.path = place.origin.substr(slash) + in_path;
  place.origin.resize(slash);
  const std::string_view standard_port = place.origin.starts_with("http://") ? ":80" : ":443";
  if (place.host.ends_with(standard_port)) {
    place.host.resize(place.host.size() - standard_port.size());
  }
  return place;
}

Sha256Digest signing_key(const Source& source, std::string_view day) {
  const std::string secret = "AWS4" + source.secret_key;
  Sha256Digest key = hmac_sha256(as_bytes(secret), day);
  for (const std::string_view part : {std::string_view(source.region),
                                      std::string_view("s3"),
                                      std::string_view("aws4_request")}) {
    key = hmac_sha256(key, part);
  }
  return key;
}

std::string authorization(const Source& source,
                          std::string_view canonical_request,
                          std::string_view date) {
  const std::string_view day = date.substr(0, 8);
  const std::string scope = fmt::format("{}/{}/s3/aws4_request", day, source.region);
  const std::string to_sign = fmt::format(
      "AWS4-HMAC-SHA256\n{}\n{}\n{}", date, scope, hex_lower(sha256(as_bytes(canonical_request))));
  return fmt::format("AWS4-HMAC-SHA256 Credential={}/{}, SignedHeaders={}, Signature={}",
                     source.access_key,
                     scope,
                     kSignedHeaders,
                     hex_lower(hmac_sha256(signing_key(source, day), to_sign)));
}

std::string_view between(std::string_view text, std::string_view before, std::string_view after) {
  const std::size_t start = text.find(before);
  if (start == std::string_view::npos) return {};
  const std::size_t end = text.find(after, start + before.size());
  if (end == std::string_view::npos) return {};
  return text.substr(start + before.size(), end - start - before.size());
}

}  // namespace

http::ClientRequest s3_request(const Source& source,
                               std::string_view method,
                               std::string_view path,
                               std::time_t now) {
  const Place place = place_of(source);
  const std::string name =
      source.prefix.empty() ? std::string(path) : fmt::format("{}/{}", source.prefix, path);
  const std::string uri = fmt::format("{}/{}", place.path, http::percent_encode(name, true));
  http::ClientRequest request;
  request.method = method;
  request.url = place.origin + uri;
  if (source.access_key.empty()) return request;
  std::tm utc{};
  ::gmtime_r(&now, &utc);
  std::array<char, 17> date{};
  std::strftime(date.data(), date.size(), "%Y%m%dT%H%M%SZ", &utc);
  const std::string canonical =
      fmt::format("{}\n{}\n\nhost:{}\nx-amz-content-sha256:{}\nx-amz-date:{}\n\n{}\n{}",
                  method,
                  uri,
                  place.host,
                  kUnsigned,
                  date.data(),
                  kSignedHeaders,
                  kUnsigned);
  request.headers = {{"x-amz-content-sha256", std::string(kUnsigned)},
                     {"x-amz-date", date.data()},
                     {"Authorization", authorization(source, canonical, date.data())}};
  return request;
}

std::string s3_error(std::string_view body) {
  const std::string_view code = between(body, "<Code>", "</Code>");
  if (code.empty()) return {};
  const std::string_view message = between(body, "<Message>", "</Message>");
  std::string text = to_utf8(message.empty() ? code : fmt::format("{}: {}", code, message));
  if (text.size() > kErrorTextMax) text.resize(kErrorTextMax);
  return text;
}

}  // namespace sigla
