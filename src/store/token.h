// SPDX-License-Identifier: Apache-2.0
// The secret text of a token: made here, shown once, kept only as a hash.
#pragma once

#include <string>
#include <string_view>

namespace sigla {

// 64 lower-case hexadecimal digits from the system's random generator.
std::string make_token_text();
// What Token::hash holds for it. A token has 256 random bits, so a plain SHA-256 cannot be
// searched.
std::string hash_token(std::string_view text);
// What Token::hint holds for it.
std::string hint_of_token(std::string_view text);

// Whether `text` matches a restriction of a token: a glob with * ? [...], in any case; an empty one
// matches everything.
bool matches_restriction(const std::string& glob, const std::string& text);

}  // namespace sigla
