// SPDX-License-Identifier: Apache-2.0
// Finds the files that `sigla upload` sends: below folders, by content, never by name.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "os/file.h"

namespace sigla::app {

struct FoundFile {
  std::string path;  // to open it
  std::string name;  // what the server is told: the path below the folder that was named, UTF-8
  std::uint64_t size = 0;
  bool is_packed = false;  // an archive or compressed: the server keeps what is inside
  bool is_named = false;   // by the user; what is only found may turn out to be nothing
};

struct ScanResult {
  struct Refused {
    std::string path;
    std::string reason;
  };
  std::vector<FoundFile> files;
  std::vector<Refused> refused;     // named and no symbol file, or unreadable
  std::uint64_t ignored_count = 0;  // found and no symbol files
};

// The name is that of a source file of a compiled language: "a.c", "Main.CS".
bool is_source_name(std::string_view name);

// Says of an object file (.o, .ko) whether it has an id by which anything can ask for it.
using HasId = std::function<bool(const File& file, const std::string& path)>;

// Folders are read with everything below them, in the order of names. Links to files are followed,
// links to folders only when they are named, so there are no loops and nothing outside is read by
// surprise. A file with several names is found once.
// With `takes_sources`, source files are found too.
ScanResult scan_for_upload(const std::vector<std::string>& paths,
                           const HasId& has_id,
                           bool takes_sources = false);

}  // namespace sigla::app
