// SPDX-License-Identifier: Apache-2.0
// An upload of files that the project has already: they are named by their hash, nothing is sent.
// It is an upload as any other: it has a tag, under which its files can be found from then on, a
// place in the history, and a result for each file.
//
//   known      EntryResult::kDuplicate, under the path it came by first
//   not known  EntryResult::kRefused: it has to be sent
#pragma once

#include <string>
#include <vector>

#include "ingest/ingest.h"

namespace sigla {

struct KnownFilesRequest {
  Id project_id = 0;
  Id token_id = 0;
  std::string tag;
  std::string name_restriction;  // of the token, as in UploadRequest
  std::string remote_address;
  std::vector<BlobHash> hashes;
};

// Durable when this returns.
Result<UploadReport> record_known_files(Catalog& catalog, const KnownFilesRequest& request);

}  // namespace sigla
