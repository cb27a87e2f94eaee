// SPDX-License-Identifier: Apache-2.0
// Where in a source a module's files can lie: the layout's paths, cased and filtered as the source
// wants it.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "upstream/source.h"

namespace sigla {

struct WantedModule {
  std::vector<WantedFile> files;  // in order of preference
  std::string code_file;          // as the process had them, for path patterns
  std::string debug_file;
  std::string debug_checksum;  // "SHA256:...": empty when not known
};

struct Location {
  WantedType type = WantedType::kPdb;
  Layout layout = Layout::kSsqp;
  std::string path;        // below the source; not encoded. For kSentry, the id of a file.
  bool is_packed = false;  // the form "foo.pd_", which a server may have to make first
  std::string checksum;    // the debug file has to have it
};

// In order of preference, each path once. None when the source is not asked for such a module.
std::vector<Location> locations_of(const Source& source, const WantedModule& wanted);

// '*' (any characters, '/' too), '?', '[a-z]', '[!a]'; case does not matter, and '\' is '/'.
bool matches_glob(std::string_view pattern, std::string_view text);

}  // namespace sigla
