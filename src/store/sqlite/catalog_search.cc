// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <limits>

#include "base/text.h"
#include "store/search_text.h"
#include "store/sqlite/catalog_impl.h"
#include "store/sqlite/features.h"

namespace sigla::sqlite {
namespace {

constexpr int kKeyPageSize = 4'096;
constexpr int kEnumeratorsMax = 64;

#define SIGLA_OBJECT_COLUMNS                                                                    \
  "o.id, o.project_id, b.hash, o.slice_offset, o.slice_size, o.upload_id, o.tag, o.created_at," \
  " o.path, o.name, o.format, o.kind, o.arch, o.debug_id, o.code_id, o.debug_file_name,"        \
  " o.version, o.features, o.keys"

constexpr const char* kSelectByKey =
    "SELECT o.id, b.hash, b.size, o.slice_offset, o.slice_size, o.name, o.format, o.created_at"
    " FROM object_key k JOIN object o ON o.id = k.object_id JOIN blob b ON b.id = o.blob_id"
    " WHERE k.project_id = ? AND k.key = ? ORDER BY k.object_id DESC LIMIT 64";
constexpr const char* kSelectByDebugId =
    "SELECT " SIGLA_OBJECT_COLUMNS
    " FROM object o JOIN blob b ON b.id = o.blob_id"
    " WHERE o.project_id = ? AND o.debug_id = ? AND o.debug_id <> '' AND NOT o.is_hidden"
    " ORDER BY o.id DESC LIMIT 64";
constexpr const char* kSelectByCodeId =
    "SELECT " SIGLA_OBJECT_COLUMNS
    " FROM object o JOIN blob b ON b.id = o.blob_id"
    " WHERE o.project_id = ? AND o.code_id = ? AND o.code_id <> '' AND NOT o.is_hidden"
    " ORDER BY o.id DESC LIMIT 64";
constexpr const char* kSelectByBlob =
    "SELECT " SIGLA_OBJECT_COLUMNS
    " FROM blob b JOIN object o ON o.blob_id = b.id"
    " WHERE b.hash = ? AND o.project_id = ? AND NOT o.is_hidden ORDER BY o.id DESC LIMIT 64";
constexpr const char* kSelectNewest =
    "SELECT " SIGLA_OBJECT_COLUMNS
    " FROM object o JOIN blob b ON b.id = o.blob_id"
    " WHERE o.id < ? AND o.project_id = ? AND NOT o.is_hidden ORDER BY o.id DESC LIMIT ?";
constexpr const char* kSelectByTag =
    "SELECT " SIGLA_OBJECT_COLUMNS
    " FROM object_tag t JOIN object o ON o.id = t.object_id JOIN blob b ON b.id = o.blob_id"
    " WHERE t.tag_id = (SELECT id FROM tag WHERE project_id = ? AND name = ?)"
    " AND t.object_id < ? AND NOT o.is_hidden ORDER BY t.object_id DESC LIMIT ?";
constexpr const char* kSelectByText =
    "SELECT " SIGLA_OBJECT_COLUMNS
    " FROM object_text t JOIN object o ON o.id = t.rowid JOIN blob b ON b.id = o.blob_id"
    " WHERE object_text MATCH ?1 AND t.rowid < ?2 AND o.project_id = ?3 AND NOT o.is_hidden"
    " AND (?4 = '' OR EXISTS"
    "  (SELECT 1 FROM object_tag WHERE object_id = o.id AND tag_id ="
    "   (SELECT id FROM tag WHERE project_id = ?3 AND name = ?4)))"
    " ORDER BY t.rowid DESC LIMIT ?5";
constexpr const char* kSelectBlobInProject =
    "SELECT 1 FROM blob b JOIN object o ON o.blob_id = b.id"
    " WHERE b.hash = ? AND o.project_id = ? AND NOT o.is_hidden LIMIT 1";
constexpr const char* kSelectBlob = "SELECT 1 FROM blob WHERE hash = ?";
constexpr const char* kSelectKeys =
    "SELECT project_id, key, object_id FROM object_key"
    " WHERE (project_id, key, object_id) > (?, ?, ?)"
    " ORDER BY project_id, key, object_id LIMIT ?";
constexpr const char* kSelectBlobs =
    "SELECT hash, size, id FROM blob WHERE id > ? ORDER BY id LIMIT ?";
constexpr const char* kSelectVersion = "SELECT version FROM schema_version";

// By the name it was stored under, so that enumerators may be added anywhere.
template <typename Enum>
Enum parse_enum(std::string_view text) {
  for (int i = 0; i < kEnumeratorsMax; ++i) {
    if (to_string(static_cast<Enum>(i)) == text) return static_cast<Enum>(i);
  }
  return Enum{};
}

Identity read_identity(const Statement& row, int column) {
  Identity identity;
  identity.name = row.column_text(column);
  identity.format = parse_enum<Format>(row.column_text(column + 1));
  identity.kind = parse_enum<ObjectKind>(row.column_text(column + 2));
  identity.arch = parse_enum<Arch>(row.column_text(column + 3));
  auto debug_id = DebugId::parse(row.column_text(column + 4));
  if (debug_id.has_value()) identity.debug_id = *debug_id;
  identity.code_id = CodeId(row.column_text(column + 5));
  identity.debug_file_name = row.column_text(column + 6);
  identity.version = row.column_text(column + 7);
  unpack_features(row.column_int(column + 8), identity);
  return identity;
}

StoredObject read_object(const Statement& row) {
  StoredObject object;
  object.id = row.column_int(0);
  object.project_id = row.column_int(1);
  object.blob = read_hash(row, 2);
  object.offset = static_cast<std::uint64_t>(row.column_int(3));
  object.size = static_cast<std::uint64_t>(row.column_int(4));
  object.upload_id = row.column_int(5);
  object.tag = row.column_text(6);
  object.created_at = row.column_int(7);
  object.path = row.column_text(8);
  object.identity = read_identity(row, 9);
  for (const std::string_view key : split(row.column_text(18), '\n')) {
    if (!key.empty()) object.keys.emplace_back(key);
  }
  return object;
}

KeyMatch read_match(const Statement& row) {
  KeyMatch match;
  match.object_id = row.column_int(0);
  match.blob = read_hash(row, 1);
  match.blob_size = static_cast<std::uint64_t>(row.column_int(2));
  match.offset = static_cast<std::uint64_t>(row.column_int(3));
  match.size = static_cast<std::uint64_t>(row.column_int(4));
  match.file_name = row.column_text(5);
  match.format = parse_enum<Format>(row.column_text(6));
  match.created_at = row.column_int(7);
  return match;
}

// The text as one phrase of the full-text query language.
std::string quote_phrase(std::string_view text) {
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"') quoted += '"';
    quoted += c;
  }
  return quoted + '"';
}

}  // namespace

