// SPDX-License-Identifier: Apache-2.0
#include <map>

#include "base/text.h"
#include "store/search_text.h"
#include "store/sqlite/catalog_impl.h"
#include "store/sqlite/features.h"

namespace sigla::sqlite {
namespace {

constexpr const char* kInsertBlob =
    "INSERT INTO blob (hash, size, stored_size) VALUES (?, ?, ?) ON CONFLICT (hash) DO NOTHING";
constexpr const char* kSelectBlob = "SELECT id FROM blob WHERE hash = ?";
constexpr const char* kInsertTag =
    "INSERT INTO tag (project_id, name) VALUES (?, ?) ON CONFLICT (project_id, name) DO NOTHING";
constexpr const char* kSelectTag = "SELECT id FROM tag WHERE project_id = ? AND name = ?";
constexpr const char* kInsertObject =
    "INSERT INTO object (project_id, blob_id, slice_offset, slice_size, upload_id, tag, created_at,"
    " path, name, format, kind, arch, debug_id, code_id, debug_file_name, version, features, keys,"
    " search_text) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
    " ON CONFLICT (project_id, blob_id, slice_offset, slice_size, format) DO NOTHING";
constexpr const char* kSelectSlice =
    "SELECT id FROM object WHERE project_id = ? AND blob_id = ? AND slice_offset = ?"
    " AND slice_size = ? AND format = ?";
constexpr const char* kAddTagText =
    "UPDATE object SET search_text = search_text || char(10) || ? WHERE id = ?";
constexpr const char* kAddKeyText = "UPDATE object SET keys = keys || ? || char(10) WHERE id = ?";
// Under which of its keys something was stored after it.
constexpr const char* kSelectNewerByKey =
    "SELECT 1 FROM object_key WHERE project_id = ? AND key = ? AND object_id > ? LIMIT 1";
constexpr const char* kSelectNextObject = "SELECT max(id) + 1 FROM object";
constexpr const char* kSelectKeysOf = "SELECT keys FROM object WHERE id = ?";
// The text is named so that its index moves, too.
constexpr const char* kRenumberObject =
    "UPDATE object SET id = ?, search_text = search_text WHERE id = ?";
constexpr const char* kRenumberTags = "UPDATE object_tag SET object_id = ? WHERE object_id = ?";
constexpr const char* kRenumberKey =
    "UPDATE object_key SET object_id = ? WHERE project_id = ? AND key = ? AND object_id = ?";
constexpr const char* kInsertObjectTag =
    "INSERT INTO object_tag (tag_id, object_id) VALUES (?, ?) ON CONFLICT DO NOTHING";
constexpr const char* kInsertKey =
    "INSERT INTO object_key (project_id, key, object_id) VALUES (?, ?, ?) ON CONFLICT DO NOTHING";
constexpr const char* kSelectLastOrdinal =
    "SELECT coalesce(max(ordinal), 0) FROM upload_entry WHERE upload_id = ?";
constexpr const char* kInsertEntry =
    "INSERT INTO upload_entry (upload_id, ordinal, path, size, result, reason, format, blob_id)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?)";

// Writes one batch inside a transaction of its caller.
class BatchWriter {
 public:
  explicit BatchWriter(Connection& connection) : connection_(connection) {}

  Status add_blob(const IngestBatch::NewBlob& blob) {
    SIGLA_TRY_ASSIGN(Statement insert, connection_.statement(kInsertBlob));
    return insert.bind(Bytes(blob.hash.bytes), blob.size, blob.stored_size).run();
  }

  Status add_object(const StoredObject& object) {
    SIGLA_TRY_ASSIGN(const Id blob_id, find_blob(object.blob));
    SIGLA_TRY_ASSIGN(const bool is_new, insert_object(object, blob_id));
    Id id = connection_.last_insert_id();
    if (!is_new) {
      SIGLA_TRY_ASSIGN(id, find_slice(object, blob_id));
      SIGLA_TRY(show_object(connection_, object.project_id, id));
      SIGLA_TRY_ASSIGN(id, make_newest(object, id));
    }
    SIGLA_TRY(add_tag(object, id, is_new));
    for (const std::string& key : object.keys) SIGLA_TRY(add_key(object, id, key, is_new));
    return {};
  }

  Status add_entries(Id upload_id, const std::vector<UploadEntry>& entries) {
    if (entries.empty()) return {};
    SIGLA_TRY_ASSIGN(Id ordinal, select_id(kSelectLastOrdinal, upload_id));
    for (const UploadEntry& entry : entries) {
      std::optional<std::int64_t> blob_id;
      if (entry.result != EntryResult::kRefused) {
        SIGLA_TRY_ASSIGN(blob_id, find_blob(entry.blob));
      }
      SIGLA_TRY_ASSIGN(Statement insert, connection_.statement(kInsertEntry));
      insert.bind(upload_id,
                  ++ordinal,
                  entry.path,
                  entry.size,
                  to_string(entry.result),
                  entry.reason,
                  entry.format,
                  blob_id);
      SIGLA_TRY(insert.run());
    }
    return {};
  }

 private:
  // The first column of the only row; 0 when there is no row.
  template <typename... Values>
  Result<Id> select_id(const char* sql, const Values&... values) {
    SIGLA_TRY_ASSIGN(Statement select, connection_.statement(sql));
    SIGLA_TRY_ASSIGN(const bool has_row, select.bind(values...).step());
    return has_row ? select.column_int(0) : 0;
  }

