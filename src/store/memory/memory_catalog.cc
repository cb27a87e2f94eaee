// SPDX-License-Identifier: Apache-2.0
#include "store/memory/memory_catalog.h"

#include <algorithm>

#include "base/text.h"
#include "store/search_text.h"

namespace sigla {
namespace {

constexpr std::uint32_t kMatchesMax = 64;

}  // namespace

bool MemoryCatalog::has_project(Id id) const {
  return id >= 1 && static_cast<std::size_t>(id) <= projects_.size();
}

Result<Project> MemoryCatalog::create_project(std::string_view name, bool is_public) {
  const std::lock_guard lock(mutex_);
  for (const Project& project : projects_) {
    if (project.name == name) {
      return make_error(ErrorCode::kConflict, "project {} exists already", name);
    }
  }
  Project project;
  project.id = static_cast<Id>(projects_.size()) + 1;
  project.name = name;
  project.is_public = is_public;
  project.created_at = now_millis();
  projects_.push_back(project);
  return project;
}

Result<Project> MemoryCatalog::find_project(std::string_view name) {
  const std::lock_guard lock(mutex_);
  for (const Project& project : projects_) {
    if (project.name == name) return project;
  }
  return make_error(ErrorCode::kNotFound, "no project {}", name);
}

Result<std::vector<Project>> MemoryCatalog::list_projects() {
  const std::lock_guard lock(mutex_);
  return projects_;
}

Status MemoryCatalog::update_project(const Project& project) {
  const std::lock_guard lock(mutex_);
  if (!has_project(project.id)) {
    return make_error(ErrorCode::kNotFound, "no project with id {}", project.id);
  }
  for (const Project& other : projects_) {
    if (other.name == project.name && other.id != project.id) {
      return make_error(ErrorCode::kConflict, "project {} exists already", project.name);
    }
  }
  Project& found = projects_[static_cast<std::size_t>(project.id - 1)];
  found.name = project.name;
  found.is_public = project.is_public;
  found.has_strict_packages = project.has_strict_packages;
  return {};
}

Result<Token> MemoryCatalog::create_token(const Token& token) {
  const std::lock_guard lock(mutex_);
  if (token.project_id != 0 && !has_project(token.project_id)) {
    return make_error(ErrorCode::kInvalidArgument, "no project with id {}", token.project_id);
  }
  for (const auto& [id, other] : tokens_) {
    if (other.hash == token.hash) return Error(ErrorCode::kConflict, "the token exists already");
  }
  Token created = token;
  created.id = ++last_token_id_;
  created.created_at = now_millis();
  tokens_[created.id] = created;
  return created;
}

Result<Token> MemoryCatalog::find_token_by_hash(std::string_view hash) {
  const std::lock_guard lock(mutex_);
  for (const auto& [id, token] : tokens_) {
    if (token.hash == hash) return token;
  }
  return Error(ErrorCode::kNotFound, "no such token");
}

Result<std::vector<Token>> MemoryCatalog::list_tokens(Id project_id) {
  const std::lock_guard lock(mutex_);
  std::vector<Token> found;
  for (const auto& [id, token] : tokens_) {
    if (project_id == 0 || token.project_id == project_id) found.push_back(token);
  }
  return found;
}

Status MemoryCatalog::delete_token(Id id) {
  const std::lock_guard lock(mutex_);
  if (tokens_.erase(id) == 0) return make_error(ErrorCode::kNotFound, "no token with id {}", id);
  return {};
}

Result<Upload> MemoryCatalog::create_upload(const Upload& upload) {
  const std::lock_guard lock(mutex_);
  if (!has_project(upload.project_id)) {
    return make_error(ErrorCode::kInvalidArgument, "no project with id {}", upload.project_id);
  }
  Upload created = upload;
  created.id = static_cast<Id>(uploads_.size()) + 1;
  created.created_at = now_millis();
  uploads_.push_back(created);
  return created;
}

Status MemoryCatalog::update_upload(const Upload& upload) {
  const std::lock_guard lock(mutex_);
  return write_upload(upload);
}

Status MemoryCatalog::write_upload(const Upload& upload) {
  for (Upload& found : uploads_) {
    if (found.id != upload.id) continue;
    found.size = upload.size;
    found.state = upload.state;
    found.error = upload.error;
    found.finished_at = upload.finished_at;
    found.stored_count = upload.stored_count;
    found.duplicate_count = upload.duplicate_count;
    found.refused_count = upload.refused_count;
    return {};
  }
  return make_error(ErrorCode::kNotFound, "no upload with id {}", upload.id);
}

Result<Upload> MemoryCatalog::find_upload(Id id) {
  const std::lock_guard lock(mutex_);
  for (const Upload& upload : uploads_) {
    if (upload.id == id) return upload;
  }
  return make_error(ErrorCode::kNotFound, "no upload with id {}", id);
}

Result<std::uint32_t> MemoryCatalog::fail_unfinished_uploads(std::string_view reason) {
  const std::lock_guard lock(mutex_);
  std::uint32_t count = 0;
  for (Upload& upload : uploads_) {
    if (upload.state == UploadState::kDone || upload.state == UploadState::kFailed) continue;
    upload.state = UploadState::kFailed;
    upload.error = reason;
    upload.finished_at = now_millis();
    ++count;
  }
  return count;
}

Result<std::vector<Upload>> MemoryCatalog::list_uploads(const UploadQuery& query) {
  const std::lock_guard lock(mutex_);
  std::vector<Upload> found;
  for (auto upload = uploads_.rbegin(); upload != uploads_.rend(); ++upload) {
    if (found.size() == query.limit) break;
    if (upload->project_id != query.project_id) continue;
    if (query.before_id != 0 && upload->id >= query.before_id) continue;
    if (!query.tag.empty() && upload->tag != query.tag) continue;
    found.push_back(*upload);
  }
  return found;
}

Result<std::vector<UploadEntry>> MemoryCatalog::list_upload_entries(Id upload_id,
                                                                    Id after,
                                                                    std::uint32_t limit) {
  const std::lock_guard lock(mutex_);
  std::vector<UploadEntry> found;
  for (const UploadEntry& entry : entries_[upload_id]) {
    if (found.size() == limit) break;
    if (entry.ordinal > after) found.push_back(entry);
  }
  return found;
}

Result<std::vector<Upload>> MemoryCatalog::list_package_uploads(Id project_id,
                                                                std::string_view package_id,
                                                                std::string_view version) {
  const std::lock_guard lock(mutex_);
  std::vector<Upload> found;
  for (auto upload = uploads_.rbegin(); upload != uploads_.rend(); ++upload) {
    if (upload->project_id == project_id && upload->package.id == package_id &&
        upload->package.version == version && upload->action == UploadAction::kUpload &&
        upload->state == UploadState::kDone) {
      found.push_back(*upload);
    }
  }
  return found;
}

// Whether an upload that is not hidden brought the object's content.
bool MemoryCatalog::is_brought_openly(const StoredObject& object) {
  return std::any_of(uploads_.begin(), uploads_.end(), [&](const Upload& upload) {
    if (upload.is_hidden || upload.action != UploadAction::kUpload ||
        upload.project_id != object.project_id) {
      return false;
    }
    const auto& entries = entries_[upload.id];
    return std::any_of(entries.begin(), entries.end(), [&](const UploadEntry& entry) {
      return entry.result != EntryResult::kRefused && entry.blob == object.blob;
    });
  });
}

Result<std::vector<std::string>> MemoryCatalog::set_uploads_hidden(
    const std::vector<Id>& upload_ids, bool is_hidden, Upload& audit) {
  SIGLA_TRY_ASSIGN(audit, create_upload(audit));
  const std::lock_guard lock(mutex_);
  for (const Id id : upload_ids) {
    if (id >= 1 && static_cast<std::size_t>(id) <= uploads_.size()) {
      uploads_[static_cast<std::size_t>(id - 1)].is_hidden = is_hidden;
    }
  }
  std::vector<std::string> keys;
  for (const Id id : upload_ids) {
    const std::vector<UploadEntry> files = entries_[id];
    for (const UploadEntry& file : files) {
      bool has_changed = false;
      for (ObjectRow& row : objects_) {
        if (file.result == EntryResult::kRefused || row.object.blob != file.blob ||
            row.object.project_id != audit.project_id || row.is_hidden == is_hidden ||
            (is_hidden && is_brought_openly(row.object))) {
          continue;
        }
        row.is_hidden = is_hidden;
        has_changed = true;
        keys.insert(keys.end(), row.object.keys.begin(), row.object.keys.end());
      }
      if (!has_changed) continue;
      auto& entries = entries_[audit.id];
      entries.push_back(file);
      entries.back().upload_id = audit.id;
      entries.back().ordinal = static_cast<Id>(entries.size());
      entries.back().result = is_hidden ? EntryResult::kHidden : EntryResult::kRelisted;
      entries.back().reason.clear();
    }
  }
  return keys;
}

Status MemoryCatalog::check_batch(const IngestBatch& batch) const {
  const auto is_known = [&](const BlobHash& hash) {
    return blobs_.contains(hash) ||
           std::any_of(batch.blobs.begin(), batch.blobs.end(), [&](const auto& blob) {
             return blob.hash == hash;
           });
  };
  const auto is_upload = [&](Id id) {
    return id >= 1 && static_cast<std::size_t>(id) <= uploads_.size();
  };
  for (const StoredObject& object : batch.objects) {
    if (!has_project(object.project_id) || !is_upload(object.upload_id) || !is_known(object.blob)) {
      return Error(ErrorCode::kInvalidArgument, "an object of an unknown project, upload or blob");
    }
  }
  for (const UploadEntry& entry : batch.entries) {
    const bool needs_blob = entry.result != EntryResult::kRefused;
    if (!is_upload(batch.upload_id) || (needs_blob && !is_known(entry.blob))) {
      return Error(ErrorCode::kInvalidArgument, "an entry of an unknown upload or blob");
    }
  }
  return {};
}

void MemoryCatalog::add_object(const StoredObject& object) {
  const auto is_same = [&](const ObjectRow& row) {
    return row.object.project_id == object.project_id && row.object.blob == object.blob &&
           row.object.offset == object.offset && row.object.size == object.size &&
           row.object.identity.format == object.identity.format;
  };
  auto row = std::find_if(objects_.begin(), objects_.end(), is_same);
  if (row == objects_.end()) {
    row =
        objects_.insert(objects_.end(), {object, {object.tag}, lower(search_text(object)), false});
    row->object.id = row == objects_.begin() ? 1 : std::prev(row)->object.id + 1;
    row->object.created_at = now_millis();
    row->object.keys.clear();
  } else {
    if (row->tags.insert(object.tag).second) row->search_text += '\n' + lower(object.tag);
    row = make_newest(row, object.keys);
  }
  row->is_hidden = false;
  auto& keys = row->object.keys;
  for (const std::string& key : object.keys) {
    if (std::find(keys.begin(), keys.end(), lower(key)) == keys.end()) keys.push_back(lower(key));
  }
}

// What is uploaded again replaces what came after it under the same keys.
std::vector<MemoryCatalog::ObjectRow>::iterator MemoryCatalog::make_newest(
    std::vector<ObjectRow>::iterator row, const std::vector<std::string>& keys) {
  const bool is_newest = std::none_of(std::next(row), objects_.end(), [&](const ObjectRow& later) {
    return later.object.project_id == row->object.project_id &&
           std::any_of(keys.begin(), keys.end(), [&](const std::string& key) {
             const auto& known = later.object.keys;
             return std::find(known.begin(), known.end(), lower(key)) != known.end();
           });
  });
  if (is_newest) return row;
  row->object.id = objects_.back().object.id + 1;
  std::rotate(row, std::next(row), objects_.end());
  return std::prev(objects_.end());
}

Status MemoryCatalog::commit(const IngestBatch& batch) {
  const std::lock_guard lock(mutex_);
  SIGLA_TRY(check_batch(batch));
  if (batch.finished.has_value()) SIGLA_TRY(write_upload(*batch.finished));
  for (const auto& blob : batch.blobs) blobs_.emplace(blob.hash, blob.size);
  for (const StoredObject& object : batch.objects) add_object(object);
  auto& entries = entries_[batch.upload_id];
  for (const UploadEntry& entry : batch.entries) {
    entries.push_back(entry);
    entries.back().upload_id = batch.upload_id;
    entries.back().ordinal = static_cast<Id>(entries.size());
  }
  return {};
}

Result<std::vector<BlobHash>> MemoryCatalog::known_blobs(Id project_id,
                                                         const std::vector<BlobHash>& hashes) {
  const std::lock_guard lock(mutex_);
  std::vector<BlobHash> known;
  for (const BlobHash& hash : hashes) {
    const bool is_known = std::any_of(objects_.begin(), objects_.end(), [&](const ObjectRow& row) {
      return row.object.project_id == project_id && row.object.blob == hash && !row.is_hidden;
    });
    if (is_known) known.push_back(hash);
  }
  return known;
}

template <typename Predicate>
std::vector<StoredObject> MemoryCatalog::select(std::uint32_t limit, Predicate wanted) const {
  std::vector<StoredObject> found;
  for (auto row = objects_.rbegin(); row != objects_.rend() && found.size() < limit; ++row) {
    if (!row->is_hidden && wanted(*row)) found.push_back(row->object);
  }
  return found;
}

Result<std::vector<KeyMatch>> MemoryCatalog::find_key(Id project_id, std::string_view key) {
  const std::lock_guard lock(mutex_);
  const std::string wanted = lower(key);
  std::vector<KeyMatch> matches;
  for (const StoredObject& object : select(kMatchesMax, [&](const ObjectRow& row) {
         const auto& keys = row.object.keys;
         return row.object.project_id == project_id &&
                std::find(keys.begin(), keys.end(), wanted) != keys.end();
       })) {
    KeyMatch match;
    match.object_id = object.id;
    match.blob = object.blob;
    match.blob_size = blobs_[object.blob];
    match.offset = object.offset;
    match.size = object.size;
    match.file_name = object.identity.name;
    match.format = object.identity.format;
    match.created_at = object.created_at;
    matches.push_back(match);
  }
  return matches;
}

Result<std::vector<StoredObject>> MemoryCatalog::find_by_debug_id(Id project_id,
                                                                  const DebugId& debug_id) {
  const std::lock_guard lock(mutex_);
  return select(kMatchesMax, [&](const ObjectRow& row) {
    return row.object.project_id == project_id && row.object.identity.debug_id == debug_id;
  });
}

Result<std::vector<StoredObject>> MemoryCatalog::find_by_code_id(Id project_id,
                                                                 const CodeId& code_id) {
  const std::lock_guard lock(mutex_);
  return select(kMatchesMax, [&](const ObjectRow& row) {
    return !code_id.empty() && row.object.project_id == project_id &&
           row.object.identity.code_id == code_id;
  });
}

Result<std::vector<StoredObject>> MemoryCatalog::find_by_blob(Id project_id, const BlobHash& hash) {
  const std::lock_guard lock(mutex_);
  return select(kMatchesMax, [&](const ObjectRow& row) {
    return row.object.project_id == project_id && row.object.blob == hash;
  });
}

Result<std::vector<StoredObject>> MemoryCatalog::search(const SymbolQuery& query) {
  SIGLA_TRY(check_search_text(query.text));
  const std::string text = lower(query.text);
  const std::lock_guard lock(mutex_);
  return select(query.limit, [&](const ObjectRow& row) {
    return row.object.project_id == query.project_id &&
           (query.before_id == 0 || row.object.id < query.before_id) &&
           (query.tag.empty() || row.tags.contains(query.tag)) &&
           row.search_text.find(text) != std::string::npos;
  });
}

Result<bool> MemoryCatalog::has_blob(const BlobHash& hash) {
  const std::lock_guard lock(mutex_);
  return blobs_.contains(hash);
}

Status MemoryCatalog::for_each_key(
    const std::function<bool(Id project_id, std::string_view key)>& visit) {
  const std::lock_guard lock(mutex_);
  std::set<std::pair<Id, std::string>> keys;
  for (const ObjectRow& row : objects_) {
    if (row.is_hidden) continue;
    for (const std::string& key : row.object.keys) keys.emplace(row.object.project_id, key);
  }
  for (const auto& [project_id, key] : keys) {
    if (!visit(project_id, key)) break;
  }
  return {};
}

Status MemoryCatalog::for_each_blob(
    const std::function<void(const BlobHash&, std::uint64_t size)>& visit) {
  const std::lock_guard lock(mutex_);
  for (const auto& [hash, size] : blobs_) visit(hash, size);
  return {};
}

}  // namespace sigla
