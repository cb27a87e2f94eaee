// SPDX-License-Identifier: Apache-2.0
// Blobs in a folder, each zstd-compressed in frames (codec/zstd_seekable.h):
//
//   ROOT/blobs/aa/<64 digits>.zst   aa: the first two digits
//   ROOT/spool, ROOT/cache          files without names, gone with the process
//
// A blob gets its name after its bytes are on the disk, so a file that has a name is whole. One
// that no catalog refers to (a crash came before the commit) is an orphan for remove().
#pragma once

#include <filesystem>
#include <memory>

#include "store/blob_store.h"
#include "store/file_cache.h"

namespace sigla {

struct FilesBlobStoreOptions {
  std::filesystem::path root;
  // For unpacked contents, in the folder ROOT/cache; may hold other files as well. Null: one of its
  // own.
  std::shared_ptr<FileCache> cache = nullptr;
  int compression_level = 3;
};

// Creates the folders. Removes what an earlier process may have left in them half done.
Result<std::unique_ptr<BlobStore>> open_files_blob_store(FilesBlobStoreOptions options);

}  // namespace sigla
