// SPDX-License-Identifier: Apache-2.0
// The user's own symcaches: made once per file content, in a worker, and kept under
// $XDG_CACHE_HOME/sigla (or ~/.cache/sigla):
//
//   symcache/v1/ab/abcdef...     the symcache of the file whose SHA-256 that is
//   known/DEV-INODE-SIZE-MTIME-CTIME    the SHA-256 of the file that had these, to hash it only
//   once
//
// Files are replaced atomically and may be deleted at any time; what is damaged is made again.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "app/local_workers.h"
#include "os/file.h"
#include "symcache/symcache.h"

namespace sigla::app {

// A symcache and the memory it stands in.
struct OpenSymcache {
  MappedFile file;
  Symcache cache;
};

class SymcacheFolder {
 public:
  // Without a path nothing is kept: every symcache is made anew, in memory.
  explicit SymcacheFolder(std::optional<std::filesystem::path> path) : path_(std::move(path)) {}
  // The user's folder; none when neither XDG_CACHE_HOME nor HOME is set.
  static SymcacheFolder of_user() { return SymcacheFolder(user_path()); }
  static std::optional<std::filesystem::path> user_path();

  // Errors are those of reading `path` and of the symcache job. A folder that cannot be written to
  // is no error.
  Result<OpenSymcache> get(const std::filesystem::path& path, LazyWorkers& workers) const;
  // The same for an open file, for those who hand the symcache on: checked, and open for reading.
  // `name` is the file's, for an identity without one.
  Result<File> get_file(const File& input, const std::string& name, LazyWorkers& workers) const;

 private:
  struct Found {
    File file;
    OpenSymcache opened;
  };
  Result<Found> find_or_make(const File& input,
                             const std::string& name,
                             LazyWorkers& workers) const;
  Result<std::string> content_hash(const File& file) const;

  std::optional<std::filesystem::path> path_;
};

}  // namespace sigla::app
