// SPDX-License-Identifier: Apache-2.0
#include "store/blob_pins.h"

namespace sigla {

std::shared_ptr<const void> BlobPins::pin(const BlobHash& hash) {
  {
    const std::lock_guard lock(counts_->mutex);
    ++counts_->by_hash[hash];
  }
  const auto unpin = [counts = counts_, hash](const void*) {
    const std::lock_guard lock(counts->mutex);
    const auto found = counts->by_hash.find(hash);
    if (--found->second == 0) counts->by_hash.erase(found);
  };
  return {counts_.get(), unpin};
}

Status BlobPins::remove_unless_used(const BlobHash& hash,
                                    const std::function<Result<bool>()>& is_referenced,
                                    const std::function<Status()>& remove) {
  const std::lock_guard lock(counts_->mutex);
  if (counts_->by_hash.contains(hash)) {
    return make_error(ErrorCode::kConflict, "blob {} is being stored", hash.hex());
  }
  if (is_referenced) {
    SIGLA_TRY_ASSIGN(const bool referenced, is_referenced());
    if (referenced) return make_error(ErrorCode::kConflict, "blob {} is in use", hash.hex());
  }
  return remove();
}

}  // namespace sigla
