// SPDX-License-Identifier: Apache-2.0
// Units in the order of the file. One thread adds, others use those they know of: no unit moves
// once it is there.
#pragma once

#include <cstddef>
#include <iterator>
#include <memory>

#include "formats/dwarf/unit.h"

namespace sigla::dwarf {

class UnitList {
 public:
  class View {
   public:
    class Iterator {
     public:
      using value_type = Unit;
      using difference_type = std::ptrdiff_t;

      Iterator() = default;
      Iterator(const UnitList* list, std::size_t index) : list_(list), index_(index) {}
      const Unit& operator*() const { return (*list_)[index_]; }
      Iterator& operator++() {
        ++index_;
        return *this;
      }
      Iterator operator++(int) {
        const Iterator before = *this;
        ++index_;
        return before;
      }
      bool operator==(const Iterator&) const = default;

     private:
      const UnitList* list_ = nullptr;
      std::size_t index_ = 0;
    };

    View(const UnitList* list, std::size_t size) : list_(list), size_(size) {}
    std::size_t size() const { return size_; }
    const Unit& operator[](std::size_t index) const { return (*list_)[index]; }
    Iterator begin() const { return {list_, 0}; }
    Iterator end() const { return {list_, size_}; }

   private:
    const UnitList* list_;
    std::size_t size_;
  };

  explicit UnitList(std::size_t size_max)
      : chunks_(std::make_unique<std::unique_ptr<Unit[]>[]>(size_max / kChunkSize + 1)) {}

  std::size_t size() const { return size_; }
  // Requires: size() was below size_max.
  Unit& add(Unit unit) {
    std::unique_ptr<Unit[]>& chunk = chunks_[size_ / kChunkSize];
    if (chunk == nullptr) chunk = std::make_unique<Unit[]>(kChunkSize);
    Unit& place = chunk[size_ % kChunkSize];
    place = unit;
    ++size_;
    return place;
  }
  const Unit& operator[](std::size_t index) const {
    return chunks_[index / kChunkSize][index % kChunkSize];
  }
  View view(std::size_t size) const { return {this, size}; }

 private:
  static constexpr std::size_t kChunkSize = 64;

  std::unique_ptr<std::unique_ptr<Unit[]>[]> chunks_;
  std::size_t size_ = 0;
};

}  // namespace sigla::dwarf
