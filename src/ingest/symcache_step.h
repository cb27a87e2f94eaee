// SPDX-License-Identifier: Apache-2.0
// Symcaches of stored objects: made in a worker when first asked for, then kept. Thread-safe.
//
//   FOLDER/v1/aa/<64 digits>-<offset>   of the object at that offset of the blob
//
// All of it can be made again; the folders of other versions may be deleted.
#pragma once

#include <condition_variable>
#include <filesystem>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <string_view>

#include "os/worker.h"
#include "store/blob_store.h"

namespace sigla {

class SymcacheStep {
 public:
  // `blobs` and `workers` must outlive it.
  SymcacheStep(BlobStore& blobs, WorkerPool& workers, std::filesystem::path folder)
      : blobs_(blobs), workers_(workers), folder_(std::move(folder)) {}

  // One object of a blob: all of it, or a slice.
  struct Object {
    BlobHash blob;
    std::uint64_t offset = 0;
    std::uint64_t size = 0;
    std::string name;  // for an identity without one
  };
  // The symcache, open for reading. Threads that ask for one object wait for the same job. An
  // object that none can be made of (kUnsupported, kMalformed) is remembered until the process
  // ends.
  Result<File> get(const Object& object);
  // For a symcache that turned out to be damaged: the next get() makes it again.
  void forget(const Object& object);

 private:
  static constexpr std::size_t kFailuresMax = 10'000;

  std::filesystem::path path_of(const Object& object) const;
  Result<File> make(const Object& object, const std::filesystem::path& path);
  Result<File> open_slice(const Object& object);

  BlobStore& blobs_;
  WorkerPool& workers_;
  const std::filesystem::path folder_;
  std::mutex mutex_;
  std::condition_variable made_;
  std::set<std::string> in_making_;        // paths
  std::map<std::string, Error> failures_;  // by path
};

}  // namespace sigla
