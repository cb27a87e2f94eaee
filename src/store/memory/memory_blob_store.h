// SPDX-License-Identifier: Apache-2.0
// Blobs that are gone at the end of its life, for tests. Thread-safe.
#pragma once

#include <map>
#include <mutex>

#include "store/blob_pins.h"
#include "store/blob_store.h"

namespace sigla {

class MemoryBlobStore final : public BlobStore {
 public:
  Result<Stored> put_unsynced(const File& content, Novelty novelty) override;
  Status sync(std::span<Stored> stored) override;
  Result<std::unique_ptr<BlobReader>> open(const BlobHash& hash) override;
  Result<std::shared_ptr<const File>> open_stored(const BlobHash& hash) override;
  Result<std::shared_ptr<const File>> open_content(const BlobHash& hash) override;
  std::shared_ptr<const File> find_content(const BlobHash& hash) override;
  Status remove(const BlobHash& hash, const std::function<Result<bool>()>& is_referenced) override;
  Status for_each(const std::function<void(const BlobHash&)>& visit) override;
  Status check() override { return {}; }

 private:
  struct Blob {
    std::shared_ptr<const File> content;  // both in anonymous memory
    std::shared_ptr<const File> stored;
  };
  BlobPins pins_;
  std::mutex mutex_;
  std::map<BlobHash, Blob> blobs_;
};

}  // namespace sigla
