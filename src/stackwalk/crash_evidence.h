// SPDX-License-Identifier: Apache-2.0
// What a dump tells of the moment of the crash beyond its stacks: the exception as the system gave
// it, the registers it happened with, what memory was mapped, and the bytes of it that were kept.
// The findings are drawn from it (exploitability.h, crash_findings.h). Borrows the dump's bytes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "formats/minidump/context.h"
#include "formats/minidump/memory.h"
#include "stackwalk/crash_reason.h"
#include "stackwalk/process_memory.h"

namespace sigla {

// One range of the address space, [begin, end).
struct MemoryMapping {
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
  bool readable = false;
  bool writable = false;
  bool executable = false;
  bool is_guard = false;  // Windows: the first access faults
  std::string name;       // a file, "[stack]", or empty

  bool contains(std::uint64_t address) const { return address >= begin && address < end; }
  bool is_accessible() const { return readable || writable || executable; }
};

enum class CrashSystem : std::uint8_t { kOther, kWindows, kLinux, kAndroid, kMac, kIos, kFuchsia };

struct CrashException {
  std::uint32_t code = 0;
  std::uint32_t flags = 0;
  std::uint64_t address = 0;  // CrashReason::address
  std::vector<std::uint64_t> parameters;
  std::optional<CpuContext> context;
};

class CrashEvidence {
 public:
  CrashSystem system = CrashSystem::kOther;
  std::optional<CrashException> exception;
  std::optional<minidump::Memory> memory;    // MemoryListStream
  std::optional<minidump::Memory> memory64;  // of full dumps
  ProcessMemory dumped;                      // of cores
  std::vector<MemoryRegion> stacks;
  // Not of the dump, which may have left it out: read-only memory as the modules' own files have
  // it (image_memory.h), where somebody has those.
  std::vector<MemoryRegion> images;
  // In order of address. Nothing when the dump does not say what was mapped, which is another thing
  // than a dump that says that nothing was.
  std::optional<std::vector<MemoryMapping>> mappings;

  // The kept bytes from `address` to the end of their region; empty when there are none.
  Bytes bytes_at(std::uint64_t address) const;
  // An integer of `size` bytes (1, 2, 4 or 8).
  std::optional<std::uint64_t> read(std::uint64_t address, std::size_t size) const;
  // Null when nothing was mapped there, or nobody knows.
  const MemoryMapping* mapping_at(std::uint64_t address) const;

 private:
  const MemoryRegion* region_at(std::uint64_t address) const;
};

}  // namespace sigla
