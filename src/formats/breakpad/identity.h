// SPDX-License-Identifier: Apache-2.0
// What a Breakpad symbol file is and whose symbols it holds, from its MODULE and INFO records.
#pragma once

#include <string_view>

#include "base/bytes.h"
#include "base/limits.h"
#include "ident/identity.h"

namespace sigla::breakpad {

// The name is the MODULE record's; `file_name` stands in when that has none. Features are found by
// searching for the first record of each kind, not by parsing: one pass in the worst case.
Result<Identity> identify_breakpad(Bytes file, std::string_view file_name, const Limits& limits);

}  // namespace sigla::breakpad
