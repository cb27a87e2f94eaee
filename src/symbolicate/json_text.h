// SPDX-License-Identifier: Apache-2.0
// Whether text that a dump brings along is JSON, so that it can stand inside ours.
#pragma once

#include <string_view>

namespace sigla {

// One value and nothing behind it (RFC 8259), nested no deeper than 64.
bool is_json(std::string_view text);

}  // namespace sigla
