// SPDX-License-Identifier: Apache-2.0
// Files the tests read, and the damage they do to them.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "base/bytes.h"

namespace sigla {

// Where a file of the source tree is. Only here: an object file that knew its folder could not be
// shared between checkouts by ccache.
std::string source_path(std::string_view path);

// The content of a file of the source tree: read_fixture("src/formats/elf/testdata/small.pie").
// Fails the test and returns nothing when it cannot be read.
Buffer read_fixture(std::string_view path);

// Compares `text` with a golden file of the source tree; with SIGLA_UPDATE_GOLDEN=1 in the
// environment the file is rewritten instead.
void expect_golden(std::string_view path, std::string_view text);

// Calls `read` with every proper prefix of `file` (every `step`-th one), each in memory of its own
// so that a sanitizer sees a read past its end.
void for_every_prefix(Bytes file, std::size_t step, const std::function<void(Bytes)>& read);

}  // namespace sigla
