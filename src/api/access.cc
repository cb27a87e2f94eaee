// SPDX-License-Identifier: Apache-2.0
#include "api/access.h"

#include <unordered_map>
#include <utility>

#include "base/text.h"
#include "codec/base64.h"
#include "store/token.h"

namespace sigla::api {

namespace {

std::string secret_of_authorization(std::string_view header) {
  const std::size_t space = header.find(' ');
  if (space == std::string_view::npos) return {};
  const std::string_view scheme = header.substr(0, space);
  const std::string_view value = trim(header.substr(space));
  if (equals_ignoring_case(scheme, "bearer") || equals_ignoring_case(scheme, "token")) {
    return std::string(value);
  }
  if (!equals_ignoring_case(scheme, "basic")) return {};
  const std::optional<Buffer> decoded = base64_decode(value);
  if (!decoded) return {};
  const std::string pair(as_text(*decoded));
  const std::size_t colon = pair.find(':');
  if (colon == std::string::npos) return pair;
  return colon + 1 < pair.size() ? pair.substr(colon + 1) : pair.substr(0, colon);
}

bool looks_like_token(std::string_view text) {
  return text.size() == 64 && parse_hex_bytes(text).has_value();
}

}  // namespace

struct Access::Snapshot {
  std::unordered_map<std::string, Project> projects_by_name;  // lower case
  std::unordered_map<Id, Project> projects_by_id;
  std::unordered_map<std::string, Token> tokens_by_hash;
};

Access::Access() = default;
Access::~Access() = default;

Result<std::unique_ptr<Access>> Access::load(Catalog& catalog) {
  std::unique_ptr<Access> access(new Access());
  SIGLA_TRY(access->reload(catalog));
  return access;
}

Status Access::reload(Catalog& catalog) {
  const std::lock_guard reloading(reload_mutex_);
  auto fresh = std::make_shared<Snapshot>();
  SIGLA_TRY_ASSIGN(const std::vector<Project> projects, catalog.list_projects());
  for (const Project& project : projects) {
    fresh->projects_by_name.emplace(lower(project.name), project);
    fresh->projects_by_id.emplace(project.id, project);
  }
  SIGLA_TRY_ASSIGN(const std::vector<Token> tokens, catalog.list_tokens(0));
  for (const Token& token : tokens) fresh->tokens_by_hash.emplace(token.hash, token);
  const std::lock_guard lock(mutex_);
  snapshot_ = std::move(fresh);
  return {};
}

std::shared_ptr<const Access::Snapshot> Access::snapshot() const {
  const std::lock_guard lock(mutex_);
  return snapshot_;
}

std::optional<Project> Access::find_project(std::string_view name) const {
  const auto current = snapshot();
  const auto found = current->projects_by_name.find(lower(name));
  if (found == current->projects_by_name.end()) return std::nullopt;
  return found->second;
}

std::optional<Project> Access::find_project(Id id) const {
  const auto current = snapshot();
  const auto found = current->projects_by_id.find(id);
  if (found == current->projects_by_id.end()) return std::nullopt;
  return found->second;
}

std::optional<Token> Access::find_token(std::string_view secret) const {
  if (!looks_like_token(secret)) return std::nullopt;
  const auto current = snapshot();
  const auto found = current->tokens_by_hash.find(hash_token(lower(secret)));
  if (found == current->tokens_by_hash.end()) return std::nullopt;
  return found->second;
}

Result<Token> Access::authorise(std::string_view secret,
                                const Project& project,
                                Capability capability,
                                UnixMillis now) const {
  if (secret.empty()) return make_error(ErrorCode::kUnauthenticated, "no token given");
  std::optional<Token> token = find_token(secret);
  if (!token) return make_error(ErrorCode::kUnauthenticated, "invalid token");
  if (token->expires_at && *token->expires_at <= now) {
    return make_error(ErrorCode::kUnauthenticated, "token expired");
  }
  if (!has_capability(*token, capability)) {
    return make_error(ErrorCode::kPermissionDenied, "token lacks {}", to_string(capability));
  }
  if (token->project_id != 0 && token->project_id != project.id) {
    return make_error(ErrorCode::kPermissionDenied, "token is for another project");
  }
  return *std::move(token);
}

Status Access::may_use_tag(const Token& token, std::string_view tag) {
  if (matches_restriction(token.tag_restriction, std::string(tag))) return {};
  return make_error(
      ErrorCode::kPermissionDenied, "token is limited to tags like '{}'", token.tag_restriction);
}

Status Access::may_use_file_name(const Token& token, std::string_view name) {
  if (matches_restriction(token.name_restriction, std::string(base_name(name)))) {
    return {};
  }
  return make_error(
      ErrorCode::kPermissionDenied, "token is limited to files like '{}'", token.name_restriction);
}

bool has_capability(const Token& token, Capability capability) {
  constexpr auto kAdminBit = static_cast<std::uint32_t>(Capability::kAdmin);
  return (token.capabilities & (static_cast<std::uint32_t>(capability) | kAdminBit)) != 0;
}

std::string presented_secret(const http::Request& request) {
  if (const auto header = request.header("X-Sigla-Token")) return std::string(trim(*header));
  if (const auto header = request.header("Authorization")) {
    std::string secret = secret_of_authorization(*header);
    if (!secret.empty()) return secret;
  }
  if (const auto value = request.query_value("token")) return std::string(*value);
  return {};
}

}  // namespace sigla::api
