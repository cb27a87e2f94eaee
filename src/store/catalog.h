// SPDX-License-Identifier: Apache-2.0
// The catalog: everything Sigla knows about its files. An interface with one contract suite
// (store/catalog_contract_test.cc) that every backend passes. Thread-safe.
//
// A transaction that refers to a blob is committed only after the blob is durable
// (store/blob_store.h), and an upload is acknowledged only after that commit.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "ident/identity.h"
#include "store/blob_store.h"

namespace sigla {

using UnixMillis = std::int64_t;
using Id = std::int64_t;

UnixMillis now_millis();

struct Project {
  Id id = 0;
  std::string name;
  bool is_public = true;
  // NuGet packages are held to every rule of NuGet.org; else only what is broken is refused.
  bool has_strict_packages = false;
  UnixMillis created_at = 0;
};

// Bits of Token::capabilities.
enum class Capability : std::uint32_t {
  kSymbolPost = 1,
  kErrorPost = 2,
  kObjectGet = 4,
  kQueryPost = 8,
  kSyncPost = 16,
  kSymbolGet = 32,
  kAdmin = 64,
};
std::string_view to_string(Capability capability);  // "symbol:post", ..., "admin"
std::optional<Capability> parse_capability(std::string_view text);

// A token is 64 lower-case hexadecimal digits, shown once; the catalog keeps only its SHA-256
// (store/token.h makes both).
struct Token {
  Id id = 0;
  Id project_id = 0;  // 0: every project (administrator)
  std::string name;
  std::string hash;  // SHA-256 of the token's text, hexadecimal
  std::uint32_t capabilities = 0;
  UnixMillis created_at = 0;
  std::optional<UnixMillis> expires_at;
  std::string tag_restriction;   // glob; empty: any tag
  std::string name_restriction;  // glob over file names; empty: any file
  std::string hint;              // first 6 digits, to recognise it in a list
};

// Which NuGet package an upload is.
enum class PackageKind { kNone, kPackage, kSymbols };
std::string_view to_string(PackageKind kind);  // "", "package" (.nupkg), "symbols" (.snupkg)
struct PackageName {
  std::string id;       // lower-case
  std::string version;  // normalised and lower-case: "1.0.0", "2.0.1-beta"
  PackageKind kind = PackageKind::kNone;
};

// What a row of the history is about.
enum class UploadAction { kUpload, kDelete, kRelist };
std::string_view to_string(UploadAction action);  // "upload", "delete", "relist"

enum class UploadState { kReceived, kProcessing, kDone, kFailed };
std::string_view to_string(UploadState state);

struct Upload {
  Id id = 0;
  Id project_id = 0;
  Id token_id = 0;
  std::string tag;
  std::string name;  // file name the sender gave, or empty
  std::string remote_address;
  std::uint64_t size = 0;  // bytes received
  UploadState state = UploadState::kReceived;
  std::string error;  // kFailed: why
  UnixMillis created_at = 0;
  UnixMillis finished_at = 0;
  std::uint32_t stored_count = 0;
  std::uint32_t duplicate_count = 0;
  std::uint32_t refused_count = 0;
  UploadAction action = UploadAction::kUpload;
  PackageName package;
  bool is_hidden = false;  // by hide_uploads(); never changed by update_upload()
};

enum class EntryResult { kStored, kDuplicate, kRefused, kHidden, kRelisted };
// "stored", "duplicate", "refused", "hidden", "relisted"
std::string_view to_string(EntryResult result);

// One file of an upload and what became of it.
struct UploadEntry {
  Id upload_id = 0;
  Id ordinal = 0;    // place in the upload, from 1; set by the catalog
  std::string path;  // inside the archive; nested ones "outer.zip!/inner.pdb"
  std::uint64_t size = 0;
  EntryResult result = EntryResult::kRefused;
  std::string reason;  // kRefused: why; else a warning, or empty
  std::string format;  // of its (first) object; empty when refused
  BlobHash blob;       // of all but kRefused
};

// One identified slice of a blob, with every key some client will ask for it by.
struct StoredObject {
  Id id = 0;
  Id project_id = 0;
  BlobHash blob;
  std::uint64_t offset = 0;
  std::uint64_t size = 0;
  // Without loaded_modules and what only the making of keys needs (pdbs, perfmaps, ...), which
  // the catalog does not keep.
  Identity identity;
  std::string path;  // inside the upload that brought it first
  std::string tag;   // of that upload; search() finds it by every tag it was sent with
  Id upload_id = 0;
  UnixMillis created_at = 0;
  std::vector<std::string> keys;  // lower case, as ident/ makes them
};

struct KeyMatch {
  Id object_id = 0;
  BlobHash blob;
  std::uint64_t blob_size = 0;
  std::uint64_t offset = 0;
  std::uint64_t size = 0;
  std::string file_name;
  Format format = Format::kUnknown;
  UnixMillis created_at = 0;
};

struct UploadQuery {
  Id project_id = 0;
  std::string tag;  // empty: any
  std::uint32_t limit = 50;
  Id before_id = 0;  // pages backwards; 0: newest
};
struct SymbolQuery {
  Id project_id = 0;
  std::string text;  // part of name, path, debug id, code id or tag, in any case; empty: any;
                     // one or two characters are kInvalidArgument
  std::string tag;
  std::uint32_t limit = 50;
  Id before_id = 0;
};

// What an upload, or a part of a long one, adds in one transaction: entries, new blobs, objects and
// their keys.
struct IngestBatch {
  struct NewBlob {
    BlobHash hash;
    std::uint64_t size = 0;
    std::uint64_t stored_size = 0;
  };
  Id upload_id = 0;
  std::optional<Upload> finished;  // the upload's row, updated as by update_upload()
  std::vector<NewBlob> blobs;
  std::vector<StoredObject> objects;
  std::vector<UploadEntry> entries;
};

class Catalog {
 public:
  virtual ~Catalog() = default;

