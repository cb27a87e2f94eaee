// SPDX-License-Identifier: Apache-2.0
#include "api/token_api.h"

#include <utility>
#include <vector>

#include "api/guard.h"
#include "api/http_status.h"
#include "api/json_input.h"
#include "api/time_text.h"
#include "base/text.h"
#include "store/token.h"

namespace sigla::api {

namespace {

constexpr std::size_t kCapabilityCountMax = 16;
constexpr std::size_t kTextSizeMax = 256;  // of a token's name and its restrictions
constexpr std::int64_t kDaysMax = 36'500;
constexpr UnixMillis kMillisPerDay = 86'400'000;

constexpr Capability kCapabilities[] = {Capability::kSymbolPost,
                                        Capability::kErrorPost,
                                        Capability::kObjectGet,
                                        Capability::kQueryPost,
                                        Capability::kSyncPost,
                                        Capability::kSymbolGet,
                                        Capability::kAdmin};

Result<std::uint32_t> decode_capabilities(const std::vector<std::string>& names) {
  std::uint32_t mask = 0;
  for (const std::string& name : names) {
    const std::optional<Capability> capability = parse_capability(name);
    if (!capability) {
      return make_error(ErrorCode::kInvalidArgument, "capabilities: no capability '{}'", name);
    }
    mask |= static_cast<std::uint32_t>(*capability);
  }
  if (mask == 0) return make_error(ErrorCode::kInvalidArgument, "capabilities: missing");
  return mask;
}

Result<std::optional<UnixMillis>> decode_expiry(JsonInput& input, UnixMillis now) {
  SIGLA_TRY_ASSIGN(const std::optional<std::string> text, input.optional_text("expires_at"));
  SIGLA_TRY_ASSIGN(const std::optional<std::int64_t> days,
                   input.optional_integer("expires_in_days"));
  if (text && days) {
    return make_error(ErrorCode::kInvalidArgument, "expires_in_days: expires_at is given too");
  }
  if (days) {
    if (*days < 0 || *days > kDaysMax) {
      return make_error(ErrorCode::kInvalidArgument, "expires_in_days: not 0 to {}", kDaysMax);
    }
    return std::optional<UnixMillis>(now + *days * kMillisPerDay);
  }
  if (!text) return std::optional<UnixMillis>();
  const std::optional<UnixMillis> time = parse_utc_text(*text);
  if (!time) {
    return make_error(ErrorCode::kInvalidArgument, "expires_at: not like 2027-01-31T12:00:00Z");
  }
  return time;
}

Result<std::string> decode_short_text(JsonInput& input, std::string_view name) {
  SIGLA_TRY_ASSIGN(std::optional<std::string> text, input.optional_text(name));
  if (!text) return std::string();
  if (text->size() > kTextSizeMax) {
    return make_error(ErrorCode::kInvalidArgument, "{}: longer than {} bytes", name, kTextSizeMax);
  }
  return *std::move(text);
}

std::string project_name(Id project_id, const Services& services) {
  const std::optional<Project> project = services.access.find_project(project_id);
  return project ? project->name : std::string();
}

Result<http::Response> create_token_reply(const http::Request& request, const Services& services) {
  SIGLA_TRY_ASSIGN(const TokenRequest wanted, decode_token_request(request.body, now_millis()));
  Id project_id = 0;
  if (!wanted.project.empty()) {
    const std::optional<Project> project = services.access.find_project(wanted.project);
    if (!project) return make_error(ErrorCode::kNotFound, "no project '{}'", wanted.project);
    project_id = project->id;
  }
  const NewToken made = make_token(wanted, project_id);
  SIGLA_TRY_ASSIGN(const Token token, services.catalog.create_token(made.token));
  SIGLA_TRY(services.access.reload(services.catalog));
  JsonWriter json;
  json.begin_object().member("token", made.secret).key("details");
  encode_token(token, wanted.project, json);
  json.end_object();
  return http::Response::json(201, std::move(json).take());
}

Result<http::Response> list_tokens(const http::Request& request, const Services& services) {
  Id project_id = 0;
  if (const auto name = request.query_value("project")) {
    const std::optional<Project> project = services.access.find_project(*name);
    if (!project) return make_error(ErrorCode::kNotFound, "no project '{}'", *name);
    project_id = project->id;
  }
  SIGLA_TRY_ASSIGN(const std::vector<Token> tokens, services.catalog.list_tokens(project_id));
  JsonWriter json;
  json.begin_object().key("tokens").begin_array();
  for (const Token& token : tokens) {
    encode_token(token, project_name(token.project_id, services), json);
  }
  json.end_array().end_object();
  return http::Response::json(200, std::move(json).take());
}

Result<http::Response> delete_token(const http::Request& request, const Services& services) {
  const std::optional<std::uint64_t> id = parse_decimal(request.captures.at(0));
  if (!id || *id == 0 || *id > INT64_MAX) {
    return make_error(ErrorCode::kNotFound, "no token '{}'", request.captures.at(0));
  }
  SIGLA_TRY(services.catalog.delete_token(static_cast<Id>(*id)));
  SIGLA_TRY(services.access.reload(services.catalog));
  return http::Response::json(200, "{\"deleted\":true}");
}

}  // namespace

Result<TokenRequest> decode_token_request(std::string_view body, UnixMillis now) {
  SIGLA_TRY_ASSIGN(JsonInput input, JsonInput::parse(body));
  TokenRequest request;
  SIGLA_TRY_ASSIGN(request.project, decode_short_text(input, "project"));
  SIGLA_TRY_ASSIGN(request.name, decode_short_text(input, "name"));
  SIGLA_TRY_ASSIGN(const std::vector<std::string> names,
                   input.texts("capabilities", kCapabilityCountMax));
  SIGLA_TRY_ASSIGN(request.capabilities, decode_capabilities(names));
  SIGLA_TRY_ASSIGN(request.expires_at, decode_expiry(input, now));
  SIGLA_TRY_ASSIGN(request.tag_restriction, decode_short_text(input, "tags"));
  SIGLA_TRY_ASSIGN(request.name_restriction, decode_short_text(input, "files"));
  SIGLA_TRY(input.finish());
  const bool is_admin =
      (request.capabilities & static_cast<std::uint32_t>(Capability::kAdmin)) != 0;
  if (request.project.empty() && !is_admin) {
    return make_error(ErrorCode::kInvalidArgument, "project: missing");
  }
  return request;
}

void encode_token(const Token& token, std::string_view project, JsonWriter& json) {
  json.begin_object();
  json.member("id", token.id).member("name", token.name).member("hint", token.hint);
  json.text_or_null("project", project);
  json.key("capabilities").begin_array();
  for (const Capability capability : kCapabilities) {
    if ((token.capabilities & static_cast<std::uint32_t>(capability)) != 0) {
      json.value(to_string(capability));
    }
  }
  json.end_array();
  json.member("created_at", utc_text(token.created_at)).key("expires_at");
  if (token.expires_at) {
    json.value(utc_text(*token.expires_at));
  } else {
    json.null();
  }
  if (!token.tag_restriction.empty()) json.member("tags", token.tag_restriction);
  if (!token.name_restriction.empty()) json.member("files", token.name_restriction);
  json.end_object();
}

NewToken make_token(const TokenRequest& request, Id project_id) {
  NewToken made;
  made.secret = make_token_text();
  Token& token = made.token;
  token.project_id = project_id;
  token.name = request.name;
  token.hash = hash_token(made.secret);
  token.hint = hint_of_token(made.secret);
  token.capabilities = request.capabilities;
  token.expires_at = request.expires_at;
  token.tag_restriction = request.tag_restriction;
  token.name_restriction = request.name_restriction;
  return made;
}

void add_token_routes(http::Router& router, const Services& services) {
  router.add({.method = "GET",
              .pattern = "/api/v1/tokens",
              .admit = admit_administrator(services),
              .handler = answer(
                  [&services](http::Request& request) { return list_tokens(request, services); })});
  router.add({.method = "POST",
              .pattern = "/api/v1/tokens",
              .body = http::BodyPolicy::kMemory,
              .body_size_max = std::uint64_t{64} << 10,
              .admit = admit_administrator(services),
              .handler = answer([&services](http::Request& request) {
                return create_token_reply(request, services);
              })});
  router.add({.method = "DELETE",
              .pattern = "/api/v1/tokens/{id}",
              .admit = admit_administrator(services),
              .handler = answer([&services](http::Request& request) {
                return delete_token(request, services);
              })});
}

}  // namespace sigla::api
