// SPDX-License-Identifier: Apache-2.0
// The user's own symcaches: made once for each state of a file, in a worker, and kept under
// $XDG_CACHE_HOME/sigla (or ~/.cache/sigla):
//
//   symcache/v1.1/ab/abcdef...   the symcache of the file in the state whose SHA-256 that is (of a
//                                file without a name or a settled state: the SHA-256 of its
//                                content)
//   symcache/v1.1/ab/abcdef...-ARCH   that of one image of a fat file
//   symcache/v1.1/ab/abcdef....from   where other files were looked for, and what was there; then
//   symcache/v1.1/ab/abcdef...-DIGEST   is the symcache made of all of them
//   identities   what files were found to be (app/identity_cache.h)
//   downloads/   what was fetched from servers, bounded, named by the SHA-256 of the URL
//
// Files are replaced atomically and may be deleted at any time; what is damaged is made again.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "app/companion_files.h"
#include "app/local_workers.h"
#include "os/file.h"
#include "symbolicate/symbol_files.h"
#include "symcache/symcache.h"

namespace sigla::app {

// A name for this state of a file: device, inode, size and times. Nothing for one without a name,
// or when it changed so lately that a further change might leave the same times.
std::optional<std::string> file_state(const File& file);

// A symcache and the memory it stands in.
struct OpenSymcache {
  MappedFile file;
  Symcache cache;
  std::vector<std::string> companions = {};  // the other files it was made of
};

class SymcacheFolder {
 public:
  // Without a path nothing is kept: every symcache is made anew, in memory.
  // `debug_roots` are where companions of a file are looked for besides its surroundings.
  explicit SymcacheFolder(
      std::optional<std::filesystem::path> path,
      std::vector<std::filesystem::path> debug_roots = CompanionFiles::usual_roots())
      : path_(std::move(path)), debug_roots_(std::move(debug_roots)) {}
  // The user's folder; none when neither XDG_CACHE_HOME nor HOME is set.
  static SymcacheFolder of_user() { return SymcacheFolder(user_path()); }
  static std::optional<std::filesystem::path> user_path();

  // Errors are those of reading `path` and of the symcache job. A folder that cannot be written to
  // is no error.
  Result<OpenSymcache> get(const std::filesystem::path& path,
                           Arch arch,
                           LazyWorkers& workers) const;
  // The same for one image of an open file, for those who hand the symcache on: checked, and open
  // for reading.
  Result<File> get_file(const File& input,
                        const SymbolFiles::Wanted& wanted,
                        LazyWorkers& workers) const;

 private:
  struct Found {
    File file;
    OpenSymcache opened;
  };
  Result<Found> find_or_make(const File& input,
                             const SymbolFiles::Wanted& wanted,
                             LazyWorkers& workers) const;
  Result<Found> make(const File& input,
                     const SymbolFiles::Wanted& wanted,
                     LazyWorkers& workers,
                     CompanionFiles& companions) const;
  static std::optional<Found> open_kept(const std::filesystem::path& path);
  std::optional<Found> find_with_companions(const std::filesystem::path& cached,
                                            CompanionFiles& companions) const;
  void keep_all(const std::filesystem::path& cached,
                const OpenSymcache& opened,
                const CompanionFiles& companions) const;

  std::optional<std::filesystem::path> path_;
  std::vector<std::filesystem::path> debug_roots_;
};

}  // namespace sigla::app