BlobHash read_hash(const Statement& row, int column) {
  BlobHash hash;
  const Bytes raw = row.column_blob(column);
  if (raw.size() == hash.bytes.size()) std::copy(raw.begin(), raw.end(), hash.bytes.begin());
  return hash;
}

Result<std::vector<KeyMatch>> SqliteCatalog::find_key(Id project_id, std::string_view key) {
  const std::string lowered = lower(key);
  SIGLA_TRY_ASSIGN(const auto reader, pool_->reader());
  SIGLA_TRY_ASSIGN(Statement select, reader->statement(kSelectByKey));
  select.bind(project_id, lowered);
  return read_rows(select, read_match);
}

Result<std::vector<StoredObject>> SqliteCatalog::find_by_debug_id(Id project_id,
                                                                  const DebugId& debug_id) {
  const std::string text = debug_id.dashed();
  SIGLA_TRY_ASSIGN(const auto reader, pool_->reader());
  SIGLA_TRY_ASSIGN(Statement select, reader->statement(kSelectByDebugId));
  select.bind(project_id, text);
  return read_rows(select, read_object);
}

Result<std::vector<StoredObject>> SqliteCatalog::find_by_code_id(Id project_id,
                                                                 const CodeId& code_id) {
  SIGLA_TRY_ASSIGN(const auto reader, pool_->reader());
  SIGLA_TRY_ASSIGN(Statement select, reader->statement(kSelectByCodeId));
  select.bind(project_id, code_id.text());
  return read_rows(select, read_object);
}

