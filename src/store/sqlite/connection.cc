// SPDX-License-Identifier: Apache-2.0
#include "store/sqlite/connection.h"

#include <sqlite3.h>

namespace sigla::sqlite {
namespace {

constexpr int kBusyTimeoutMillis = 10'000;

ErrorCode error_code(int extended) {
  switch (extended & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_CANTOPEN:
    case SQLITE_READONLY:
    case SQLITE_NOTADB:
    case SQLITE_CORRUPT:
    case SQLITE_NOMEM:
    case SQLITE_IOERR:
      return ErrorCode::kUnavailable;
    case SQLITE_FULL:
      return ErrorCode::kNoSpace;
    case SQLITE_CONSTRAINT:
      return extended == SQLITE_CONSTRAINT_UNIQUE || extended == SQLITE_CONSTRAINT_PRIMARYKEY
                 ? ErrorCode::kConflict
                 : ErrorCode::kInvalidArgument;
    default:
      return ErrorCode::kInternal;
  }
}

Error database_error(sqlite3* database) {
  return make_error(
      error_code(sqlite3_extended_errcode(database)), "database: {}", sqlite3_errmsg(database));
}

}  // namespace

Statement::~Statement() {
  if (statement_ != nullptr) reset();
}

void Statement::reset() {
  sqlite3_reset(statement_);
  sqlite3_clear_bindings(statement_);
  bound_ = 0;
}

Result<bool> Statement::step() {
  const int code = sqlite3_step(statement_);
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  return database_error(database_);
}

Status Statement::run() {
  while (true) {
    SIGLA_TRY_ASSIGN(const bool has_row, step());
    if (!has_row) return {};
  }
}

std::int64_t Statement::column_int(int column) const {
  return sqlite3_column_int64(statement_, column);
}

std::string_view Statement::column_text(int column) const {
  const void* text = sqlite3_column_text(statement_, column);
  const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement_, column));
  return {static_cast<const char*>(text), size};
}

Bytes Statement::column_blob(int column) const {
  const void* data = sqlite3_column_blob(statement_, column);
  const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement_, column));
  return {static_cast<const std::uint8_t*>(data), size};
}

bool Statement::column_is_null(int column) const {
  return sqlite3_column_type(statement_, column) == SQLITE_NULL;
}

// A failed bind (a parameter that is not there, no memory) leaves NULL, which a NOT NULL column or
// the query's result then shows; the number of parameters is a promise of our own statements.
void Statement::bind_int(std::int64_t value) {
  SIGLA_CHECK(sqlite3_bind_int64(statement_, ++bound_, value) == SQLITE_OK);
}

void Statement::bind_one(std::string_view text) {
  const char* data = text.data() != nullptr ? text.data() : "";
  SIGLA_CHECK(
      sqlite3_bind_text64(statement_, ++bound_, data, text.size(), SQLITE_STATIC, SQLITE_UTF8) ==
      SQLITE_OK);
}

void Statement::bind_one(Bytes bytes) {
  SIGLA_CHECK(sqlite3_bind_blob64(
                  statement_, ++bound_, bytes.data(), bytes.size(), SQLITE_STATIC) == SQLITE_OK);
}

void Statement::bind_one(const std::optional<std::int64_t>& value) {
  if (value.has_value()) return bind_int(*value);
  SIGLA_CHECK(sqlite3_bind_null(statement_, ++bound_) == SQLITE_OK);
}

Result<std::unique_ptr<Connection>> Connection::open(const std::filesystem::path& path, Mode mode) {
  const int flags =
      SQLITE_OPEN_NOMUTEX |
      (mode == Mode::kReadOnly ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE);
  sqlite3* database = nullptr;
  const int code = sqlite3_open_v2(path.c_str(), &database, flags, nullptr);
  if (database == nullptr) return Error(ErrorCode::kUnavailable, "database: out of memory");
  auto connection = std::unique_ptr<Connection>(new Connection(database));
  if (code != SQLITE_OK) return database_error(database).in(path.string());
  sqlite3_extended_result_codes(database, 1);
  sqlite3_busy_timeout(database, kBusyTimeoutMillis);
  return connection;
}

Connection::~Connection() {
  for (const auto& [sql, statement] : statements_) sqlite3_finalize(statement);
  sqlite3_close(database_);
}

Result<Statement> Connection::statement(const char* sql) {
  sqlite3_stmt*& prepared = statements_[sql];
  if (prepared == nullptr) {
    if (sqlite3_prepare_v3(database_, sql, -1, SQLITE_PREPARE_PERSISTENT, &prepared, nullptr) !=
        SQLITE_OK) {
      return database_error(database_);
    }
  }
  return Statement(database_, prepared);
}

Status Connection::execute(const char* sql) {
  if (sqlite3_exec(database_, sql, nullptr, nullptr, nullptr) != SQLITE_OK) {
    return database_error(database_);
  }
  return {};
}

std::int64_t Connection::last_insert_id() const { return sqlite3_last_insert_rowid(database_); }
std::int64_t Connection::changes() const { return sqlite3_changes64(database_); }

Result<Transaction> Transaction::begin(Connection& connection, Mode mode) {
  SIGLA_TRY(connection.execute(mode == Mode::kWrite ? "BEGIN IMMEDIATE" : "BEGIN"));
  return Transaction(connection);
}

Transaction::~Transaction() {
  // A failed statement (a full disk) may have rolled back by itself; then this is an error we
  // expect.
  if (connection_ != nullptr) static_cast<void>(connection_->execute("ROLLBACK"));
}

Status Transaction::commit() {
  SIGLA_TRY(connection_->execute("COMMIT"));
  connection_ = nullptr;
  return {};
}

}  // namespace sigla::sqlite
