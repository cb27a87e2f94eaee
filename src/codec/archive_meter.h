// SPDX-License-Identifier: Apache-2.0
// The limits of one archive being unpacked; both kinds of ArchiveReader write through it.
#pragma once

#include <cstdint>
#include <string>

#include "codec/archive.h"
#include "codec/expansion.h"

namespace sigla {

class ArchiveMeter {
 public:
  ArchiveMeter(std::uint64_t packed_size, const Limits& limits, UnpackBudget& budget)
      : packed_size_(packed_size),
        limits_(limits),
        budget_(budget),
        expansion_("archive", limits.unpacked_size_max, limits) {}

  // One more entry of any kind.
  Status begin_entry();
  // Passes content of the current entry on to the sink.
  Status write(Bytes bytes, ByteSink& sink);
  Status write_zeros(std::uint64_t count, ByteSink& sink);
  std::uint64_t entry_size() const { return entry_size_; }
  // Bytes that were unpacked without being anybody's content (skipped entries, headers).
  Status check_passed_over(std::uint64_t unpacked) const;
  // kLimitExceeded when the archive itself says that an entry is too large.
  Status check_declared_size(std::uint64_t size) const;
  // True once a ceiling of the whole archive was crossed: nothing more may be unpacked.
  bool is_exhausted() const { return is_exhausted_; }

 private:
  std::uint64_t packed_size_;
  const Limits& limits_;
  UnpackBudget& budget_;
  Expansion expansion_;
  std::uint64_t entry_size_ = 0;
  std::uint64_t unpacked_size_ = 0;
  bool is_exhausted_ = false;
};

}  // namespace sigla