  virtual Result<Project> create_project(std::string_view name, bool is_public) = 0;  // kConflict
  virtual Result<Project> find_project(std::string_view name) = 0;                    // kNotFound
  virtual Result<std::vector<Project>> list_projects() = 0;
  virtual Status update_project(const Project& project) = 0;

  virtual Result<Token> create_token(const Token& token) = 0;
  virtual Result<Token> find_token_by_hash(std::string_view hash) = 0;  // expired ones too
  virtual Result<std::vector<Token>> list_tokens(Id project_id) = 0;    // 0: all
  virtual Status delete_token(Id id) = 0;

  virtual Result<Upload> create_upload(const Upload& upload) = 0;
  virtual Status update_upload(const Upload& upload) = 0;
  virtual Result<Upload> find_upload(Id id) = 0;
  // Uploads that a stopped server left unfinished become kFailed for `reason`; the number of them.
  virtual Result<std::uint32_t> fail_unfinished_uploads(std::string_view reason) = 0;
  virtual Result<std::vector<Upload>> list_uploads(const UploadQuery& query) = 0;
  // In the order they were committed; `after` is an ordinal, 0 for the first page.
  virtual Result<std::vector<UploadEntry>> list_upload_entries(Id upload_id,
                                                               Id after,
                                                               std::uint32_t limit) = 0;
  // The finished uploads (kUpload, kDone) of this package, of either kind, newest first.
  virtual Result<std::vector<Upload>> list_package_uploads(Id project_id,
                                                           std::string_view package_id,
                                                           std::string_view version) = 0;
  // Hides what these uploads of the project brought, or shows it again; what other uploads brought
  // as well stays. Writes `audit`, an upload of kDelete or kRelist, with an entry for each file, in
  // the same transaction, and sets its id. Returns the keys that came or went. A later commit() of
  // a hidden object shows it again.
  virtual Result<std::vector<std::string>> set_uploads_hidden(const std::vector<Id>& upload_ids,
                                                              bool is_hidden,
                                                              Upload& audit) = 0;

  // Adds all of the batch or nothing, durable when this returns. An object already there (same
  // project, blob and slice) keeps its row and gains the tag and any new keys. Every blob that
  // objects or entries name must be in `blobs` or in the catalog already (else kInvalidArgument).
  virtual Status commit(const IngestBatch& batch) = 0;
  // Which of these blobs the project already has objects for, hidden ones left out, as in all that
  // follows.
  virtual Result<std::vector<BlobHash>> known_blobs(Id project_id,
                                                    const std::vector<BlobHash>& hashes) = 0;

  // The newest objects of the project first. `key` in any case.
  virtual Result<std::vector<KeyMatch>> find_key(Id project_id, std::string_view key) = 0;
  virtual Result<std::vector<StoredObject>> find_by_debug_id(Id project_id,
                                                             const DebugId& debug_id) = 0;
  virtual Result<std::vector<StoredObject>> find_by_code_id(Id project_id,
                                                            const CodeId& code_id) = 0;
  // What the project has of this content: one object, or one for each slice that is one.
  virtual Result<std::vector<StoredObject>> find_by_blob(Id project_id, const BlobHash& hash) = 0;
  virtual Result<std::vector<StoredObject>> search(const SymbolQuery& query) = 0;
  // Whether the catalog refers to the blob, for the sweep of orphans.
  virtual Result<bool> has_blob(const BlobHash& hash) = 0;
  // Calls `visit` for every (project, key), for filters kept in memory. Keys committed meanwhile
  // may be missed; `visit` must not call the catalog.
  virtual Status for_each_key(
      const std::function<bool(Id project_id, std::string_view key)>& visit) = 0;
  // Every blob the catalog refers to, for integrity checks.
  virtual Status for_each_blob(
      const std::function<void(const BlobHash&, std::uint64_t size)>& visit) = 0;

  // A cheap answer to "does the database work", for /readyz.
  virtual Status check() = 0;
};

}  // namespace sigla
