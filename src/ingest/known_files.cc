// SPDX-License-Identifier: Apache-2.0
#include "ingest/known_files.h"

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "store/token.h"

namespace sigla {
namespace {

constexpr std::size_t kBatchSizeMax = 500;

class KnownFiles {
 public:
  KnownFiles(Catalog& catalog, const KnownFilesRequest& request)
      : catalog_(catalog), request_(request) {}

  Result<UploadReport> run() {
    Upload& upload = report_.upload;
    upload.project_id = request_.project_id;
    upload.token_id = request_.token_id;
    upload.tag = request_.tag;
    upload.remote_address = request_.remote_address;
    upload.state = UploadState::kProcessing;
    SIGLA_TRY_ASSIGN(upload, catalog_.create_upload(upload));
    for (const BlobHash& hash : request_.hashes) {
      SIGLA_TRY(add(hash));
      if (batch_.entries.size() == kBatchSizeMax) SIGLA_TRY(commit());
    }
    upload.state = UploadState::kDone;
    upload.finished_at = now_millis();
    batch_.finished = upload;
    SIGLA_TRY(commit());
    return std::move(report_);
  }

 private:
  Status add(const BlobHash& hash) {
    SIGLA_TRY_ASSIGN(std::vector<StoredObject> objects,
                     catalog_.find_by_blob(request_.project_id, hash));
    UploadEntry entry;
    entry.path = objects.empty() ? hash.hex() : objects.back().path;
    for (const StoredObject& object : objects) {
      entry.size = std::max(entry.size, object.offset + object.size);
    }
    const std::string name(base_name(entry.path));
    if (objects.empty()) {
      entry.reason = "the project has no such file";
    } else if (!matches_restriction(request_.name_restriction, name)) {
      entry.reason = fmt::format("the token is for files named {} only", request_.name_restriction);
    } else {
      entry.result = EntryResult::kDuplicate;
      entry.blob = hash;
      entry.format = to_string(objects.back().identity.format);
      for (StoredObject& object : objects) {
        object.tag = request_.tag;
        object.keys.clear();  // it has them already
        batch_.objects.push_back(std::move(object));
      }
    }
    ++(entry.result == EntryResult::kRefused ? report_.upload.refused_count
                                             : report_.upload.duplicate_count);
    report_.entries.push_back(entry);
    batch_.entries.push_back(std::move(entry));
    return {};
  }

  Status commit() {
    batch_.upload_id = report_.upload.id;
    return catalog_.commit(std::exchange(batch_, {}));
  }

  Catalog& catalog_;
  const KnownFilesRequest& request_;
  UploadReport report_;
  IngestBatch batch_;
};

}  // namespace

Result<UploadReport> record_known_files(Catalog& catalog, const KnownFilesRequest& request) {
  return KnownFiles(catalog, request).run();
}

}  // namespace sigla
