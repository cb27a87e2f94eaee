// SPDX-License-Identifier: Apache-2.0
#include "http/public_address.h"

#include <netinet/in.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>

namespace sigla::http {
namespace {

struct Block4 {
  std::uint32_t address;
  unsigned bits;
};
constexpr Block4 kReserved4[] = {
    {0x00000000, 8},   // this network
    {0x0a000000, 8},   // private use
    {0x64400000, 10},  // shared by carriers
    {0x7f000000, 8},   // loopback
    {0xa9fe0000, 16},  // link local; clouds serve their credentials there
    {0xac100000, 12},  // private use
    {0xc0000000, 24},  // IETF protocols
    {0xc0000200, 24},  // documentation
    {0xc0586300, 24},  // 6to4 relays
    {0xc0a80000, 16},  // private use
    {0xc6120000, 15},  // benchmarks
    {0xc6336400, 24},  // documentation
    {0xcb007100, 24},  // documentation
    {0xe0000000, 3},   // multicast, reserved, broadcast
};

using Address6 = std::array<std::uint8_t, 16>;

struct Block6 {
  Address6 address;
  unsigned bits;
};
constexpr Block6 kReserved6[] = {
    {{0x20, 0x01, 0x00}, 23},        // IETF protocols, Teredo
    {{0x20, 0x01, 0x0d, 0xb8}, 32},  // documentation
    {{0x3f, 0xff, 0x00}, 20},        // documentation
};
constexpr Block6 kAllocated6 = {{0x20}, 3};
// Those with an IPv4 address inside, and where it stands.
constexpr Block6 kMapped = {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff}, 96};
constexpr Block6 kNat64 = {{0x00, 0x64, 0xff, 0x9b}, 96};
constexpr Block6 k6to4 = {{0x20, 0x02}, 16};

bool is_public4(std::uint32_t address) {
  return std::ranges::none_of(kReserved4, [&](const Block4& block) {
    return (address ^ block.address) >> (32 - block.bits) == 0;
  });
}

bool is_in(const Address6& address, const Block6& block) {
  for (unsigned bit = 0; bit < block.bits; bit += 8) {
    const unsigned bits = std::min(8U, block.bits - bit);
    const unsigned difference = address[bit / 8] ^ unsigned { block.address[bit / 8] };
    if (difference >> (8 - bits) != 0) return false;
  }
  return true;
}

std::uint32_t inner4(const Address6& address, std::size_t at) {
  return std::uint32_t{address[at]} << 24U | std::uint32_t{address[at + 1]} << 16U |
         std::uint32_t{address[at + 2]} << 8U | std::uint32_t{address[at + 3]};
}

bool is_public6(const Address6& address) {
  if (is_in(address, kMapped) || is_in(address, kNat64)) return is_public4(inner4(address, 12));
  if (is_in(address, k6to4)) return is_public4(inner4(address, 2));
  return is_in(address, kAllocated6) && std::ranges::none_of(kReserved6, [&](const Block6& block) {
           return is_in(address, block);
         });
}

}  // namespace

bool is_public_address(const sockaddr& address) {
  if (address.sa_family == AF_INET) {
    sockaddr_in found{};
    std::memcpy(&found, &address, sizeof(found));
    return is_public4(ntohl(found.sin_addr.s_addr));
  }
  if (address.sa_family == AF_INET6) {
    sockaddr_in6 found{};
    std::memcpy(&found, &address, sizeof(found));
    Address6 bytes{};
    std::memcpy(bytes.data(), &found.sin6_addr, bytes.size());
    return is_public6(bytes);
  }
  return false;
}

}  // namespace sigla::http
