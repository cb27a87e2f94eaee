// SPDX-License-Identifier: Apache-2.0
// Makes the Source Link map of a checkout: what a compiler is given as /SOURCELINK: or -sourcelink.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sourcelink/provider_choice.h"
#include "sourcelink/source_roots.h"

namespace sigla::sourcelink {

struct MapFile {
  std::string json;                   // empty when no source has a URL
  std::vector<std::string> warnings;  // the checkout's, and roots without a URL
};

// `prefix` is what the compiler calls the outermost work tree ("/_/", "C:\src"), empty where it
// calls it as it is. Submodules lie below it.
Result<MapFile> make_map_file(const Checkout& checkout,
                              const ProviderChoice& choice,
                              std::string_view prefix);

}  // namespace sigla::sourcelink
