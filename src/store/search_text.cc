// SPDX-License-Identifier: Apache-2.0
#include "store/search_text.h"

#include <algorithm>

namespace sigla {

std::string search_text(const StoredObject& object) {
  const Identity& identity = object.identity;
  std::string text = identity.name + '\n' + object.path;
  if (identity.debug_id.has_value()) {
    text += '\n' + identity.debug_id->dashed() + '\n' + identity.debug_id->breakpad();
  }
  if (!identity.code_id.empty()) text += '\n' + identity.code_id.text();
  return text + '\n' + object.tag;
}

Status check_search_text(std::string_view text) {
  const auto characters =
      std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xc0) != 0x80; });
  if (characters == 1 || characters == 2) {
    return Error(ErrorCode::kInvalidArgument, "a search needs at least 3 characters");
  }
  return {};
}

}  // namespace sigla
