// SPDX-License-Identifier: Apache-2.0
// When a token shall end to work, as people write it: "90d", "4w", "2027-01-31".
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace sigla::app {

// One of the two.
struct TokenExpiry {
  std::optional<std::int64_t> days;
  std::string time;  // for the server to read

  // Error kInvalidArgument when it is neither a count of days or weeks nor begins like a date.
  static Result<TokenExpiry> parse(std::string_view text);
};

}  // namespace sigla::app
