// SPDX-License-Identifier: Apache-2.0
// The modules of a process by address, loaded ones before unloaded ones. Immutable once made.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "ident/debug_id.h"
#include "stackwalk/range_map.h"

namespace sigla {

struct ProcessModule {
  std::uint64_t base = 0;
  std::uint64_t size = 0;
  std::string code_file;         // path as the process had it
  std::string debug_file;        // path or name; empty when unknown
  std::string debug_identifier;  // Breakpad's form; empty when unknown
  std::optional<DebugId> debug_id;
  CodeId code_id;
  std::string version;
  std::uint32_t list_index = 0;  // where it stood in the dump's list
  Bytes image;                   // the whole file, where memory and dump have it (the vDSO)
  // Of a module without an id: how its file begins, as far as the dump has that, and whether a file
  // of its name is the best that can be had.
  Bytes start;
  bool is_known_by_name = false;
};

// What Breakpad makes of a module list whose modules overlap depends on the system: Linux and
// Android map libraries in pieces, so the lower of two is cut; elsewhere an overlap spoils the
// list.
enum class ModuleRules { kStrict, kLinux, kAndroid };

class ModuleMap {
 public:
  ModuleMap() = default;
  // Nothing when the list is spoilt. On success `modules` come back in order of address, without
  // the duplicates, and `main` is the index of the one that was first in the list.
  static std::optional<ModuleMap> make(std::vector<ProcessModule> modules, ModuleRules rules);
  // For mappings of files, whose ranges may overlap: each is cut or dropped, the list stays.
  static ModuleMap make_overlapping(std::vector<ProcessModule> modules,
                                    Overlap overlap = Overlap::kCutLower);
  // For unloaded modules, which have lain at the same addresses one after another. Those that no
  // address finds any more come last: that they were loaded is still known. `list_index` of each
  // is its place in the list.
  static ModuleMap make_unloaded(const std::vector<ProcessModule>& modules);

  // Index into modules().
  std::optional<std::uint32_t> find(std::uint64_t address) const;
  const std::vector<ProcessModule>& modules() const { return modules_; }
  std::optional<std::uint32_t> main() const { return main_; }
  // For lists whose first module is not known to be the main one.
  void forget_main() { main_.reset(); }

 private:
  static ModuleMap make_sorted(std::vector<ProcessModule> modules, Overlap overlap);

  std::vector<ProcessModule> modules_;
  std::vector<RangeMap::Range> ranges_;  // sorted; value is an index into modules_
  std::optional<std::uint32_t> main_;
};

}  // namespace sigla
