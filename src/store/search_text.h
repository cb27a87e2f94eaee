// SPDX-License-Identifier: Apache-2.0
// What a person may type a part of to find an object. Shared by the catalogs.
#pragma once

#include <string>
#include <string_view>

#include "store/catalog.h"

namespace sigla {

// Name, path, both spellings of the debug id, code id and tag, one a line.
std::string search_text(const StoredObject& object);
// kInvalidArgument for one or two characters: the index has no answer to those.
Status check_search_text(std::string_view text);

}  // namespace sigla
