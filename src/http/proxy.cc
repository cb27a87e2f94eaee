// SPDX-License-Identifier: Apache-2.0
#include "http/proxy.h"

#include <arpa/inet.h>
#include <netdb.h>

#include <algorithm>
#include <array>
#include <memory>
#include <optional>
#include <vector>

#include "base/text.h"
#include "http/public_address.h"

namespace sigla::http {
namespace {

struct Host {
  std::string name;  // lower case, without the brackets of IPv6
  bool is_plain = false;
};

// Of "http://user:pass@HOST:80/x". Plain is what every reader of URLs reads alike.
Host host_of(std::string_view url) {
  const std::size_t start = url.find("://");
  if (start == std::string_view::npos) return {};
  std::string_view authority = url.substr(start + 3);
  authority = authority.substr(0, authority.find_first_of("/?#"));
  Host host;
  host.is_plain =
      authority.find('\\') == std::string_view::npos && authority.find('@') == authority.rfind('@');
  authority.remove_prefix(authority.rfind('@') + 1);  // npos + 1 is 0
  const bool is_bracketed = authority.starts_with('[');
  std::string_view name = authority.substr(0, authority.rfind(':'));
  if (is_bracketed) {
    const std::size_t end = authority.find(']');
    if (end == std::string_view::npos) return {};
    name = authority.substr(1, end - 1);
  }
  const std::string_view allowed =
      is_bracketed ? "0123456789abcdef:." : "abcdefghijklmnopqrstuvwxyz0123456789-._";
  host.name = lower(name);
  host.is_plain =
      host.is_plain && !name.empty() && host.name.find_first_not_of(allowed) == std::string::npos;
  return host;
}

struct Address {
  std::array<std::uint8_t, 16> bytes{};
  unsigned bits = 0;  // 32 or 128
};

std::optional<Address> parse_address(const std::string& text) {
  Address address;
  if (::inet_pton(AF_INET, text.c_str(), address.bytes.data()) == 1) {
    address.bits = 32;
  } else if (::inet_pton(AF_INET6, text.c_str(), address.bytes.data()) == 1) {
    address.bits = 128;
  } else {
    return std::nullopt;
  }
  return address;
}

bool is_in_block(const Address& address, const Address& block, std::uint64_t bits) {
  if (address.bits != block.bits || bits > block.bits) return false;
  for (std::size_t bit = 0; bit < bits; bit += 8) {
    const auto rest = std::min<std::uint64_t>(8, bits - bit);
    const unsigned difference =
        unsigned{address.bytes[bit / 8]} ^ unsigned { block.bytes[bit / 8] };
    if (difference >> (8 - rest) != 0) return false;
  }
  return true;
}

bool matches(const std::string& host, std::string_view entry) {
  if (entry.starts_with('[') && entry.ends_with(']')) entry = entry.substr(1, entry.size() - 2);
  const std::size_t slash = entry.find('/');
  const auto address = parse_address(host);
  if (address) {
    const auto block = parse_address(std::string(entry.substr(0, slash)));
    if (!block) return false;
    const auto bits = slash == std::string_view::npos ? std::optional<std::uint64_t>(block->bits)
                                                      : parse_decimal(entry.substr(slash + 1));
    return bits && is_in_block(*address, *block, *bits);
  }
  if (entry.starts_with('.')) entry.remove_prefix(1);
  if (entry.ends_with('.')) entry.remove_suffix(1);
  std::string_view name = host;
  if (name.ends_with('.')) name.remove_suffix(1);
  const std::string wanted = lower(entry);
  if (wanted.empty() || !name.ends_with(wanted)) return false;
  return name.size() == wanted.size() || name[name.size() - wanted.size() - 1] == '.';
}

bool needs_no_proxy(const std::string& host, std::string_view list) {
  if (trim(list) == "*") return true;
  while (!list.empty()) {
    const std::size_t end = std::min(list.find_first_of(", "), list.size());
    if (matches(host, list.substr(0, end))) return true;
    list.remove_prefix(std::min(end + 1, list.size()));
  }
  return false;
}

bool is_of_local_network(std::string_view name) {
  if (name.ends_with('.')) name.remove_suffix(1);
  constexpr std::array<std::string_view, 7> kLocal = {
      ".local", ".localhost", ".internal", ".intranet", ".lan", ".home.arpa", ".localdomain"};
  // A last label of digits is no name but an address in one of its older forms.
  const std::string_view last = name.substr(name.rfind('.') + 1);
  return name.find('.') == std::string_view::npos || last.empty() ||
         (last.front() >= '0' && last.front() <= '9') ||
         std::ranges::any_of(kLocal, [&](std::string_view end) { return name.ends_with(end); });
}

struct FreeAddresses {
  void operator()(addrinfo* list) const { ::freeaddrinfo(list); }
};

}  // namespace

std::string proxy_for(std::string_view url, const Environment& environment) {
  const auto value = [&](std::initializer_list<const char*> names) {
    for (const char* const name : names) {
      const char* const found = environment(name);
      if (found != nullptr) return std::string(found);
    }
    return std::string();
  };
  const bool is_https = lower(url.substr(0, 8)) == "https://";
  std::string proxy = is_https ? value({"https_proxy", "HTTPS_PROXY"}) : value({"http_proxy"});
  if (proxy.empty()) proxy = value({"all_proxy", "ALL_PROXY"});
  if (proxy.empty()) return proxy;
  const std::string exempt = value({"no_proxy", "NO_PROXY"});
  return needs_no_proxy(host_of(url).name, exempt) ? std::string() : proxy;
}

Status check_proxied_url(std::string_view url) {
  const Host host = host_of(url);
  const auto refuse = [&]() -> Status {
    return make_error(
        ErrorCode::kPermissionDenied, "{}: destination is restricted", to_utf8(host.name));
  };
  if (!host.is_plain) return refuse();
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (::getaddrinfo(host.name.c_str(), nullptr, &hints, &found) != 0) {
    return is_of_local_network(host.name) ? refuse() : Status();
  }
  const std::unique_ptr<addrinfo, FreeAddresses> list(found);
  for (const addrinfo* one = found; one != nullptr; one = one->ai_next) {
    if (!is_public_address(*one->ai_addr)) return refuse();
  }
  return {};
}

}  // namespace sigla::http
