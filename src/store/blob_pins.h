// SPDX-License-Identifier: Apache-2.0
// Which blobs are between put() and the commit that refers to them. Thread-safe.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>

#include "store/blob_store.h"

namespace sigla {

class BlobPins {
 public:
  // Taken before put() looks whether the content is there already. May outlive this object.
  std::shared_ptr<const void> pin(const BlobHash& hash);

  // Runs `remove` unless the blob is pinned or referenced (kConflict); pin() waits meanwhile.
  Status remove_unless_used(const BlobHash& hash,
                            const std::function<Result<bool>()>& is_referenced,
                            const std::function<Status()>& remove);

 private:
  struct Counts {
    std::mutex mutex;
    std::map<BlobHash, int> by_hash;
  };
  std::shared_ptr<Counts> counts_ = std::make_shared<Counts>();
};

}  // namespace sigla
