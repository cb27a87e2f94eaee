// SPDX-License-Identifier: Apache-2.0
#include "app/token_expiry.h"

#include "base/text.h"

namespace sigla::app {

namespace {

constexpr std::uint64_t kCountMax = 36'500;
constexpr std::size_t kDateSize = 10;  // 2027-01-31

bool begins_like_a_date(std::string_view text) {
  return text.size() >= kDateSize && text[4] == '-' && text[7] == '-' &&
         parse_decimal(text.substr(0, 4)).has_value();
}

}  // namespace

Result<TokenExpiry> TokenExpiry::parse(std::string_view text) {
  TokenExpiry expiry;
  if (begins_like_a_date(text)) {
    expiry.time = text;
    return expiry;
  }
  const bool is_weeks = text.ends_with('w');
  const bool has_unit = is_weeks || text.ends_with('d');
  const auto count = parse_decimal(text.substr(0, text.empty() ? 0 : text.size() - 1));
  if (!has_unit || !count || *count == 0 || *count > kCountMax) {
    return make_error(ErrorCode::kInvalidArgument,
                      "--expires: '{}' is neither like 90d or 4w nor like 2027-01-31",
                      text);
  }
  expiry.days = static_cast<std::int64_t>(*count) * (is_weeks ? 7 : 1);
  return expiry;
}

}  // namespace sigla::app