  Result<Id> find_blob(const BlobHash& hash) {
    if (hash == last_hash_ && last_blob_id_ != 0) return last_blob_id_;
    SIGLA_TRY_ASSIGN(const Id id, select_id(kSelectBlob, Bytes(hash.bytes)));
    if (id == 0) {
      return make_error(
          ErrorCode::kInvalidArgument, "the catalog does not know blob {}", hash.hex());
    }
    last_hash_ = hash;
    last_blob_id_ = id;
    return id;
  }

  Result<bool> insert_object(const StoredObject& object, Id blob_id) {
    const Identity& identity = object.identity;
    const std::string debug_id =
        identity.debug_id.has_value() ? identity.debug_id->dashed() : std::string();
    std::string keys;
    for (const std::string& key : object.keys) keys += lower(key) + '\n';
    const std::string text = search_text(object);
    SIGLA_TRY_ASSIGN(Statement insert, connection_.statement(kInsertObject));
    insert.bind(object.project_id,
                blob_id,
                object.offset,
                object.size,
                object.upload_id,
                object.tag,
                now_,
                object.path,
                identity.name,
                to_string(identity.format),
                to_string(identity.kind),
                to_string(identity.arch));
    insert.bind(debug_id,
                identity.code_id.text(),
                identity.debug_file_name,
                identity.version,
                pack_features(identity),
                keys,
                text);
    SIGLA_TRY(insert.run());
    return connection_.changes() != 0;
  }

  Result<Id> find_slice(const StoredObject& object, Id blob_id) {
    return select_id(kSelectSlice,
                     object.project_id,
                     blob_id,
                     object.offset,
                     object.size,
                     to_string(object.identity.format));
  }

  // What is uploaded again replaces what came after it under the same keys: it gets the next
  // number.
  Result<Id> make_newest(const StoredObject& object, Id id) {
    bool is_newest = true;
    for (const std::string& key : object.keys) {
      SIGLA_TRY_ASSIGN(const Id newer,
                       select_id(kSelectNewerByKey, object.project_id, lower(key), id));
      is_newest = is_newest && newer == 0;
    }
    if (is_newest) return id;
    SIGLA_TRY_ASSIGN(const Id next, select_id(kSelectNextObject));
    // The tags refer to the object, which has both numbers in turn.
    SIGLA_TRY(connection_.execute("PRAGMA defer_foreign_keys = ON"));
    SIGLA_TRY(run(kRenumberObject, next, id));
    SIGLA_TRY(run(kRenumberTags, next, id));
    std::string keys;
    {
      SIGLA_TRY_ASSIGN(Statement select, connection_.statement(kSelectKeysOf));
      SIGLA_TRY_ASSIGN(const bool has_row, select.bind(next).step());
      if (has_row) keys = select.column_text(0);
    }
    for (const std::string_view key : split(keys, '\n')) {
      if (!key.empty()) SIGLA_TRY(run(kRenumberKey, next, object.project_id, key, id));
    }
    return next;
  }

  template <typename... Values>
  Status run(const char* sql, const Values&... values) {
    SIGLA_TRY_ASSIGN(Statement statement, connection_.statement(sql));
    return statement.bind(values...).run();
  }

  Result<Id> find_tag(Id project_id, const std::string& name) {
    Id& id = tags_[{project_id, name}];
    if (id != 0) return id;
    SIGLA_TRY_ASSIGN(Statement insert, connection_.statement(kInsertTag));
    SIGLA_TRY(insert.bind(project_id, name).run());
    SIGLA_TRY_ASSIGN(id, select_id(kSelectTag, project_id, name));
    return id;
  }

  Status add_tag(const StoredObject& object, Id id, bool is_new) {
    SIGLA_TRY_ASSIGN(const Id tag_id, find_tag(object.project_id, object.tag));
    SIGLA_TRY_ASSIGN(Statement insert, connection_.statement(kInsertObjectTag));
    SIGLA_TRY(insert.bind(tag_id, id).run());
    if (is_new || connection_.changes() == 0) return {};
    SIGLA_TRY_ASSIGN(Statement update, connection_.statement(kAddTagText));
    return update.bind(object.tag, id).run();
  }

  Status add_key(const StoredObject& object, Id id, const std::string& key, bool is_new) {
    const std::string lowered = lower(key);
    SIGLA_TRY_ASSIGN(Statement insert, connection_.statement(kInsertKey));
    SIGLA_TRY(insert.bind(object.project_id, lowered, id).run());
    if (is_new || connection_.changes() == 0) return {};
    SIGLA_TRY_ASSIGN(Statement update, connection_.statement(kAddKeyText));
    return update.bind(lowered, id).run();
  }

  Connection& connection_;
  UnixMillis now_ = now_millis();
  BlobHash last_hash_;
  Id last_blob_id_ = 0;
  std::map<std::pair<Id, std::string>, Id> tags_;
};

}  // namespace

Status SqliteCatalog::commit(const IngestBatch& batch) {
  const auto writer = pool_->writer();
  SIGLA_TRY_ASSIGN(Transaction transaction, Transaction::begin(*writer, Transaction::Mode::kWrite));
  BatchWriter batch_writer(*writer);
  for (const auto& blob : batch.blobs) SIGLA_TRY(batch_writer.add_blob(blob));
  for (const auto& object : batch.objects) SIGLA_TRY(batch_writer.add_object(object));
  SIGLA_TRY(batch_writer.add_entries(batch.upload_id, batch.entries));
  if (batch.finished.has_value()) SIGLA_TRY(write_upload(*writer, *batch.finished));
  return transaction.commit();
}

}  // namespace sigla::sqlite
