// SPDX-License-Identifier: Apache-2.0
#include "store/token.h"

#include <fnmatch.h>
#include <sys/random.h>

#include <array>

#include "base/text.h"
#include "codec/hash.h"

namespace sigla {

std::string make_token_text() {
  std::array<std::uint8_t, 32> secret{};
  // Up to 256 bytes come in one piece once the generator is seeded, which it is when we run.
  SIGLA_CHECK(::getrandom(secret.data(), secret.size(), 0) == static_cast<ssize_t>(secret.size()));
  return hex_lower(secret);
}

std::string hash_token(std::string_view text) { return hex_lower(sha256(as_bytes(text))); }

std::string hint_of_token(std::string_view text) { return std::string(text.substr(0, 6)); }

bool matches_restriction(const std::string& glob, const std::string& text) {
  return glob.empty() || ::fnmatch(glob.c_str(), text.c_str(), FNM_CASEFOLD) == 0;
}

}  // namespace sigla
