// SPDX-License-Identifier: Apache-2.0
// The two files that give the names back which Apple's compiler hid when it sent bitcode to be
// built elsewhere (as LLVM's dsymutil reads them, SymbolMap.cpp):
//
//   UUID.bcsymbolmap   "BCSymbolMap Version: 2.0", then a text a line; "__hidden#7_" in a symbol
//                      table or in DWARF stands for the eighth one. UUID: the image as it was sent.
//   UUID.plist         property list whose DBGOriginalUUID is that UUID. UUID: the image as it was
//                      built.
//
// Neither says in itself what it belongs to: the name of the file does. Borrows the file's bytes.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/limits.h"
#include "ident/identity.h"

namespace sigla::macho {

bool is_symbol_map(Bytes file);
bool is_uuid_map(Bytes file);

// The id is that of the file's name, where it is a UUID.
Identity identify_symbol_map(std::string_view name);
// Error kMalformed without a UUID in DBGOriginalUUID.
Result<Identity> identify_uuid_map(Bytes file, std::string_view name);

// DBGOriginalUUID of a UUID map. Error kMalformed when it holds none.
Result<DebugId> original_uuid(Bytes uuid_map);

// "__hidden#7_"; or without its first underscore, as functions.h gives names.
bool is_hidden_name(std::string_view name);
// Whether there is one among texts that are ended by 0.
bool has_hidden_names(Bytes texts);

class SymbolMap {
 public:
  // Error kUnsupported for another file or an unknown version, kLimitExceeded for too many lines.
  static Result<SymbolMap> open(Bytes file, const Limits& limits);

  std::size_t size() const { return texts_.size(); }
  // What a hidden name stands for; any other text, and a number the map does not have, as it is.
  std::string_view text(std::string_view name) const;
  // The same of every part of a path. What an absolute path stands behind is dropped.
  std::string path(std::string_view path) const;

 private:
  std::vector<std::string_view> texts_;
};

}  // namespace sigla::macho
