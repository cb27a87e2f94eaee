// SPDX-License-Identifier: Apache-2.0
// ELF cores: the memory and threads of a process at its end (core(5); the notes are those of the
// Linux kernel's fs/binfmt_elf.c and of FreeBSD's where they agree). Borrows the file's bytes.
//
// PT_LOAD segments are memory, of which the file may hold all, the beginning or nothing; PT_NOTE
// holds
//   NT_FILE      count, page size, count x { start, end, file offset in pages }, count paths
//   NT_PRSTATUS  one for each thread, the one that crashed first
//   NT_SIGINFO   the signal of the thread whose NT_PRSTATUS came before (the kernel writes the
//                crashed thread's only, gdb's gcore one for each)
//   NT_PRPSINFO  the process's id, name and arguments
//   NT_AUXV      pairs { tag, value }
// Cores are cut off every day by limits and full disks; what is missing is missing, not an error.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/memory_region.h"
#include "formats/elf/image.h"
#include "formats/elf/notes.h"
#include "ident/identity.h"

namespace sigla::elf {

// A part of a file that was mapped.
struct CoreMapping {
  std::uint64_t start = 0;
  std::uint64_t end = 0;
  std::uint64_t file_offset = 0;
  std::string_view path;
};

// A file that was mapped with code in it: an ELF image, unless its header was not dumped.
struct CoreModule {
  std::string path;  // empty for the program of a core that does not say
  std::uint64_t base = 0;
  std::uint64_t end = 0;
  std::uint16_t e_type = 0;  // 0 when its header was not dumped
  std::optional<Bytes> build_id;
};

// siginfo_t: what the kernel said of a signal.
struct CoreSignal {
  std::uint32_t number = 0;
  std::int32_t code = 0;      // si_code
  std::uint64_t address = 0;  // si_addr; of signals without one, whatever shares its place
};

struct CoreThread {
  std::uint32_t id = 0;
  std::uint16_t signal = 0;
  Bytes registers;  // pr_reg, as the kernel of that machine lays it out
  std::optional<CoreSignal> signal_info;
};

struct CoreProcessInfo {
  std::uint32_t id = 0;
  std::string_view name;       // of its first thread, at most 15 bytes
  std::string_view arguments;  // the first 80 bytes, parted by spaces
};

class Core {
 public:
  static Result<Core> open(Bytes file, const Limits& limits);

  const Image& image() const { return image_; }
  std::span<const CoreMapping> mappings() const { return mappings_; }
  std::span<const CoreThread> threads() const { return threads_; }
  const std::optional<CoreProcessInfo>& process() const { return process_; }
  // An entry of the auxiliary vector.
  std::optional<std::uint64_t> auxiliary(std::uint64_t tag) const;
  // All of them, as the kernel has them: tag and value.
  std::span<const std::pair<std::uint64_t, std::uint64_t>> auxiliary() const { return auxiliary_; }

  // The dumped memory at an address, up to the end of its segment; empty when it was not dumped.
  Bytes memory(std::uint64_t address) const;
  // All of it, in address order.
  std::vector<MemoryRegion> memory_regions() const;
  // How long the file would be, had it not been cut off.
  std::uint64_t whole_size() const { return whole_size_; }

  // Every mapped ELF image in address order: from NT_FILE or, failing that, from the dynamic
  // linker's list; and the vDSO.
  std::vector<CoreModule> modules(const Limits& limits) const;

 private:
  explicit Core(Image image) : image_(std::move(image)) {}

  Status read_notes(const Segment& segment, const Limits& limits);
  Status read_note(const Note& note, const Limits& limits);
  Status read_mappings(Bytes descriptor, const Limits& limits);
  void read_thread(Bytes descriptor);
  void read_signal(Bytes descriptor);
  void read_process(Bytes descriptor);
  Bytes held(const Segment& segment) const;
  void read_auxiliary(Bytes descriptor);

  Image image_;
  std::vector<Segment> memory_;  // PT_LOAD with dumped content, by address
  std::vector<CoreMapping> mappings_;
  std::vector<CoreThread> threads_;
  std::optional<CoreProcessInfo> process_;
  std::uint64_t whole_size_ = 0;
  std::vector<std::pair<std::uint64_t, std::uint64_t>> auxiliary_;
};

// The core itself, with its modules as Identity::loaded_modules.
Result<Identity> identify_core(Bytes file, std::string_view name, const Limits& limits);

}  // namespace sigla::elf
