// SPDX-License-Identifier: Apache-2.0
// Listening sockets: one for each io thread on the same address, so that the kernel spreads new
// connections over the threads.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "os/file.h"

namespace sigla::http {

struct Listeners {
  std::vector<File> sockets;  // non-blocking
  std::uint16_t port = 0;
};

// `address` is an IPv4 or IPv6 address, without brackets. Error (kUnavailable) when somebody else
// has the port for more than a second, even if that one would share it.
Result<Listeners> listen_on(const std::string& address, std::uint16_t port, std::size_t count);

struct Accepted {
  int fd = -1;  // non-blocking; -1 when there is none
  bool out_of_descriptors = false;
  std::string remote_address;
};
Accepted accept_one(const File& listener);

}  // namespace sigla::http
