// SPDX-License-Identifier: Apache-2.0
// The source of a path in the debug information a project keeps: one way for every protocol. It is
// looked for in sourcelink/lookup.h's order; what was found is kept in the cache of files.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "api/services.h"
#include "http/response.h"
#include "store/file_cache.h"

namespace sigla::api {

// An object of the store that may name sources.
struct SourceCarrier {
  BlobHash blob;
  std::uint64_t offset = 0;
  std::uint64_t size = 0;
  std::string tag;
};

class SourceLookup {
 public:
  // Both outlive it.
  SourceLookup(const Services& services, FileCache& cache) : services_(services), cache_(cache) {}

  // 200 with the source and, as X-Sigla-Source, where it was: "source-link https://... verified".
  // kNotFound says all that was tried; the first object that has the source answers.
  Result<http::Response> find(const Project& project,
                              const std::vector<SourceCarrier>& carriers,
                              std::string_view path) const;
  // The same for the objects under these keys.
  Result<http::Response> find_by_keys(const Project& project,
                                      const std::vector<std::string>& keys,
                                      std::string_view path) const;

 private:
  Status fill(const Project& project,
              const SourceCarrier& carrier,
              std::string_view path,
              const File& output) const;
  Result<Buffer> kept(const Project& project, std::string_view path, Bytes checksum) const;

  const Services& services_;
  FileCache& cache_;
};

}  // namespace sigla::api
