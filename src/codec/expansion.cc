// SPDX-License-Identifier: Apache-2.0
#include "codec/expansion.h"

namespace sigla {

Status Expansion::check(std::uint64_t packed, std::uint64_t unpacked) const {
  if (unpacked > size_max_) {
    return make_error(ErrorCode::kLimitExceeded,
                      "{}: unpacks to more than the limit of {} bytes",
                      what_,
                      size_max_);
  }
  if (unpacked > grace_size_ && unpacked / ratio_max_ > packed) {
    return make_error(ErrorCode::kLimitExceeded,
                      "{}: {} bytes unpack to {} or more, over the compression ratio limit of {}",
                      what_,
                      packed,
                      unpacked,
                      ratio_max_);
  }
  return {};
}

}  // namespace sigla
