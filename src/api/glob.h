// SPDX-License-Identifier: Apache-2.0
// Shell-like patterns for tags and file names: '*' is any run of characters, '?' any one.
#pragma once

#include <string_view>

namespace sigla::api {

// Takes time proportional to pattern × text at worst; ASCII case does not matter.
bool glob_matches(std::string_view pattern, std::string_view text);

}  // namespace sigla::api
