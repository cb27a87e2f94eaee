// SPDX-License-Identifier: Apache-2.0
// A part of a dump that can be done without: there, or not, or damaged and reported as such.
#pragma once

#include <optional>
#include <utility>

#include "base/diagnostics.h"
#include "base/result.h"

namespace sigla {

// Nothing without a word when the dump does not have the stream.
template <typename T>
std::optional<T> optional_stream(Result<T> result, Diagnostics& diagnostics) {
  if (result.has_value()) return std::move(result).value();
  if (result.error().code() != ErrorCode::kNotFound) {
    diagnostics.report("damaged minidump stream", result.error().message());
  }
  return std::nullopt;
}

}  // namespace sigla
