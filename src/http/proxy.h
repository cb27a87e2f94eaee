// SPDX-License-Identifier: Apache-2.0
// Through which proxy a URL is asked, as the environment says it to libcurl and curl(1): http_proxy
// (in lower case only: HTTP_PROXY is what a CGI program gets of a client's header), https_proxy,
// all_proxy, and no_proxy for the hosts that are asked without. And where strangers may have one of
// ours take them: a proxy connects for whoever asks, so the guard against addresses inside
// (public_address.h) has to look at the URL before.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace sigla::http {

// As getenv(3); null: not set.
using Environment = std::function<const char*(const char*)>;

// The proxy's own URL; empty: none. Of no_proxy are understood "*", names ("example.com" is
// sub.example.com, too), addresses, and blocks of them ("10.0.0.0/8").
std::string proxy_for(std::string_view url, const Environment& environment);

// Error kPermissionDenied when the URL's host is, or is a name of, an address that is not public;
// when it is a name of the local network (without a dot, "x.local"); or not plain enough to be sure
// that the proxy reads it as we do. Names that are not known here are the proxy's to find: many
// networks know outside names there only.
Status check_proxied_url(std::string_view url);

}  // namespace sigla::http
