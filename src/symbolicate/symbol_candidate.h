// SPDX-License-Identifier: Apache-2.0
// Where a module's symbols were looked for, one file at a time, for whoever wants to know why there
// are none.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "ident/identity.h"

namespace sigla {

struct SymbolCandidate {
  enum class Download : std::uint8_t { kOk, kMalformed, kRefused, kMissing, kFailed };
  enum class Use : std::uint8_t { kNone, kGood, kMalformed };
  std::string source;    // which place it was
  std::string location;  // in it: a URL, a path
  Download download = Download::kMissing;
  std::string details;               // why it was refused or failed
  std::optional<Identity> identity;  // of what was found
  Use names = Use::kNone;            // its functions and lines
  Use unwind = Use::kNone;           // its unwind rules
};

}  // namespace sigla
