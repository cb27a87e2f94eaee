// SPDX-License-Identifier: Apache-2.0
// Other forms of a blob (gzip, CAB), made once and kept while there is room. Thread-safe.
#pragma once

#include <memory>
#include <string_view>

#include "store/blob_store.h"
#include "store/file_cache.h"

namespace sigla {

class FormCache {
 public:
  explicit FormCache(FileCache::Options options) : files_(std::move(options)) {}

  // `form` names the form and all it depends on besides the content: "gzip", "cab:crash.pdb".
  std::shared_ptr<const File> find(const BlobHash& hash, std::string_view form) {
    return files_.find(key_of(hash, form));
  }
  // `size` is about what the form will have. Threads that ask for one form share one fill.
  Result<std::shared_ptr<const File>> get(const BlobHash& hash,
                                          std::string_view form,
                                          std::uint64_t size,
                                          const FileCache::Fill& fill) {
    return files_.get(key_of(hash, form), size, fill);
  }

 private:
  static std::string key_of(const BlobHash& hash, std::string_view form) {
    return std::string(as_text(hash.bytes)) + std::string(form);
  }
  FileCache files_;
};

}  // namespace sigla
