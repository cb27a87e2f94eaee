// SPDX-License-Identifier: Apache-2.0
// Hands the compile units of a file to the threads that convert them, large ones first. A
// .debug_info that is still packed is unpacked meanwhile, by whichever thread asks and finds nobody
// else at it: unpacking one stream is the longest thing there is to do, and the one that cannot be
// shared.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <optional>
#include <unordered_map>
#include <vector>

#include "base/diagnostics.h"
#include "base/limits.h"
#include "convert/dwarf_to_symcache.h"
#include "formats/dwarf/addresses.h"
#include "formats/dwarf/debug_info.h"

namespace sigla {

class DwarfUnits {
 public:
  struct Work {
    dwarf::AddressTables unit;
    bool with_lines = true;
    std::uint32_t number = 0;  // in the order of the file
  };

  // Borrows the source. Reads the split files' units.
  DwarfUnits(const DwarfSource& source, const Limits& limits);

  // Thread-safe. The largest unit that is there; waits for one when there may be more. Nothing
  // after the last one, and for all threads once a call has thrown.
  std::optional<Work> next();
  // What was wrong with the units, after the last one.
  const Diagnostics& diagnostics() const { return diagnostics_; }

 private:
  struct SplitUnit {
    const dwarf::DebugInfo* info;
    const dwarf::Unit* unit;
  };
  using Lock = std::unique_lock<std::mutex>;

  static bool is_smaller(const Work& a, const Work& b);
  void collect_split_units();
  bool can_unpack() const;
  bool can_list() const;
  void unpack(Lock& lock);
  void list(Lock& lock);
  void list_units(std::vector<Work>& listed);
  std::optional<Work> work_of(const dwarf::Unit& unit);
  void find_split(dwarf::AddressTables& tables);
  bool may_read_lines(const dwarf::Unit& unit);
  void give_up();

  elf::SectionUnpacker* unpacker_;
  dwarf::DebugInfo main_;
  dwarf::DebugInfo supplementary_;
  std::vector<dwarf::DebugInfo> split_;

  // Of whoever lists.
  Diagnostics diagnostics_;
  std::unordered_map<std::uint64_t, SplitUnit> split_units_;  // by DWO id
  std::size_t listed_count_ = 0;
  std::uint64_t line_size_ = 0;

  std::mutex mutex_;
  std::condition_variable changed_;
  // What follows is guarded by the mutex.
  std::vector<Work> waiting_;  // a heap
  std::uint64_t ready_;        // bytes of .debug_info
  std::uint64_t listed_ready_ = 0;
  bool is_unpacked_;
  bool is_unpacking_ = false;
  bool is_listing_ = false;
  bool is_listed_ = false;
};

}  // namespace sigla
