// SPDX-License-Identifier: Apache-2.0
// Which addresses belong to the public internet: whoever lets strangers name a URL connects to
// these only, or his own network answers them (server-side request forgery). The blocks that are
// not are those of the IANA special-purpose registries for IPv4 and IPv6; of IPv6 only 2000::/3 is
// allocated. Addresses that carry an IPv4 one (mapped, NAT64, 6to4) are judged by that.
#pragma once

#include <sys/socket.h>

namespace sigla::http {

// False for what is neither IPv4 nor IPv6.
bool is_public_address(const sockaddr& address);

}  // namespace sigla::http
