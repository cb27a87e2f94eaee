// SPDX-License-Identifier: Apache-2.0
// A catalog that forgets everything at the end of its life, for tests. Thread-safe.
#pragma once

#include <map>
#include <mutex>
#include <set>

#include "store/catalog.h"

namespace sigla {

class MemoryCatalog : public Catalog {
 public:
  Result<Project> create_project(std::string_view name, bool is_public) override;
  Result<Project> find_project(std::string_view name) override;
  Result<std::vector<Project>> list_projects() override;
  Status update_project(const Project& project) override;

  Result<Token> create_token(const Token& token) override;
  Result<Token> find_token_by_hash(std::string_view hash) override;
  Result<std::vector<Token>> list_tokens(Id project_id) override;
  Status delete_token(Id id) override;

  Result<Upload> create_upload(const Upload& upload) override;
  Status update_upload(const Upload& upload) override;
  Result<Upload> find_upload(Id id) override;
  Result<std::uint32_t> fail_unfinished_uploads(std::string_view reason) override;
  Result<std::vector<Upload>> list_uploads(const UploadQuery& query) override;
  Result<std::vector<UploadEntry>> list_upload_entries(Id upload_id,
                                                       Id after,
                                                       std::uint32_t limit) override;

  Result<std::vector<Upload>> list_package_uploads(Id project_id,
                                                   std::string_view package_id,
                                                   std::string_view version) override;
  Result<std::vector<std::string>> set_uploads_hidden(const std::vector<Id>& upload_ids,
                                                      bool is_hidden,
                                                      Upload& audit) override;

  Status commit(const IngestBatch& batch) override;
  Result<std::vector<BlobHash>> known_blobs(Id project_id,
                                            const std::vector<BlobHash>& hashes) override;

  Result<std::vector<KeyMatch>> find_key(Id project_id, std::string_view key) override;
  Result<std::vector<StoredObject>> find_by_debug_id(Id project_id,
                                                     const DebugId& debug_id) override;
  Result<std::vector<StoredObject>> find_by_code_id(Id project_id, const CodeId& code_id) override;
  Result<std::vector<StoredObject>> find_by_blob(Id project_id, const BlobHash& hash) override;
  Result<std::vector<StoredObject>> search(const SymbolQuery& query) override;
  Result<bool> has_blob(const BlobHash& hash) override;
  Status for_each_key(
      const std::function<bool(Id project_id, std::string_view key)>& visit) override;
  Status for_each_blob(
      const std::function<void(const BlobHash&, std::uint64_t size)>& visit) override;
  Status check() override { return {}; }

 private:
  struct ObjectRow {
    StoredObject object;
    std::set<std::string> tags;
    std::string search_text;  // lower case
    bool is_hidden = false;
  };

  bool has_project(Id id) const;
  bool is_brought_openly(const StoredObject& object);
  Status check_batch(const IngestBatch& batch) const;
  Status write_upload(const Upload& upload);
  std::vector<ObjectRow>::iterator make_newest(std::vector<ObjectRow>::iterator row,
                                               const std::vector<std::string>& keys);
  void add_object(const StoredObject& object);
  // Newest first, at most `limit` of those that `wanted` accepts.
  template <typename Predicate>
  std::vector<StoredObject> select(std::uint32_t limit, Predicate wanted) const;

  std::mutex mutex_;
  std::vector<Project> projects_;
  std::map<Id, Token> tokens_;
  Id last_token_id_ = 0;
  std::vector<Upload> uploads_;
  std::map<Id, std::vector<UploadEntry>> entries_;
  std::map<BlobHash, std::uint64_t> blobs_;
  std::vector<ObjectRow> objects_;
};

}  // namespace sigla
