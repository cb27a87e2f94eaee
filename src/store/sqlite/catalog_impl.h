// SPDX-License-Identifier: Apache-2.0
// SqliteCatalog: a Catalog over a ConnectionPool, in five files: catalog_accounts.cc (projects and
// tokens), catalog_uploads.cc (uploads), catalog_commit.cc (what they add), catalog_hiding.cc (what
// is taken out of sight), catalog_search.cc (look-ups).
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "store/catalog.h"
#include "store/sqlite/connection_pool.h"

namespace sigla::sqlite {

class SqliteCatalog final : public Catalog {
 public:
  explicit SqliteCatalog(std::unique_ptr<ConnectionPool> pool) : pool_(std::move(pool)) {}

  Result<Project> create_project(std::string_view name, bool is_public) override;
  Result<Project> find_project(std::string_view name) override;
  Result<std::vector<Project>> list_projects() override;
  Status update_project(const Project& project) override;

  Result<Token> create_token(const Token& token) override;
  Result<Token> find_token_by_hash(std::string_view hash) override;
  Result<std::vector<Token>> list_tokens(Id project_id) override;
  Status delete_token(Id id) override;

  Result<Upload> create_upload(const Upload& upload) override;
  Status update_upload(const Upload& upload) override;
  Result<Upload> find_upload(Id id) override;
  Result<std::uint32_t> fail_unfinished_uploads(std::string_view reason) override;
  Result<std::vector<Upload>> list_uploads(const UploadQuery& query) override;
  Result<std::vector<UploadEntry>> list_upload_entries(Id upload_id,
                                                       Id after,
                                                       std::uint32_t limit) override;

  Result<std::vector<Upload>> list_package_uploads(Id project_id,
                                                   std::string_view package_id,
                                                   std::string_view version) override;
  Result<std::vector<std::string>> set_uploads_hidden(const std::vector<Id>& upload_ids,
                                                      bool is_hidden,
                                                      Upload& audit) override;

  Status commit(const IngestBatch& batch) override;
  Result<std::vector<BlobHash>> known_blobs(Id project_id,
                                            const std::vector<BlobHash>& hashes) override;

  Result<std::vector<KeyMatch>> find_key(Id project_id, std::string_view key) override;
  Result<std::vector<StoredObject>> find_by_debug_id(Id project_id,
                                                     const DebugId& debug_id) override;
  Result<std::vector<StoredObject>> find_by_code_id(Id project_id, const CodeId& code_id) override;
  Result<std::vector<StoredObject>> find_by_blob(Id project_id, const BlobHash& hash) override;
  Result<std::vector<StoredObject>> search(const SymbolQuery& query) override;
  Result<bool> has_blob(const BlobHash& hash) override;
  Status for_each_key(
      const std::function<bool(Id project_id, std::string_view key)>& visit) override;
  Status for_each_blob(
      const std::function<void(const BlobHash&, std::uint64_t size)>& visit) override;
  Status check() override;

 private:
  std::unique_ptr<ConnectionPool> pool_;
};

// Every row the statement has, each made by `read`.
template <typename T>
Result<std::vector<T>> read_rows(Statement& statement, T (*read)(const Statement&)) {
  std::vector<T> rows;
  while (true) {
    SIGLA_TRY_ASSIGN(const bool has_row, statement.step());
    if (!has_row) return rows;
    rows.push_back(read(statement));
  }
}
// The one row the statement has; kNotFound with `message` when there is none.
template <typename T>
Result<T> read_row(Statement& statement, T (*read)(const Statement&), std::string_view message) {
  SIGLA_TRY_ASSIGN(const bool has_row, statement.step());
  if (!has_row) return Error(ErrorCode::kNotFound, std::string(message));
  return read(statement);
}
// SqliteCatalog::create_upload(), inside a transaction of the caller or without one.
Result<Upload> insert_upload(Connection& connection, const Upload& upload);
// SqliteCatalog::update_upload(), inside a transaction of the caller or without one.
Status write_upload(Connection& connection, const Upload& upload);
// Makes a hidden object one that is found by its keys again; nothing for any other.
Status show_object(Connection& connection, Id project_id, Id object_id);
BlobHash read_hash(const Statement& row, int column);

}  // namespace sigla::sqlite
