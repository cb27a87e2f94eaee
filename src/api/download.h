// SPDX-License-Identifier: Apache-2.0
// Symbols for debuggers: whatever path a client asks with becomes symbol keys, a key becomes a
// file, the file goes out in the form and coding the client takes. symbol_paths.cc and
// debuginfod.cc put their protocols on top.
//
// Two steps: answer_from_memory() runs on the io thread and knows misses (by the key filter) and
// recently served files; answer() runs on the pool and may read the catalog and the disk.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/checksum_choice.h"
#include "api/content_warmer.h"
#include "api/served_files.h"
#include "api/services.h"
#include "http/response.h"
#include "ident/symbol_request.h"
#include "object/part_job.h"
#include "store/file_cache.h"

namespace sigla::api {

enum class ContentCoding { kIdentity, kGzip, kZstd };
// What the request accepts; identity whenever a range is asked for.
ContentCoding coding_of(const http::Request& request);

struct Ask {
  const Project* project = nullptr;
  std::string_view path;  // as the client wrote it, percent-decoded, below the prefix
  SymbolRequest wanted;
  ContentCoding coding = ContentCoding::kIdentity;
  std::string_view checksums = {};  // the request's SymbolChecksum
};

class Downloads {
 public:
  // Packed forms are kept in `cache`.
  Downloads(const Services& services, FileCache& cache);

  // A file served lately under this very path, if nothing was stored since.
  std::shared_ptr<const ServedFile> find_served(const Project& project,
                                                std::string_view path,
                                                ContentCoding coding,
                                                std::string_view checksums = {});
  // False: certainly a miss.
  bool may_have(const Project& project, const std::vector<std::string>& keys) const;

  // Error kNotFound on a miss. The response is complete, protocol headers aside.
  struct Found {
    http::Response response;
    KeyMatch match;
  };
  Result<Found> find(const Ask& ask);
  // A part of the first file under one of the keys that has it, taken out in a worker.
  Result<http::Response> find_part(const Project& project,
                                   const std::vector<std::string>& keys,
                                   PartKind kind,
                                   const std::string& name);

  FileCache& cache() { return cache_; }

 private:
  struct Opened;
  Result<Opened> open(const KeyMatch& match, const Ask& ask);
  Result<Opened> open_identity(const KeyMatch& match, const Ask& ask);
  Result<Opened> open_gzip(const KeyMatch& match, const Ask& ask);
  Result<std::shared_ptr<const File>> open_cab(const KeyMatch& match, std::string_view file_name);

  const Services& services_;
  FileCache& cache_;
  ServedFiles served_;
  ContentWarmer warmer_;
  ChecksumChoice checksum_choice_;
};

http::Response reply_with(const ServedFile& served);
// Honours If-None-Match, If-Modified-Since, Range and If-Range.
http::Response finish(const http::Request& request, http::Response response);

// Whether the text is a path of a store's own files that clients probe for ("index2.txt").
bool is_store_marker(std::string_view path);

}  // namespace sigla::api
