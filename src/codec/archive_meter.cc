// SPDX-License-Identifier: Apache-2.0
#include "codec/archive_meter.h"

#include <algorithm>
#include <array>

namespace sigla {

Status ArchiveMeter::begin_entry() {
  entry_size_ = 0;
  if (++budget_.entry_count > limits_.entry_count_max) {
    is_exhausted_ = true;
    return make_error(ErrorCode::kLimitExceeded,
                      "archive: more than the limit of {} entries",
                      limits_.entry_count_max);
  }
  return {};
}

Status ArchiveMeter::write(Bytes bytes, ByteSink& sink) {
  entry_size_ += bytes.size();
  unpacked_size_ += bytes.size();
  budget_.unpacked_size += bytes.size();
  SIGLA_TRY(check_declared_size(entry_size_));
  is_exhausted_ = true;  // unless both of these pass
  if (budget_.unpacked_size > limits_.unpacked_size_max) {
    return make_error(ErrorCode::kLimitExceeded,
                      "archive: unpacks to more than the limit of {} bytes",
                      limits_.unpacked_size_max);
  }
  SIGLA_TRY(expansion_.check(packed_size_, unpacked_size_));
  is_exhausted_ = false;
  return sink.write(bytes);
}

Status ArchiveMeter::write_zeros(std::uint64_t count, ByteSink& sink) {
  static constexpr std::array<std::uint8_t, 64U << 10U> kZeros{};
  while (count > 0) {
    const auto piece = static_cast<std::size_t>(std::min<std::uint64_t>(count, kZeros.size()));
    SIGLA_TRY(write(Bytes(kZeros).first(piece), sink));
    count -= piece;
  }
  return {};
}

Status ArchiveMeter::check_passed_over(std::uint64_t unpacked) const {
  return expansion_.check(packed_size_, unpacked);
}

Status ArchiveMeter::check_declared_size(std::uint64_t size) const {
  if (size <= limits_.entry_size_max) return {};
  return make_error(ErrorCode::kLimitExceeded,
                    "larger than the limit of {} bytes for one file",
                    limits_.entry_size_max);
}

}  // namespace sigla
