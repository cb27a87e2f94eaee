// SPDX-License-Identifier: Apache-2.0
#include "sourcelink/host.h"

#include "base/text.h"

namespace sigla::sourcelink {
namespace {

Error wrong(std::string_view what, std::string_view value, std::string_view why) {
  return make_error(ErrorCode::kInvalidArgument, "{} '{}': {}", what, value, why);
}

Result<std::optional<Version>> parse_version(std::string_view text) {
  if (text.empty()) return std::optional<Version>();
  const std::vector<std::string_view> parts = split(text, '.');
  std::vector<unsigned> numbers;
  for (const std::string_view part : parts) {
    const auto number = parse_decimal(part);
    if (!number || *number > 1'000'000 || parts.size() > 4) {
      return wrong("Version", text, "is no version such as 12.0");
    }
    numbers.push_back(static_cast<unsigned>(*number));
  }
  return std::optional<Version>(Version{numbers[0], numbers.size() > 1 ? numbers[1] : 0});
}

Result<std::optional<bool>> parse_bool(std::string_view name, std::string_view text) {
  if (equals_ignoring_case(text, "true")) return std::optional<bool>(true);
  if (equals_ignoring_case(text, "false")) return std::optional<bool>(false);
  if (text.empty()) return std::optional<bool>();
  return wrong(name, text, "is neither true nor false");
}

Status set_content_url(Host& host, std::string_view value) {
  if (value.empty()) return {};
  auto url = RemoteUrl::parse(value);
  if (!url.has_value()) return std::move(url).error().in("ContentUrl");
  if (!url->query.empty() || !url->user_info.empty()) {
    return wrong("ContentUrl", value, "it may hold neither a query nor a user");
  }
  host.content_url = std::move(url).value();
  return {};
}

Status set_property(Host& host, std::string_view name, std::string_view value) {
  if (equals_ignoring_case(name, "ContentUrl")) return set_content_url(host, value);
  if (equals_ignoring_case(name, "Version")) {
    SIGLA_TRY_ASSIGN(host.version, parse_version(value));
  } else if (equals_ignoring_case(name, "EnterpriseEdition")) {
    SIGLA_TRY_ASSIGN(host.is_enterprise_edition, parse_bool(name, value));
  } else if (equals_ignoring_case(name, "VirtualDirectory")) {
    host.virtual_directory = value;
  } else if (equals_ignoring_case(name, "Provider")) {
    host.provider = value;
  } else {
    return wrong("property", name, "is not known");
  }
  return {};
}

}  // namespace

Result<Host> Host::parse(std::string_view text) {
  const std::vector<std::string_view> fields = split(text, ',');
  Host host;
  SIGLA_TRY_ASSIGN(host.name, HostName::parse(trim(fields.front())));
  for (std::size_t i = 1; i < fields.size(); ++i) {
    const std::size_t equals = fields[i].find('=');
    if (equals == std::string_view::npos) return wrong("property", fields[i], "has no value");
    SIGLA_TRY(set_property(host, trim(fields[i].substr(0, equals)), fields[i].substr(equals + 1)));
  }
  return host;
}

const Host* find_host(std::span<const Host> hosts, const RemoteUrl& repository) {
  for (const bool is_exact : {true, false}) {
    const Host* without_port = nullptr;
    for (const Host& host : hosts) {
      const bool is_match = is_exact ? repository.host == host.name.host
                                     : repository.host.ends_with("." + host.name.host);
      if (!is_match) continue;
      if (host.name.port && host.name.port == repository.effective_port()) return &host;
      if (!host.name.port && without_port == nullptr) without_port = &host;
    }
    if (without_port != nullptr) return without_port;
  }
  return nullptr;
}

}  // namespace sigla::sourcelink
