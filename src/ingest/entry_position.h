// SPDX-License-Identifier: Apache-2.0
// Where an entry is in an upload: {3} is the third entry of the archive, {3, 2} the second entry of
// the archive that the third entry is, {} the upload itself. Unpacking visits positions in order,
// so a position also says how far it came.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

namespace sigla {

using EntryPosition = std::vector<std::uint32_t>;

// Whether `inner` is an entry of the archive at `outer`, however deep.
inline bool is_inside(const EntryPosition& inner, const EntryPosition& outer) {
  return inner.size() > outer.size() && std::equal(outer.begin(), outer.end(), inner.begin());
}

}  // namespace sigla
