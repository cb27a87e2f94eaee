// SPDX-License-Identifier: Apache-2.0
#include "store/sqlite/connection_pool.h"

#include "store/sqlite/schema.h"

namespace sigla::sqlite {
namespace {

// A commit is on the disk when it returns (FULL): uploads are acknowledged on its word.
constexpr const char* kWriterPragmas =
    "PRAGMA journal_mode = WAL;"
    "PRAGMA synchronous = FULL;"
    "PRAGMA foreign_keys = ON;"
    "PRAGMA secure_delete = OFF;"
    "PRAGMA temp_store = MEMORY;"
    "PRAGMA cache_size = -16384;"
    "PRAGMA journal_size_limit = 67108864";
constexpr const char* kReaderPragmas =
    "PRAGMA query_only = ON;"
    "PRAGMA temp_store = MEMORY;"
    "PRAGMA cache_size = -2048";

}  // namespace

Result<std::unique_ptr<ConnectionPool>> ConnectionPool::open(const std::filesystem::path& path) {
  auto pool = std::unique_ptr<ConnectionPool>(new ConnectionPool(path));
  SIGLA_TRY_ASSIGN(pool->writer_, Connection::open(path, Connection::Mode::kReadWrite));
  const auto prepare = [&]() -> Status {
    SIGLA_TRY(pool->writer_->execute(kWriterPragmas));
    return migrate(*pool->writer_);
  };
  Status status = prepare();
  if (!status.has_value()) return std::move(status).error().in(path.string());
  return pool;
}

ConnectionPool::Reader::~Reader() {
  if (connection_ != nullptr) pool_->give_back(std::move(connection_));
}

Result<ConnectionPool::Reader> ConnectionPool::reader() {
  {
    std::unique_lock lock(mutex_);
    returned_.wait(lock, [&] { return !idle_.empty() || reader_count_ < kReadersMax; });
    if (!idle_.empty()) {
      // The one used last has the warmest cache.
      auto connection = std::move(idle_.back());
      idle_.pop_back();
      return Reader(*this, std::move(connection));
    }
    ++reader_count_;
  }
  auto opened = Connection::open(path_, Connection::Mode::kReadOnly);
  if (opened.has_value()) {
    Status status = (*opened)->execute(kReaderPragmas);
    if (status.has_value()) return Reader(*this, std::move(*opened));
    opened = std::move(status).error();
  }
  {
    const std::lock_guard lock(mutex_);
    --reader_count_;
  }
  returned_.notify_one();
  return std::move(opened).error();
}

void ConnectionPool::give_back(std::unique_ptr<Connection> connection) {
  {
    const std::lock_guard lock(mutex_);
    idle_.push_back(std::move(connection));
  }
  returned_.notify_one();
}

}  // namespace sigla::sqlite
