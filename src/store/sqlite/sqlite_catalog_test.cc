// SPDX-License-Identifier: Apache-2.0
#include "store/sqlite/sqlite_catalog.h"

#include <gtest/gtest.h>

#include "store/sqlite/connection.h"
#include "store/sqlite/migrations.h"
#include "testing/matchers.h"

namespace sigla {
namespace {

class SqliteCatalogTest : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_OK_AND_ASSIGN(directory_, TempDirectory::create());
    path_ = directory_->path() / "catalog.db";
  }

  void execute(const char* sql) {
    ASSERT_OK_AND_ASSIGN(const auto connection,
                         sqlite::Connection::open(path_, sqlite::Connection::Mode::kReadWrite));
    ASSERT_THAT(connection->execute(sql), IsOk());
  }

  std::optional<TempDirectory> directory_;
  std::filesystem::path path_;
};

TEST_F(SqliteCatalogTest, KeepsEverythingAcrossReopening) {
  {
    ASSERT_OK_AND_ASSIGN(const auto catalog, open_sqlite_catalog(path_));
    ASSERT_THAT(catalog->create_project("game", false), IsOk());
  }
  ASSERT_OK_AND_ASSIGN(const auto catalog, open_sqlite_catalog(path_));
  EXPECT_THAT(catalog->find_project("game"), IsOk());
}

TEST_F(SqliteCatalogTest, LeavesANewerSchemaAlone) {
  ASSERT_THAT(open_sqlite_catalog(path_), IsOk());
  execute("UPDATE schema_version SET version = 9999");
  EXPECT_THAT(open_sqlite_catalog(path_),
              IsError(ErrorCode::kUnavailable, "schema version 9999, this program knows up to"));
}

TEST_F(SqliteCatalogTest, WritesTheVersionOfItsNewestMigration) {
  ASSERT_THAT(open_sqlite_catalog(path_), IsOk());
  ASSERT_OK_AND_ASSIGN(const auto connection,
                       sqlite::Connection::open(path_, sqlite::Connection::Mode::kReadOnly));
  ASSERT_OK_AND_ASSIGN(auto select, connection->statement("SELECT version FROM schema_version"));
  ASSERT_THAT(select.step(), IsOkAnd(true));
  EXPECT_EQ(select.column_int(0), static_cast<std::int64_t>(sqlite::migrations().size()));
}

TEST_F(SqliteCatalogTest, SaysWhichFileIsNoDatabase) {
  ASSERT_THAT(replace_file(path_, as_bytes(std::string(8192, 'x'))), IsOk());
  EXPECT_THAT(open_sqlite_catalog(path_), IsError(ErrorCode::kUnavailable, "catalog.db"));
}

TEST_F(SqliteCatalogTest, RollsBackAMigrationThatFails) {
  ASSERT_OK_AND_ASSIGN(const auto connection,
                       sqlite::Connection::open(path_, sqlite::Connection::Mode::kReadWrite));
  {
    ASSERT_OK_AND_ASSIGN(
        auto transaction,
        sqlite::Transaction::begin(*connection, sqlite::Transaction::Mode::kWrite));
    ASSERT_THAT(connection->execute("CREATE TABLE half (x INTEGER) STRICT"), IsOk());
    EXPECT_THAT(connection->execute("CREATE TABEL other"), IsError(ErrorCode::kInternal, "TABEL"));
  }
  EXPECT_THAT(connection->execute("SELECT * FROM half"),
              IsError(ErrorCode::kInternal, "no such table"));
}

TEST_F(SqliteCatalogTest, AnswersAKeyFromOneIndex) {
  ASSERT_THAT(open_sqlite_catalog(path_), IsOk());
  ASSERT_OK_AND_ASSIGN(const auto connection,
                       sqlite::Connection::open(path_, sqlite::Connection::Mode::kReadOnly));
  ASSERT_OK_AND_ASSIGN(
      auto plan,
      connection->statement("EXPLAIN QUERY PLAN SELECT object_id FROM object_key"
                            " WHERE project_id = 1 AND key = 'k' ORDER BY object_id DESC"));
  ASSERT_THAT(plan.step(), IsOkAnd(true));
  EXPECT_EQ(plan.column_text(3), "SEARCH object_key USING PRIMARY KEY (project_id=? AND key=?)");
  EXPECT_THAT(plan.step(), IsOkAnd(false)) << "a sort: " << plan.column_text(3);
}

}  // namespace
}  // namespace sigla
