// SPDX-License-Identifier: Apache-2.0
#include <limits>

#include "store/sqlite/catalog_impl.h"

namespace sigla::sqlite {
namespace {

constexpr const char* kInsertUpload =
    "INSERT INTO upload (project_id, token_id, tag, name, remote_address, size, state, error,"
    " created_at, finished_at, stored_count, duplicate_count, refused_count, action, package_id,"
    " package_version, package_kind) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
constexpr const char* kUpdateUpload =
    "UPDATE upload SET size = ?, state = ?, error = ?, finished_at = ?, stored_count = ?,"
    " duplicate_count = ?, refused_count = ? WHERE id = ?";
constexpr const char* kFailUnfinished =
    "UPDATE upload SET state = 'failed', error = ?, finished_at = ?"
    " WHERE state IN ('received', 'processing')";
#define SIGLA_UPLOAD_COLUMNS                                                             \
  "id, project_id, token_id, tag, name, remote_address, size, state, error, created_at," \
  " finished_at, stored_count, duplicate_count, refused_count, action, package_id,"      \
  " package_version, package_kind, is_hidden"
constexpr const char* kSelectUpload = "SELECT " SIGLA_UPLOAD_COLUMNS " FROM upload WHERE id = ?";
constexpr const char* kSelectPackageUploads =
    "SELECT " SIGLA_UPLOAD_COLUMNS
    " FROM upload WHERE project_id = ? AND package_id = ? AND package_version = ?"
    " AND package_id <> '' AND action = 'upload' AND state = 'done' ORDER BY id DESC LIMIT 1000";
constexpr const char* kSelectUploads = "SELECT " SIGLA_UPLOAD_COLUMNS
                                       " FROM upload WHERE project_id = ?1 AND id < ?2 AND (?3 = "
                                       "'' OR tag = ?3) ORDER BY id DESC LIMIT ?4";
constexpr const char* kSelectEntries =
    "SELECT upload_id, ordinal, path, e.size, result, reason, format, hash"
    " FROM upload_entry e LEFT JOIN blob b ON b.id = e.blob_id"
    " WHERE upload_id = ? AND ordinal > ? ORDER BY ordinal LIMIT ?";

UploadState parse_state(std::string_view text) {
  for (const auto state : {UploadState::kReceived, UploadState::kProcessing, UploadState::kDone}) {
    if (to_string(state) == text) return state;
  }
  return UploadState::kFailed;
}

EntryResult parse_result(std::string_view text) {
  for (const auto result : {EntryResult::kStored,
                            EntryResult::kDuplicate,
                            EntryResult::kHidden,
                            EntryResult::kRelisted}) {
    if (to_string(result) == text) return result;
  }
  return EntryResult::kRefused;
}

UploadAction parse_action(std::string_view text) {
  for (const auto action : {UploadAction::kDelete, UploadAction::kRelist}) {
    if (to_string(action) == text) return action;
  }
  return UploadAction::kUpload;
}

PackageKind parse_package_kind(std::string_view text) {
  for (const auto kind : {PackageKind::kPackage, PackageKind::kSymbols}) {
    if (to_string(kind) == text) return kind;
  }
  return PackageKind::kNone;
}

Upload read_upload(const Statement& row) {
  Upload upload;
  upload.id = row.column_int(0);
  upload.project_id = row.column_int(1);
  upload.token_id = row.column_int(2);
  upload.tag = row.column_text(3);
  upload.name = row.column_text(4);
  upload.remote_address = row.column_text(5);
  upload.size = static_cast<std::uint64_t>(row.column_int(6));
  upload.state = parse_state(row.column_text(7));
  upload.error = row.column_text(8);
  upload.created_at = row.column_int(9);
  upload.finished_at = row.column_int(10);
  upload.stored_count = static_cast<std::uint32_t>(row.column_int(11));
  upload.duplicate_count = static_cast<std::uint32_t>(row.column_int(12));
  upload.refused_count = static_cast<std::uint32_t>(row.column_int(13));
  upload.action = parse_action(row.column_text(14));
  upload.package.id = row.column_text(15);
  upload.package.version = row.column_text(16);
  upload.package.kind = parse_package_kind(row.column_text(17));
  upload.is_hidden = row.column_int(18) != 0;
  return upload;
}

UploadEntry read_entry(const Statement& row) {
  UploadEntry entry;
  entry.upload_id = row.column_int(0);
  entry.ordinal = row.column_int(1);
  entry.path = row.column_text(2);
  entry.size = static_cast<std::uint64_t>(row.column_int(3));
  entry.result = parse_result(row.column_text(4));
  entry.reason = row.column_text(5);
  entry.format = row.column_text(6);
  entry.blob = read_hash(row, 7);
  return entry;
}

}  // namespace

Status write_upload(Connection& connection, const Upload& upload) {
  SIGLA_TRY_ASSIGN(Statement update, connection.statement(kUpdateUpload));
  update.bind(upload.size,
              to_string(upload.state),
              upload.error,
              upload.finished_at,
              upload.stored_count,
              upload.duplicate_count,
              upload.refused_count,
              upload.id);
  SIGLA_TRY(update.run());
  if (connection.changes() == 0) {
    return make_error(ErrorCode::kNotFound, "no upload with id {}", upload.id);
  }
  return {};
}

Result<Upload> insert_upload(Connection& connection, const Upload& upload) {
  Upload created = upload;
  created.created_at = now_millis();
  SIGLA_TRY_ASSIGN(Statement insert, connection.statement(kInsertUpload));
  insert.bind(upload.project_id,
              upload.token_id,
              upload.tag,
              upload.name,
              upload.remote_address,
              upload.size,
              to_string(upload.state),
              upload.error,
              created.created_at,
              upload.finished_at,
              upload.stored_count,
              upload.duplicate_count,
              upload.refused_count);
  insert.bind(to_string(upload.action),
              upload.package.id,
              upload.package.version,
              to_string(upload.package.kind));
  SIGLA_TRY(insert.run());
  created.id = connection.last_insert_id();
  return created;
}

Result<Upload> SqliteCatalog::create_upload(const Upload& upload) {
  const auto writer = pool_->writer();
  return insert_upload(*writer, upload);
}

Status SqliteCatalog::update_upload(const Upload& upload) {
  const auto writer = pool_->writer();
  return write_upload(*writer, upload);
}

Result<Upload> SqliteCatalog::find_upload(Id id) {
  SIGLA_TRY_ASSIGN(const auto reader, pool_->reader());
  SIGLA_TRY_ASSIGN(Statement select, reader->statement(kSelectUpload));
  select.bind(id);
  return read_row(select, read_upload, fmt::format("no upload with id {}", id));
}

Result<std::uint32_t> SqliteCatalog::fail_unfinished_uploads(std::string_view reason) {
  const auto writer = pool_->writer();
  SIGLA_TRY_ASSIGN(Statement update, writer->statement(kFailUnfinished));
  SIGLA_TRY(update.bind(reason, now_millis()).run());
  return static_cast<std::uint32_t>(writer->changes());
}

Result<std::vector<Upload>> SqliteCatalog::list_uploads(const UploadQuery& query) {
  SIGLA_TRY_ASSIGN(const auto reader, pool_->reader());
  SIGLA_TRY_ASSIGN(Statement select, reader->statement(kSelectUploads));
  const Id before = query.before_id == 0 ? std::numeric_limits<Id>::max() : query.before_id;
  select.bind(query.project_id, before, query.tag, query.limit);
  return read_rows(select, read_upload);
}

Result<std::vector<Upload>> SqliteCatalog::list_package_uploads(Id project_id,
                                                                std::string_view package_id,
                                                                std::string_view version) {
  SIGLA_TRY_ASSIGN(const auto reader, pool_->reader());
  SIGLA_TRY_ASSIGN(Statement select, reader->statement(kSelectPackageUploads));
  select.bind(project_id, package_id, version);
  return read_rows(select, read_upload);
}

Result<std::vector<UploadEntry>> SqliteCatalog::list_upload_entries(Id upload_id,
                                                                    Id after,
                                                                    std::uint32_t limit) {
  SIGLA_TRY_ASSIGN(const auto reader, pool_->reader());
  SIGLA_TRY_ASSIGN(Statement select, reader->statement(kSelectEntries));
  select.bind(upload_id, after, limit);
  return read_rows(select, read_entry);
}

}  // namespace sigla::sqlite
