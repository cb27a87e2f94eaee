// SPDX-License-Identifier: Apache-2.0
// The numbered SQL files of sqlite/migrations, compiled into the program. The number of a file is
// the schema version it leads to.
#pragma once

#include <span>

namespace sigla::sqlite {

// In order; migration i leads to schema version i + 1.
std::span<const char* const> migrations();

}  // namespace sigla::sqlite
