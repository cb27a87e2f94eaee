// SPDX-License-Identifier: Apache-2.0
// A thin layer over the SQLite C API: connections that cache their prepared statements, statements
// that reset themselves, transactions that roll back unless committed. Used by one thread at a
// time.
#pragma once

#include <concepts>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/bytes.h"
#include "base/result.h"

struct sqlite3;
struct sqlite3_stmt;

namespace sigla::sqlite {

// One use of a prepared statement; the connection keeps the prepared form. Text and bytes that are
// bound must live until the last step(); what column_*() returns lives until the next.
class Statement {
 public:
  Statement(sqlite3* database, sqlite3_stmt* statement)
      : database_(database), statement_(statement) {}
  Statement(Statement&& other) noexcept
      : database_(other.database_),
        statement_(std::exchange(other.statement_, nullptr)),
        bound_(other.bound_) {}
  Statement& operator=(Statement&&) = delete;
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;
  ~Statement();

  // Binds the next parameters, in order.
  template <typename... Values>
  Statement& bind(const Values&... values) {
    (bind_one(values), ...);
    return *this;
  }
  // Makes the statement ready to be bound and run once more.
  void reset();

  // True: there is a row. False: done.
  Result<bool> step();
  // Runs to the end.
  Status run();

  std::int64_t column_int(int column) const;
  std::string_view column_text(int column) const;
  Bytes column_blob(int column) const;
  bool column_is_null(int column) const;

 private:
  template <std::integral T>
  void bind_one(T value) {
    bind_int(static_cast<std::int64_t>(value));
  }
  void bind_one(std::string_view text);
  void bind_one(const std::string& text) { bind_one(std::string_view(text)); }
  void bind_one(Bytes bytes);
  void bind_one(const std::optional<std::int64_t>& value);
  void bind_int(std::int64_t value);

  sqlite3* database_;
  sqlite3_stmt* statement_;
  int bound_ = 0;
};

class Connection {
 public:
  enum class Mode { kReadWrite, kReadOnly };
  static Result<std::unique_ptr<Connection>> open(const std::filesystem::path& path, Mode mode);
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  ~Connection();

  // `sql` is a string literal: its address names the statement in the cache.
  Result<Statement> statement(const char* sql);
  // Any number of statements without parameters or results.
  Status execute(const char* sql);
  std::int64_t last_insert_id() const;
  // Rows the last statement changed.
  std::int64_t changes() const;

 private:
  explicit Connection(sqlite3* database) : database_(database) {}

  sqlite3* database_;
  std::unordered_map<const char*, sqlite3_stmt*> statements_;
};

// Rolls back at the end of its life unless commit() succeeded.
class Transaction {
 public:
  enum class Mode { kRead, kWrite };
  static Result<Transaction> begin(Connection& connection, Mode mode);
  Transaction(Transaction&& other) noexcept
      : connection_(std::exchange(other.connection_, nullptr)) {}
  Transaction& operator=(Transaction&&) = delete;
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  ~Transaction();
  Status commit();

 private:
  explicit Transaction(Connection& connection) : connection_(&connection) {}
  Connection* connection_;
};

}  // namespace sigla::sqlite
