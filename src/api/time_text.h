// SPDX-License-Identifier: Apache-2.0
// Points in time as text, as JSON carries them: RFC 3339, always UTC.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "store/catalog.h"

namespace sigla::api {

std::string utc_text(UnixMillis time);  // "2026-11-22T10:00:00.123Z"

// "2026-11-22" (its start), "2026-11-22T10:00:00Z", with or without a fraction.
std::optional<UnixMillis> parse_utc_text(std::string_view text);

}  // namespace sigla::api
