// SPDX-License-Identifier: Apache-2.0
// A repository's URL through every provider; a second line, if there is one, names a host.
#include <cstddef>
#include <cstdint>

#include "base/bytes.h"
#include "sourcelink/provider.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input = sigla::as_text(sigla::Bytes(data, size));
  const std::size_t end = std::min(input.find('\n'), input.size());
  sigla::sourcelink::UrlRequest request;
  request.remote = input.substr(0, end);
  request.revision = "0123456789abcdef0123456789abcdef01234567";
  request.is_single_provider = true;
  request.url_template = "{content}/{owner}/{repo}/{revision}/*";
  auto host = sigla::sourcelink::Host::parse(input.substr(std::min(end + 1, input.size())));
  if (host.has_value()) request.hosts.push_back(std::move(host).value());
  const auto remote = sigla::sourcelink::RemoteUrl::parse_git(request.remote);
  if (remote.has_value()) {
    // What we write we read back as the same.
    const auto again = sigla::sourcelink::RemoteUrl::parse(remote->text());
    SIGLA_CHECK(again.has_value() && again->text() == remote->text());
  }
  for (const auto& provider : sigla::sourcelink::all_providers()) {
    const auto url = sigla::sourcelink::source_link_url(provider, request);
    SIGLA_CHECK(remote.has_value() || !url.has_value());
  }
  return 0;
}
