// SPDX-License-Identifier: Apache-2.0
#include "store/sqlite/features.h"

#include <array>

namespace sigla::sqlite {
namespace {

// By bit, lowest first. Stored, so the order stays and new flags go to the end.
constexpr std::array kFlags = {
    &Identity::has_symbols,
    &Identity::has_debug_info,
    &Identity::has_unwind_info,
    &Identity::has_sources,
    &Identity::is_managed,
    &Identity::is_msfz,
};

}  // namespace

std::int64_t pack_features(const Identity& identity) {
  std::int64_t features = 0;
  for (std::size_t bit = 0; bit < kFlags.size(); ++bit) {
    if (identity.*kFlags[bit]) features |= std::int64_t{1} << bit;
  }
  return features;
}

void unpack_features(std::int64_t features, Identity& identity) {
  for (std::size_t bit = 0; bit < kFlags.size(); ++bit) {
    identity.*kFlags[bit] = (features >> bit & 1) != 0;
  }
}

}  // namespace sigla::sqlite
