// SPDX-License-Identifier: Apache-2.0
#include "store/sqlite/schema.h"

#include "base/log.h"
#include "store/sqlite/migrations.h"

namespace sigla::sqlite {
namespace {

Result<std::int64_t> read_version(Connection& connection) {
  SIGLA_TRY(
      connection.execute("CREATE TABLE IF NOT EXISTS schema_version ("
                         "version INTEGER NOT NULL) STRICT"));
  SIGLA_TRY_ASSIGN(Statement select, connection.statement("SELECT version FROM schema_version"));
  SIGLA_TRY_ASSIGN(const bool has_row, select.step());
  return has_row ? select.column_int(0) : 0;
}

Status write_version(Connection& connection, std::int64_t version) {
  SIGLA_TRY(connection.execute("DELETE FROM schema_version"));
  SIGLA_TRY_ASSIGN(Statement insert,
                   connection.statement("INSERT INTO schema_version (version) VALUES (?)"));
  return insert.bind(version).run();
}

}  // namespace

Status migrate(Connection& connection) {
  SIGLA_TRY_ASSIGN(const std::int64_t found, read_version(connection));
  const auto all = migrations();
  const auto newest = static_cast<std::int64_t>(all.size());
  if (found < 0 || found > newest) {
    return make_error(ErrorCode::kUnavailable,
                      "the database has schema version {}, this program knows up to {}: run the "
                      "program that wrote it, or a newer one",
                      found,
                      newest);
  }
  for (std::int64_t version = found; version < newest; ++version) {
    SIGLA_TRY_ASSIGN(Transaction transaction,
                     Transaction::begin(connection, Transaction::Mode::kWrite));
    SIGLA_TRY(connection.execute(all[static_cast<std::size_t>(version)]));
    SIGLA_TRY(write_version(connection, version + 1));
    SIGLA_TRY(transaction.commit());
    if (found != 0) log_info("database migrated", {{"schema_version", version + 1}});
  }
  return {};
}

}  // namespace sigla::sqlite
