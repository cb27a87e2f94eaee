// SPDX-License-Identifier: Apache-2.0
#include "base/text.h"
#include "store/sqlite/catalog_impl.h"

namespace sigla::sqlite {
namespace {

constexpr const char* kMarkUpload =
    "UPDATE upload SET is_hidden = ? WHERE id = ? AND project_id = ?";
constexpr const char* kSelectFiles =
    "SELECT e.blob_id, e.path, e.size, e.format FROM upload_entry e"
    " WHERE e.upload_id = ? AND e.blob_id IS NOT NULL ORDER BY e.ordinal";
constexpr const char* kSelectVisibleUpload =
    "SELECT 1 FROM upload_entry e JOIN upload u ON u.id = e.upload_id"
    " WHERE e.blob_id = ? AND u.project_id = ? AND u.action = 'upload' AND NOT u.is_hidden LIMIT 1";
constexpr const char* kSelectObjects =
    "SELECT id, keys FROM object WHERE project_id = ? AND blob_id = ? AND is_hidden = ?";
constexpr const char* kMarkObject = "UPDATE object SET is_hidden = ? WHERE id = ?";
constexpr const char* kSelectHiddenKeys = "SELECT keys FROM object WHERE id = ? AND is_hidden";
constexpr const char* kDeleteKey =
    "DELETE FROM object_key WHERE project_id = ? AND key = ? AND object_id = ?";
constexpr const char* kInsertKey =
    "INSERT INTO object_key (project_id, key, object_id) VALUES (?, ?, ?) ON CONFLICT DO NOTHING";
constexpr const char* kInsertEntry =
    "INSERT INTO upload_entry (upload_id, ordinal, path, size, result, reason, format, blob_id)"
    " VALUES (?, ?, ?, ?, ?, '', ?, ?)";

struct HiddenFile {
  Id blob_id = 0;
  std::string path;
  std::int64_t size = 0;
  std::string format;
};
HiddenFile read_file(const Statement& row) {
  return {row.column_int(0),
          std::string(row.column_text(1)),
          row.column_int(2),
          std::string(row.column_text(3))};
}

struct ObjectKeys {
  Id id = 0;
  std::string keys;  // one a line
};
ObjectKeys read_keys(const Statement& row) {
  return {row.column_int(0), std::string(row.column_text(1))};
}

Status mark_object(Connection& connection,
                   Id project_id,
                   const ObjectKeys& object,
                   bool is_hidden,
                   std::vector<std::string>* changed) {
  SIGLA_TRY_ASSIGN(Statement mark, connection.statement(kMarkObject));
  SIGLA_TRY(mark.bind(is_hidden, object.id).run());
  for (const std::string_view key : split(object.keys, '\n')) {
    if (key.empty()) continue;
    SIGLA_TRY_ASSIGN(Statement change, connection.statement(is_hidden ? kDeleteKey : kInsertKey));
    SIGLA_TRY(change.bind(project_id, key, object.id).run());
    if (changed != nullptr) changed->emplace_back(key);
  }
  return {};
}

// Hides or shows the files of uploads inside a transaction of its caller.
class FileHider {
 public:
  FileHider(Connection& connection, const Upload& audit, bool is_hidden)
      : connection_(connection), audit_(audit), is_hidden_(is_hidden) {}

  Status change(Id upload_id) {
    SIGLA_TRY_ASSIGN(Statement select, connection_.statement(kSelectFiles));
    select.bind(upload_id);
    SIGLA_TRY_ASSIGN(const std::vector<HiddenFile> files, read_rows(select, read_file));
    for (const HiddenFile& file : files) {
      SIGLA_TRY_ASSIGN(const bool has_changed, change_blob(file.blob_id));
      if (has_changed) SIGLA_TRY(add_entry(file));
    }
    return {};
  }

  std::vector<std::string> take_keys() { return std::move(keys_); }

 private:
  Result<bool> change_blob(Id blob_id) {
    if (is_hidden_) {
      SIGLA_TRY_ASSIGN(Statement visible, connection_.statement(kSelectVisibleUpload));
      SIGLA_TRY_ASSIGN(const bool has_other, visible.bind(blob_id, audit_.project_id).step());
      if (has_other) return false;
    }
    SIGLA_TRY_ASSIGN(Statement select, connection_.statement(kSelectObjects));
    select.bind(audit_.project_id, blob_id, !is_hidden_);
    SIGLA_TRY_ASSIGN(const std::vector<ObjectKeys> objects, read_rows(select, read_keys));
    for (const ObjectKeys& object : objects) {
      SIGLA_TRY(mark_object(connection_, audit_.project_id, object, is_hidden_, &keys_));
    }
    return !objects.empty();
  }

  Status add_entry(const HiddenFile& file) {
    SIGLA_TRY_ASSIGN(Statement insert, connection_.statement(kInsertEntry));
    insert.bind(audit_.id,
                ++ordinal_,
                file.path,
                file.size,
                to_string(is_hidden_ ? EntryResult::kHidden : EntryResult::kRelisted),
                file.format,
                file.blob_id);
    return insert.run();
  }

  Connection& connection_;
  const Upload& audit_;
  const bool is_hidden_;
  Id ordinal_ = 0;
  std::vector<std::string> keys_;
};

}  // namespace

Status show_object(Connection& connection, Id project_id, Id object_id) {
  ObjectKeys object{object_id, {}};
  {
    SIGLA_TRY_ASSIGN(Statement select, connection.statement(kSelectHiddenKeys));
    SIGLA_TRY_ASSIGN(const bool is_hidden, select.bind(object_id).step());
    if (!is_hidden) return {};
    object.keys = select.column_text(0);
  }
  return mark_object(connection, project_id, object, false, nullptr);
}

Result<std::vector<std::string>> SqliteCatalog::set_uploads_hidden(
    const std::vector<Id>& upload_ids, bool is_hidden, Upload& audit) {
  const auto writer = pool_->writer();
  SIGLA_TRY_ASSIGN(Transaction transaction, Transaction::begin(*writer, Transaction::Mode::kWrite));
  SIGLA_TRY_ASSIGN(audit, insert_upload(*writer, audit));
  for (const Id id : upload_ids) {
    SIGLA_TRY_ASSIGN(Statement mark, writer->statement(kMarkUpload));
    SIGLA_TRY(mark.bind(is_hidden, id, audit.project_id).run());
  }
  FileHider hider(*writer, audit, is_hidden);
  for (const Id id : upload_ids) SIGLA_TRY(hider.change(id));
  SIGLA_TRY(transaction.commit());
  return hider.take_keys();
}

}  // namespace sigla::sqlite
