// SPDX-License-Identifier: Apache-2.0
#include "store/sqlite/catalog_impl.h"
#include "store/sqlite/sqlite_catalog.h"

namespace sigla {
namespace sqlite {
namespace {

constexpr const char* kInsertProject =
    "INSERT INTO project (name, is_public, created_at) VALUES (?, ?, ?)";
constexpr const char* kSelectProject =
    "SELECT id, name, is_public, created_at, has_strict_packages FROM project WHERE name = ?";
constexpr const char* kSelectProjects =
    "SELECT id, name, is_public, created_at, has_strict_packages FROM project ORDER BY id";
constexpr const char* kUpdateProject =
    "UPDATE project SET name = ?, is_public = ?, has_strict_packages = ? WHERE id = ?";

constexpr const char* kInsertToken =
    "INSERT INTO token (project_id, name, hash, capabilities, created_at, expires_at,"
    " tag_restriction, name_restriction, hint) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)";
constexpr const char* kSelectTokenByHash =
    "SELECT id, project_id, name, hash, capabilities, created_at, expires_at, tag_restriction,"
    " name_restriction, hint FROM token WHERE hash = ?";
constexpr const char* kSelectTokens =
    "SELECT id, project_id, name, hash, capabilities, created_at, expires_at, tag_restriction,"
    " name_restriction, hint FROM token WHERE ?1 = 0 OR project_id = ?1 ORDER BY id";
constexpr const char* kDeleteToken = "DELETE FROM token WHERE id = ?";

Project read_project(const Statement& row) {
  Project project;
  project.id = row.column_int(0);
  project.name = row.column_text(1);
  project.is_public = row.column_int(2) != 0;
  project.created_at = row.column_int(3);
  project.has_strict_packages = row.column_int(4) != 0;
  return project;
}

Token read_token(const Statement& row) {
  Token token;
  token.id = row.column_int(0);
  token.project_id = row.column_int(1);  // NULL reads as 0
  token.name = row.column_text(2);
  token.hash = row.column_text(3);
  token.capabilities = static_cast<std::uint32_t>(row.column_int(4));
  token.created_at = row.column_int(5);
  if (!row.column_is_null(6)) token.expires_at = row.column_int(6);
  token.tag_restriction = row.column_text(7);
  token.name_restriction = row.column_text(8);
  token.hint = row.column_text(9);
  return token;
}

}  // namespace

Result<Project> SqliteCatalog::create_project(std::string_view name, bool is_public) {
  const auto writer = pool_->writer();
  Project project;
  project.name = name;
  project.is_public = is_public;
  project.created_at = now_millis();
  SIGLA_TRY_ASSIGN(Statement insert, writer->statement(kInsertProject));
  Status status = insert.bind(name, is_public, project.created_at).run();
  if (!status.has_value()) {
    if (status.error().code() != ErrorCode::kConflict) return std::move(status).error();
    return make_error(ErrorCode::kConflict, "project {} exists already", name);
  }
  project.id = writer->last_insert_id();
  return project;
}

Result<Project> SqliteCatalog::find_project(std::string_view name) {
  SIGLA_TRY_ASSIGN(const auto reader, pool_->reader());
  SIGLA_TRY_ASSIGN(Statement select, reader->statement(kSelectProject));
  select.bind(name);
  return read_row(select, read_project, fmt::format("no project {}", name));
}

Result<std::vector<Project>> SqliteCatalog::list_projects() {
  SIGLA_TRY_ASSIGN(const auto reader, pool_->reader());
  SIGLA_TRY_ASSIGN(Statement select, reader->statement(kSelectProjects));
  return read_rows(select, read_project);
}

Status SqliteCatalog::update_project(const Project& project) {
  const auto writer = pool_->writer();
  SIGLA_TRY_ASSIGN(Statement update, writer->statement(kUpdateProject));
  SIGLA_TRY(
      update.bind(project.name, project.is_public, project.has_strict_packages, project.id).run());
  if (writer->changes() == 0) {
    return make_error(ErrorCode::kNotFound, "no project with id {}", project.id);
  }
  return {};
}

Result<Token> SqliteCatalog::create_token(const Token& token) {
  const auto writer = pool_->writer();
  SIGLA_TRY_ASSIGN(Statement insert, writer->statement(kInsertToken));
  Token created = token;
  created.created_at = now_millis();
  const auto project_id =
      token.project_id == 0 ? std::nullopt : std::optional<std::int64_t>(token.project_id);
  insert.bind(project_id,
              token.name,
              token.hash,
              token.capabilities,
              created.created_at,
              token.expires_at,
              token.tag_restriction,
              token.name_restriction,
              token.hint);
  SIGLA_TRY(insert.run());
  created.id = writer->last_insert_id();
  return created;
}

Result<Token> SqliteCatalog::find_token_by_hash(std::string_view hash) {
  SIGLA_TRY_ASSIGN(const auto reader, pool_->reader());
  SIGLA_TRY_ASSIGN(Statement select, reader->statement(kSelectTokenByHash));
  select.bind(hash);
  return read_row(select, read_token, "no such token");
}

Result<std::vector<Token>> SqliteCatalog::list_tokens(Id project_id) {
  SIGLA_TRY_ASSIGN(const auto reader, pool_->reader());
  SIGLA_TRY_ASSIGN(Statement select, reader->statement(kSelectTokens));
  select.bind(project_id);
  return read_rows(select, read_token);
}

Status SqliteCatalog::delete_token(Id id) {
  const auto writer = pool_->writer();
  SIGLA_TRY_ASSIGN(Statement erase, writer->statement(kDeleteToken));
  SIGLA_TRY(erase.bind(id).run());
  if (writer->changes() == 0) return make_error(ErrorCode::kNotFound, "no token with id {}", id);
  return {};
}

}  // namespace sqlite

Result<std::unique_ptr<Catalog>> open_sqlite_catalog(const std::filesystem::path& path) {
  SIGLA_TRY_ASSIGN(auto pool, sqlite::ConnectionPool::open(path));
  return std::unique_ptr<Catalog>(new sqlite::SqliteCatalog(std::move(pool)));
}

}  // namespace sigla
