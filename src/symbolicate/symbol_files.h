// SPDX-License-Identifier: Apache-2.0
// From files that somebody found to what the search is offered: recognised by content, compared by
// id, unwrapped, converted. Shared by every place that deals in files.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "object/object.h"
#include "os/file.h"
#include "symbolicate/module_search.h"

namespace sigla {

// What is done with a file in a sandboxed worker, and remembered from one run to the next: app/ has
// it, since it knows the user's cache folder. Thread-safe.
class SymbolFiles {
 public:
  virtual ~SymbolFiles() = default;
  // The objects of a file, plain or compressed. `name` is the file's, for identities without one.
  virtual Result<std::vector<Object>> identify(const File& file, const std::string& name) = 0;
  // The symcache of one of them, open for reading.
  struct Wanted {
    std::string name;
    Arch arch = Arch::kUnknown;  // of the image that is meant, in a file of several
  };
  virtual Result<File> symcache(const File& file, const Wanted& wanted) = 0;
};

// Whether the content of an object agrees with what the query knows of it; tells the search where
// that decides.
bool has_content_of_module(const File& file,
                           std::uint64_t offset,
                           const std::string& source,
                           ModuleSearch& search);

// Offers the objects of the file that are of the module, as far as they are wanted. False when none
// was; why is told to the search.
bool offer_file(const File& file,
                const std::string& name,
                const std::string& source,
                SymbolFiles& files,
                ModuleSearch& search);
// The same of objects that are known already.
bool offer_objects(const File& file,
                   const std::vector<Object>& objects,
                   const std::string& source,
                   SymbolFiles& files,
                   ModuleSearch& search);
// The same for a Breakpad file that lies where the module's has to lie, whatever id is in it.
bool offer_breakpad_file(const File& file,
                         const std::string& name,
                         const std::string& source,
                         SymbolFiles& files,
                         ModuleSearch& search);

}  // namespace sigla
