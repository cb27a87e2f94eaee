// SPDX-License-Identifier: Apache-2.0
#include "http/proxy.h"

#include <map>

#include "testing/matchers.h"

namespace sigla::http {
namespace {

std::string proxy(std::string_view url, const std::map<std::string, std::string>& variables) {
  return proxy_for(url, [&](const char* name) -> const char* {
    const auto found = variables.find(name);
    return found == variables.end() ? nullptr : found->second.c_str();
  });
}

TEST(Proxy, IsChosenByTheSchemeOfTheUrl) {
  EXPECT_EQ(proxy("http://a.example/", {}), "");
  EXPECT_EQ(proxy("http://a.example/", {{"http_proxy", "p:1"}}), "p:1");
  EXPECT_EQ(proxy("https://a.example/", {{"http_proxy", "p:1"}}), "");
  EXPECT_EQ(proxy("HTTPS://a.example/", {{"HTTPS_PROXY", "p:2"}}), "p:2");
  EXPECT_EQ(proxy("http://a.example/", {{"HTTP_PROXY", "p:1"}}), "") << "a client's header";
  EXPECT_EQ(proxy("http://a.example/", {{"ALL_PROXY", "p:3"}}), "p:3");
  EXPECT_EQ(proxy("https://a.example/", {{"https_proxy", "p:2"}, {"all_proxy", "p:3"}}), "p:2");
}

TEST(Proxy, IsNotForHostsThatAreExempt) {
  const auto is_exempt = [](std::string_view host, const std::string& list) {
    return proxy(fmt::format("http://u:p@{}:80/x", host), {{"http_proxy", "p"}, {"no_proxy", list}})
        .empty();
  };
  EXPECT_TRUE(is_exempt("a.example", "*"));
  EXPECT_TRUE(is_exempt("a.example", "b.example, a.EXAMPLE"));
  EXPECT_TRUE(is_exempt("sub.a.example", ".a.example"));
  EXPECT_TRUE(is_exempt("sub.a.example.", "a.example"));
  EXPECT_FALSE(is_exempt("other-a.example", "a.example"));
  EXPECT_FALSE(is_exempt("a.example", ""));
  EXPECT_FALSE(is_exempt("a.example", ",,"));
  EXPECT_TRUE(is_exempt("10.1.2.3", "10.0.0.0/8"));
  EXPECT_TRUE(is_exempt("10.1.2.3", "10.1.2.3"));
  EXPECT_FALSE(is_exempt("11.1.2.3", "10.0.0.0/8"));
  EXPECT_FALSE(is_exempt("10.1.2.3", "10.0.0.0/99"));
  EXPECT_TRUE(is_exempt("[2001:db8::1]", "2001:db8::/32"));
  EXPECT_TRUE(is_exempt("[2001:db8::1]", "[2001:db8::1]"));
}

TEST(Proxy, TakesNobodyInside) {
  for (const char* const url : {"http://127.0.0.1/",
                                "http://127.1/",
                                "http://2130706433/",
                                "http://0x7f.0.0.1/",
                                "http://10.0.0.1:8080/x",
                                "http://[::1]/",
                                "http://[::ffff:127.0.0.1]/",
                                "http://localhost/",
                                "http://LOCALHOST./",
                                "http://printer/",
                                "http://files.local/",
                                "http://metadata.google.internal/",
                                "http://999.0.0.1/",
                                "http://a.example@127.0.0.1/",
                                "http://127.0.0.1@b@a.example/",
                                "http://127.0.0.1\\@a.example/",
                                "http://%31%32%37.0.0.1/",
                                "http://\xef\xbc\x91.example/",
                                "http://a b.example/",
                                "http://[::1/",
                                "http:///x",
                                "a.example"}) {
    EXPECT_THAT(check_proxied_url(url),
                IsError(ErrorCode::kPermissionDenied, "destination is restricted"))
        << url;
  }
}

TEST(Proxy, TakesAnybodyOutside) {
  for (const char* const url : {"http://8.8.8.8/", "https://user:x@[2606:4700::1111]:8443/x?y#z"}) {
    EXPECT_THAT(check_proxied_url(url), IsOk()) << url;
  }
  EXPECT_THAT(check_proxied_url("http://symbols.example.invalid/"), IsOk()) << "not known here";
}

}  // namespace
}  // namespace sigla::http
