// SPDX-License-Identifier: Apache-2.0
// The guard against decompression bombs: watches how much came out of how little.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/limits.h"
#include "base/result.h"

namespace sigla {

class Expansion {
 public:
  // `what` is what messages call the stream ("gzip") and must outlive this.
  // size_max: the ceiling on the unpacked size, named as such in the message.
  Expansion(std::string_view what, std::uint64_t size_max, const Limits& limits)
      : what_(what),
        size_max_(size_max),
        ratio_max_(limits.compression_ratio_max),
        grace_size_(limits.ratio_grace_size) {}

  // Call with the running totals. kLimitExceeded past the size, or past the ratio once the
  // unpacked size is over the grace size.
  Status check(std::uint64_t packed, std::uint64_t unpacked) const;

 private:
  std::string_view what_;
  std::uint64_t size_max_;
  std::uint64_t ratio_max_;
  std::uint64_t grace_size_;
};

}  // namespace sigla
