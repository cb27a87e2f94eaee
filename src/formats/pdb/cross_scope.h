// SPDX-License-Identifier: Apache-2.0
// Ids that one module has of another (link-time code generation inlines across modules). The top
// bit marks them; bits 20 to 30 are an index into the module's imports (another module's name and
// ids local to that one), bits 0 to 19 one into those ids. The other module's exports say which
// global id a local one is. Borrows the module streams' bytes, or owns what it copied.
//
// DEBUG_S_CROSSSCOPEIMPORTS: u32 name in /names, u32 count, u32 ids. DEBUG_S_CROSSSCOPEEXPORTS: u32
// local id, u32 global id. Case does not count in the names: linkers write them in either.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "formats/pdb/dbi_stream.h"
#include "formats/pdb/name_table.h"

namespace sigla::pdb {

inline bool is_cross_scope(std::uint32_t id) { return (id & 0x8000'0000U) != 0; }

struct CrossScopeId {
  std::uint32_t module_name = 0;  // in /names
  std::uint32_t local_id = 0;
};

// The imports of one module.
class CrossScopeImports {
 public:
  // The content of one subsection.
  void add(Bytes data);
  std::optional<CrossScopeId> find(std::uint32_t cross_scope_id) const;

 private:
  struct Import {
    std::uint32_t module_name = 0;
    Bytes ids;
  };
  std::vector<Import> imports_;
};

// The exports of all modules. Thread-safe: nothing changes after it is made.
class CrossScopeExports {
 public:
  CrossScopeExports(const Container& container, const DbiStream& dbi);
  // The id in the id stream.
  std::optional<std::uint32_t> find(CrossScopeId id, const NameTable& names) const;

 private:
  struct Export {
    std::uint32_t local = 0;
    std::uint32_t global = 0;
  };
  std::unordered_map<std::string, std::vector<Export>> exports_;  // by the name in lower case
};

}  // namespace sigla::pdb
