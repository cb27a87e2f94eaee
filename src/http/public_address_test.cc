// SPDX-License-Identifier: Apache-2.0
#include "http/public_address.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>

#include <cstring>

namespace sigla::http {
namespace {

bool is_public(const char* text) {
  sockaddr_storage storage{};
  if (std::strchr(text, ':') != nullptr) {
    sockaddr_in6 address{};
    address.sin6_family = AF_INET6;
    EXPECT_EQ(inet_pton(AF_INET6, text, &address.sin6_addr), 1) << text;
    std::memcpy(&storage, &address, sizeof(address));
  } else {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    EXPECT_EQ(inet_pton(AF_INET, text, &address.sin_addr), 1) << text;
    std::memcpy(&storage, &address, sizeof(address));
  }
  return is_public_address(*static_cast<const sockaddr*>(static_cast<const void*>(&storage)));
}

TEST(PublicAddress, RefusesEverySpecialPurposeBlockOfIpv4) {
  for (const char* text :
       {"0.0.0.0",        "0.255.255.255", "10.0.0.1",        "100.64.0.1",  "100.127.255.255",
        "127.0.0.1",      "127.255.0.1",   "169.254.169.254", "172.16.0.1",  "172.31.255.255",
        "192.0.0.8",      "192.0.2.1",     "192.88.99.1",     "192.168.1.1", "198.18.0.1",
        "198.19.255.255", "198.51.100.7",  "203.0.113.7",     "224.0.0.1",   "240.0.0.1",
        "255.255.255.255"}) {
    EXPECT_FALSE(is_public(text)) << text;
  }
}

TEST(PublicAddress, TakesTheirNeighbours) {
  for (const char* text : {"1.1.1.1",
                           "9.255.255.255",
                           "11.0.0.0",
                           "100.63.255.255",
                           "100.128.0.0",
                           "126.0.0.1",
                           "128.0.0.1",
                           "169.253.0.1",
                           "172.15.0.1",
                           "172.32.0.1",
                           "192.0.1.1",
                           "192.167.0.1",
                           "198.17.0.1",
                           "198.20.0.1",
                           "223.255.255.1"}) {
    EXPECT_TRUE(is_public(text)) << text;
  }
}

TEST(PublicAddress, JudgesIpv6ByWhatIsAllocated) {
  for (const char* text : {"::",
                           "::1",
                           "fe80::1",
                           "fc00::1",
                           "fd12:3456::1",
                           "ff02::1",
                           "fec0::1",
                           "2001:db8::1",
                           "2001::1",
                           "3fff::1",
                           "100::1",
                           "4000::1"}) {
    EXPECT_FALSE(is_public(text)) << text;
  }
  EXPECT_TRUE(is_public("2606:4700:4700::1111"));
  EXPECT_TRUE(is_public("2a00:1450::1"));
}

TEST(PublicAddress, LooksInsideIpv6ForIpv4) {
  EXPECT_FALSE(is_public("::ffff:127.0.0.1"));
  EXPECT_FALSE(is_public("64:ff9b::10.0.0.1"));
  EXPECT_FALSE(is_public("2002:7f00:1::1"));
  EXPECT_TRUE(is_public("::ffff:8.8.8.8"));
  EXPECT_TRUE(is_public("2002:808:808::1"));
}

TEST(PublicAddress, RefusesOtherFamilies) {
  sockaddr address{};
  address.sa_family = AF_UNIX;
  EXPECT_FALSE(is_public_address(address));
}

}  // namespace
}  // namespace sigla::http
