// SPDX-License-Identifier: Apache-2.0
// The debugging libraries of a .NET runtime (mscordaccore, mscordbi, SOS) among the files of an
// upload. Debuggers ask for them by the id of the runtime, which they themselves do not hold: the
// file of that name beside the runtime is meant, as in every .NET package.
//
//   x/coreclr.dll          595EBCD5538000, so mscordaccore.dll/595EBCD5538000/mscordaccore.dll is
//   x/mscordaccore.dll     this file
//
// (The private CLR keys of the SSQP Key Conventions.) Not thread-safe.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "store/catalog.h"

namespace sigla {

class ClrCompanions {
 public:
  // Runtimes and companions of one upload that are looked at; a .NET release has some dozens.
  static constexpr std::size_t kFilesMax = 10'000;
  static constexpr std::size_t kKeysMax = 100;  // of one file, of several runtimes beside it

  // Takes the next object of the upload, with all of its identity. Returns the objects, this one or
  // earlier ones, that have further keys by it, with only these keys.
  std::vector<StoredObject> add(const StoredObject& object, const Identity& identity);

 private:
  struct Folder {
    std::map<std::string, std::vector<std::string>> keys;  // by the lower-case name they are of
    std::map<std::string, StoredObject> companions;        // the same
  };
  std::map<std::string, Folder, std::less<>> folders_;
  std::size_t file_count_ = 0;
};

}  // namespace sigla
