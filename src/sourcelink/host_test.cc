// SPDX-License-Identifier: Apache-2.0
#include "sourcelink/host.h"

#include <gtest/gtest.h>

namespace sigla::sourcelink {
namespace {

const Host* found(const std::vector<Host>& hosts, std::string_view url) {
  return find_host(hosts, RemoteUrl::parse(url).value());
}

TEST(Host, ReadsProperties) {
  const auto host = Host::parse(
      "B.example:81,contenturl=https://c.example/x/,Version=4.7.1,EnterpriseEdition=False,"
      "VirtualDirectory=/tfs,Provider=Bitbucket");
  ASSERT_TRUE(host.has_value());
  EXPECT_EQ(host->name.authority(), "b.example:81");
  EXPECT_EQ(host->content_url->text(), "https://c.example/x/");
  EXPECT_EQ(host->version, (Version{4, 7}));
  EXPECT_EQ(host->is_enterprise_edition, false);
  EXPECT_EQ(host->virtual_directory, "/tfs");
  EXPECT_EQ(host->provider, "Bitbucket");
  EXPECT_FALSE(Host::parse("h,Version=")->version);
}

TEST(Host, RefusesWhatMakesNoSense) {
  for (const char* text : {"",
                           "h/x",
                           "h,Version=x",
                           "h,Version=1.2.3.4.5",
                           "h,EnterpriseEdition=1",
                           "h,Colour=red",
                           "h,Version",
                           "h,ContentUrl=c.example",
                           "h,ContentUrl=https://c.example/?x=1",
                           "h,ContentUrl=https://u@c.example"}) {
    EXPECT_EQ(Host::parse(text).error().code(), ErrorCode::kInvalidArgument) << text;
  }
}

TEST(FindHost, PrefersTheSameNameAndThePort) {
  std::vector<Host> hosts;
  for (const char* text : {"example.com", "example.com:8080", "git.example.com", "x.com:443"}) {
    hosts.push_back(Host::parse(text).value());
  }
  EXPECT_EQ(found(hosts, "https://git.example.com:8080/"), &hosts[2]);
  EXPECT_EQ(found(hosts, "https://other.example.com:8080/"), &hosts[1]);
  EXPECT_EQ(found(hosts, "https://other.example.com/"), &hosts[0]);
  EXPECT_EQ(found(hosts, "https://x.com/"), &hosts[3]);
  EXPECT_EQ(found(hosts, "http://x.com/"), nullptr);
  EXPECT_EQ(found(hosts, "https://anexample.com/"), nullptr);
}

}  // namespace
}  // namespace sigla::sourcelink
