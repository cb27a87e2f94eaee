// SPDX-License-Identifier: Apache-2.0
// Symcaches of stored objects: made in a worker when first asked for, then kept. Thread-safe.
//
//   FOLDER/v1.1/aa/<64 digits>-<offset>         of the object at that offset of the blob
//   FOLDER/v1.1/aa/<64 digits>-<offset>.wants   companions that nobody had when it was made
//
// All of it can be made again; the folders of other versions may be deleted.
#pragma once

#include <condition_variable>
#include <filesystem>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "convert/companions.h"
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
  // Where a companion of the object lies (convert/companions.h), its name being what is told of it.
  using FindObject = std::function<std::optional<Object>(const CompanionRequest&)>;
  // The symcache, open for reading. Threads that ask for one object wait for the same job. An
  // object that none can be made of (kUnsupported, kMalformed) is remembered until the process
  // ends. One that was made before a companion of it came is made again.
  Result<File> get(const Object& object, const FindObject& find_companion = {});
  // The object itself, open for reading.
  Result<File> open(const Object& object);
  // For a symcache that turned out to be damaged: the next get() makes it again.
  void forget(const Object& object);

 private:
  static constexpr std::size_t kFailuresMax = 10'000;

  std::filesystem::path path_of(const Object& object) const;
  Result<File> make(const Object& object,
                    const std::filesystem::path& path,
                    const FindObject& find_companion);
  // The worker's question, answered from the store; what nobody has is added to `wants`.
  Result<WorkerMessage> answer(std::string_view what,
                               const WorkerMessage& request,
                               const FindObject& find_companion,
                               std::vector<std::string>& wants);

  BlobStore& blobs_;
  WorkerPool& workers_;
  const std::filesystem::path folder_;
  std::mutex mutex_;
  std::condition_variable made_;
  std::set<std::string> in_making_;        // paths
  std::map<std::string, Error> failures_;  // by path
};

}  // namespace sigla
