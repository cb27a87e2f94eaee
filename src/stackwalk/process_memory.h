// SPDX-License-Identifier: Apache-2.0
// What a dump has of a process's memory, and the part of it that one walk may read. Borrow the
// dump's bytes.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "base/memory_region.h"

namespace sigla {

// Every region of a dump, by address. Where two overlap, the one that begins later counts.
class ProcessMemory {
 public:
  ProcessMemory() = default;
  explicit ProcessMemory(std::vector<MemoryRegion> regions);

  const MemoryRegion* find(std::uint64_t address) const;
  // From the address to the end of its region; empty when the dump does not have it.
  Bytes at(std::uint64_t address) const;
  // `size` bytes (1, 2, 4 or 8); nothing when one region does not have them all.
  std::optional<std::uint64_t> read(std::uint64_t address, std::size_t size) const;
  std::span<const MemoryRegion> regions() const { return regions_; }

 private:
  std::vector<MemoryRegion> regions_;
};

// The stack that is being walked, and all other memory of the process where the dump has more than
// stacks: unwind rules may lead anywhere (a signal handler's stack is another than the one it
// interrupted), but frame pointers and return addresses are looked for on the stack only.
class StackMemory {
 public:
  // `rest` is borrowed; null when there is nothing but the stack.
  StackMemory(MemoryRegion stack, const ProcessMemory* rest = nullptr)
      : stack_(stack), rest_(rest) {}

  std::optional<std::uint64_t> read(std::uint64_t address, std::size_t size) const {
    const auto value = stack_.read(address, size);
    return value || rest_ == nullptr ? value : rest_->read(address, size);
  }
  std::optional<std::uint64_t> read_stack(std::uint64_t address, std::size_t size) const {
    return stack_.read(address, size);
  }
  // Goes on with the stack that `stack_pointer` lies in, where the dump has that one.
  void follow(std::uint64_t stack_pointer) {
    if (rest_ == nullptr || stack_.contains(stack_pointer)) return;
    if (const MemoryRegion* region = rest_->find(stack_pointer)) stack_ = *region;
  }

 private:
  MemoryRegion stack_;
  const ProcessMemory* rest_;
};

}  // namespace sigla
