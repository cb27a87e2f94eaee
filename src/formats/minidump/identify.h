// SPDX-License-Identifier: Apache-2.0
// What a minidump is, for the catalogue: a crash dump, with the modules its symbols are wanted for.
#pragma once

#include <string_view>

#include "base/bytes.h"
#include "base/limits.h"
#include "ident/identity.h"

namespace sigla::minidump {

// Identity::loaded_modules has every loaded module, in the dump's order; a dump whose module list
// is damaged has none. `name` becomes the identity's name.
Result<Identity> identify_minidump(Bytes file, std::string_view name, const Limits& limits);

}  // namespace sigla::minidump
