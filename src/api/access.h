// SPDX-License-Identifier: Apache-2.0
// Who may do what: projects and tokens in memory, so that a request is admitted on the io thread
// without touching the database. Thread-safe; readers see one snapshot, a change replaces it.
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "http/server.h"
#include "store/catalog.h"

namespace sigla::api {

inline constexpr std::string_view kDefaultProject = "default";

class Access {
 public:
  static Result<std::unique_ptr<Access>> load(Catalog& catalog);
  ~Access();

  // After every change of projects or tokens. One at a time: a slower reload must not put back what
  // a later one has seen revoked.
  Status reload(Catalog& catalog);

  std::optional<Project> find_project(std::string_view name) const;
  std::optional<Project> find_project(Id id) const;
  // Expired ones too; they are refused by authorise(), with a reason.
  std::optional<Token> find_token(std::string_view secret) const;

  // The token behind `secret` when it may use `capability` in `project`. Error kUnauthenticated
  // ("invalid token", "token expired", "no token given") or kPermissionDenied ("token lacks
  // symbol:post", "token is for another project").
  Result<Token> authorise(std::string_view secret,
                          const Project& project,
                          Capability capability,
                          UnixMillis now) const;
  // Error kPermissionDenied "token is limited to tags like 'x*'".
  static Status may_use_tag(const Token& token, std::string_view tag);
  static Status may_use_file_name(const Token& token, std::string_view name);

 private:
  struct Snapshot;
  Access();
  std::shared_ptr<const Snapshot> snapshot() const;

  std::mutex reload_mutex_;
  mutable std::mutex mutex_;
  std::shared_ptr<const Snapshot> snapshot_;
};

bool has_capability(const Token& token, Capability capability);  // an administrator has all

// The secret a request carries, wherever its client could put it: Authorization (Bearer, or Basic
// with the token as password or user), X-Sigla-Token, the query's `token`. Empty when there is
// none.
std::string presented_secret(const http::Request& request);

}  // namespace sigla::api
