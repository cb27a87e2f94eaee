// SPDX-License-Identifier: Apache-2.0
// A catalog in front of another one, with a KeyIndex for find_key(). Thread-safe.
#pragma once

#include <memory>

#include "store/catalog.h"
#include "store/key_index.h"

namespace sigla {

class IndexedCatalog final : public Catalog {
 public:
  explicit IndexedCatalog(std::unique_ptr<Catalog> catalog)
      : catalog_(std::move(catalog)), index_(*catalog_) {}

  KeyIndex& key_index() { return index_; }

  Result<std::vector<KeyMatch>> find_key(Id project_id, std::string_view key) override {
    return index_.find(project_id, key);
  }
  Status commit(const IngestBatch& batch) override { return index_.commit(batch); }

  Result<Project> create_project(std::string_view name, bool is_public) override {
    return catalog_->create_project(name, is_public);
  }
  Result<Project> find_project(std::string_view name) override {
    return catalog_->find_project(name);
  }
  Result<std::vector<Project>> list_projects() override { return catalog_->list_projects(); }
  Status update_project(const Project& project) override {
    return catalog_->update_project(project);
  }
  Result<Token> create_token(const Token& token) override { return catalog_->create_token(token); }
  Result<Token> find_token_by_hash(std::string_view hash) override {
    return catalog_->find_token_by_hash(hash);
  }
  Result<std::vector<Token>> list_tokens(Id project_id) override {
    return catalog_->list_tokens(project_id);
  }
  Status delete_token(Id id) override { return catalog_->delete_token(id); }
  Result<Upload> create_upload(const Upload& upload) override {
    return catalog_->create_upload(upload);
  }
  Status update_upload(const Upload& upload) override { return catalog_->update_upload(upload); }
  Result<Upload> find_upload(Id id) override { return catalog_->find_upload(id); }
  Result<std::uint32_t> fail_unfinished_uploads(std::string_view reason) override {
    return catalog_->fail_unfinished_uploads(reason);
  }
  Result<std::vector<Upload>> list_uploads(const UploadQuery& query) override {
    return catalog_->list_uploads(query);
  }
  Result<std::vector<UploadEntry>> list_upload_entries(Id upload_id,
                                                       Id after,
                                                       std::uint32_t limit) override {
    return catalog_->list_upload_entries(upload_id, after, limit);
  }
  Result<std::vector<Upload>> list_package_uploads(Id project_id,
                                                   std::string_view package_id,
                                                   std::string_view version) override {
    return catalog_->list_package_uploads(project_id, package_id, version);
  }
  Result<std::vector<std::string>> set_uploads_hidden(const std::vector<Id>& upload_ids,
                                                      bool is_hidden,
                                                      Upload& audit) override {
    return index_.set_uploads_hidden(upload_ids, is_hidden, audit);
  }
  Result<std::vector<BlobHash>> known_blobs(Id project_id,
                                            const std::vector<BlobHash>& hashes) override {
    return catalog_->known_blobs(project_id, hashes);
  }
  Result<std::vector<StoredObject>> find_by_debug_id(Id project_id,
                                                     const DebugId& debug_id) override {
    return catalog_->find_by_debug_id(project_id, debug_id);
  }
  Result<std::vector<StoredObject>> find_by_code_id(Id project_id, const CodeId& code_id) override {
    return catalog_->find_by_code_id(project_id, code_id);
  }
  Result<std::vector<StoredObject>> find_by_blob(Id project_id, const BlobHash& hash) override {
    return catalog_->find_by_blob(project_id, hash);
  }
  Result<std::vector<StoredObject>> search(const SymbolQuery& query) override {
    return catalog_->search(query);
  }
  Result<bool> has_blob(const BlobHash& hash) override { return catalog_->has_blob(hash); }
  Status for_each_key(
      const std::function<bool(Id project_id, std::string_view key)>& visit) override {
    return catalog_->for_each_key(visit);
  }
  Status for_each_blob(
      const std::function<void(const BlobHash&, std::uint64_t size)>& visit) override {
    return catalog_->for_each_blob(visit);
  }
  Status check() override { return catalog_->check(); }

 private:
  std::unique_ptr<Catalog> catalog_;
  KeyIndex index_;
};

}  // namespace sigla