Result<std::vector<StoredObject>> SqliteCatalog::find_by_blob(Id project_id, const BlobHash& hash) {
  SIGLA_TRY_ASSIGN(const auto reader, pool_->reader());
  SIGLA_TRY_ASSIGN(Statement select, reader->statement(kSelectByBlob));
  select.bind(Bytes(hash.bytes), project_id);
  return read_rows(select, read_object);
}

Result<std::vector<StoredObject>> SqliteCatalog::search(const SymbolQuery& query) {
  SIGLA_TRY(check_search_text(query.text));
  const Id before = query.before_id == 0 ? std::numeric_limits<Id>::max() : query.before_id;
  SIGLA_TRY_ASSIGN(const auto reader, pool_->reader());
  if (!query.text.empty()) {
    const std::string phrase = quote_phrase(query.text);
    SIGLA_TRY_ASSIGN(Statement select, reader->statement(kSelectByText));
    select.bind(phrase, before, query.project_id, query.tag, query.limit);
    return read_rows(select, read_object);
  }
  if (!query.tag.empty()) {
    SIGLA_TRY_ASSIGN(Statement select, reader->statement(kSelectByTag));
    select.bind(query.project_id, query.tag, before, query.limit);
    return read_rows(select, read_object);
  }
  SIGLA_TRY_ASSIGN(Statement select, reader->statement(kSelectNewest));
  select.bind(before, query.project_id, query.limit);
  return read_rows(select, read_object);
}

Result<std::vector<BlobHash>> SqliteCatalog::known_blobs(Id project_id,
                                                         const std::vector<BlobHash>& hashes) {
  SIGLA_TRY_ASSIGN(const auto reader, pool_->reader());
  std::vector<BlobHash> known;
  for (const BlobHash& hash : hashes) {
    SIGLA_TRY_ASSIGN(Statement select, reader->statement(kSelectBlobInProject));
    SIGLA_TRY_ASSIGN(const bool has_row, select.bind(Bytes(hash.bytes), project_id).step());
    if (has_row) known.push_back(hash);
  }
  return known;
}

Result<bool> SqliteCatalog::has_blob(const BlobHash& hash) {
  SIGLA_TRY_ASSIGN(const auto reader, pool_->reader());
  SIGLA_TRY_ASSIGN(Statement select, reader->statement(kSelectBlob));
  return select.bind(Bytes(hash.bytes)).step();
}

// In pages, so that no read transaction lives long: one would keep the WAL from being checkpointed.
Status SqliteCatalog::for_each_key(
    const std::function<bool(Id project_id, std::string_view key)>& visit) {
  SIGLA_TRY_ASSIGN(const auto reader, pool_->reader());
  Id project_id = 0;
  std::string key;
  Id object_id = 0;
  while (true) {
    SIGLA_TRY_ASSIGN(Statement select, reader->statement(kSelectKeys));
    const std::string after = key;
    select.bind(project_id, after, object_id, kKeyPageSize);
    int count = 0;
    while (true) {
      SIGLA_TRY_ASSIGN(const bool has_row, select.step());
      if (!has_row) break;
      ++count;
      const bool is_same = select.column_int(0) == project_id && select.column_text(1) == key;
      project_id = select.column_int(0);
      object_id = select.column_int(2);
      if (is_same) continue;
      key = select.column_text(1);
      if (!visit(project_id, key)) return {};
    }
    if (count < kKeyPageSize) return {};
  }
}

Status SqliteCatalog::for_each_blob(
    const std::function<void(const BlobHash&, std::uint64_t size)>& visit) {
  SIGLA_TRY_ASSIGN(const auto reader, pool_->reader());
  Id last = 0;
  while (true) {
    SIGLA_TRY_ASSIGN(Statement select, reader->statement(kSelectBlobs));
    select.bind(last, kKeyPageSize);
    int count = 0;
    while (true) {
      SIGLA_TRY_ASSIGN(const bool has_row, select.step());
      if (!has_row) break;
      ++count;
      last = select.column_int(2);
      visit(read_hash(select, 0), static_cast<std::uint64_t>(select.column_int(1)));
    }
    if (count < kKeyPageSize) return {};
  }
}

Status SqliteCatalog::check() {
  SIGLA_TRY_ASSIGN(const auto reader, pool_->reader());
  SIGLA_TRY_ASSIGN(Statement select, reader->statement(kSelectVersion));
  return select.run();
}

}  // namespace sigla::sqlite
