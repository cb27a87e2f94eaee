// SPDX-License-Identifier: Apache-2.0
// Names by where their text begins: for names of a symcache, in which each text stands once, that
// tells one from another without reading it. A million look-ups a second go through here.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace sigla::app {

class NameTable {
 public:
  // The index of `name`, counted from 0 in the order they came. `name` outlives the table and is
  // never another text at the same place.
  std::uint32_t add(std::string_view name);

  std::size_t size() const { return names_.size(); }
  // What to show for the name of that index: at first the name itself.
  std::string_view shown(std::uint32_t index) const { return names_[index].shown; }
  std::string_view name(std::uint32_t index) const { return names_[index].name; }
  // Requires: `text` outlives the table.
  void show(std::uint32_t index, std::string_view text) { names_[index].shown = text; }

 private:
  struct Name {
    std::string_view name;
    std::string_view shown;
  };
  struct Slot {
    const char* begin = nullptr;
    std::uint32_t index = 0;
    bool is_used = false;
  };
  std::size_t slot_of(const char* begin) const;
  void grow();

  std::vector<Name> names_;
  std::vector<Slot> slots_;  // open addressing, a power of two, at most half full
};

}  // namespace sigla::app
