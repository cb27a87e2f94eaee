// SPDX-License-Identifier: Apache-2.0
// The connections of one database: one that writes, and as many that read as threads read at once.
// Thread-safe; what is lent out is used by one thread.
#pragma once

#include <condition_variable>
#include <filesystem>
#include <memory>
#include <mutex>
#include <vector>

#include "store/sqlite/connection.h"

namespace sigla::sqlite {

class ConnectionPool {
 public:
  // Opens (and creates) the database, in WAL mode, with its schema migrated.
  static Result<std::unique_ptr<ConnectionPool>> open(const std::filesystem::path& path);

  // A connection, back in the pool at the end of the lease's life.
  class Reader {
   public:
    Reader(Reader&&) noexcept = default;
    Reader& operator=(Reader&&) = delete;
    ~Reader();
    Connection& operator*() const { return *connection_; }
    Connection* operator->() const { return connection_.get(); }

   private:
    friend class ConnectionPool;
    Reader(ConnectionPool& pool, std::unique_ptr<Connection> connection)
        : pool_(&pool), connection_(std::move(connection)) {}
    ConnectionPool* pool_;
    std::unique_ptr<Connection> connection_;
  };
  // Waits while kReadersMax are lent out. One thread holds at most one.
  Result<Reader> reader();

  // The writing connection, for this thread alone while the lock is held.
  struct Writer {
    std::unique_lock<std::mutex> lock;
    Connection& connection;
    Connection& operator*() const { return connection; }
    Connection* operator->() const { return &connection; }
  };
  Writer writer() { return {std::unique_lock(writer_mutex_), *writer_}; }

 private:
  static constexpr std::size_t kReadersMax = 16;

  explicit ConnectionPool(std::filesystem::path path) : path_(std::move(path)) {}
  void give_back(std::unique_ptr<Connection> connection);

  std::filesystem::path path_;
  std::mutex writer_mutex_;
  std::unique_ptr<Connection> writer_;

  std::mutex mutex_;
  std::condition_variable returned_;
  std::vector<std::unique_ptr<Connection>> idle_;
  std::size_t reader_count_ = 0;
};

}  // namespace sigla::sqlite
