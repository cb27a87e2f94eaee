// SPDX-License-Identifier: Apache-2.0
// Makes minidumps for tests: threads with registers and stacks, modules, an exception, any stream.
//
//   MinidumpBuilder dump;
//   dump.system(9, 0x8201).module(0x400000, 0x1000, "/bin/app", elf_code_view(build_id))
//       .thread(1, amd64_context({{kRip, 0x400100}}), 0x7fff0000, stack);
//   Buffer file = dump.build();
#pragma once

#include <bit>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/bytes.h"

namespace sigla {

// Byte offset in the context record, and value.
using ContextRegisters = std::vector<std::pair<std::size_t, std::uint64_t>>;

class MinidumpBuilder {
 public:
  explicit MinidumpBuilder(std::endian order = std::endian::little) : order_(order) {}

  // PROCESSOR_ARCHITECTURE_* and VER_PLATFORM_* numbers.
  MinidumpBuilder& system(std::uint16_t architecture,
                          std::uint32_t platform,
                          std::string_view csd_version = "");
  // Instead of the processor and module versions tests compare with: those of a real machine.
  MinidumpBuilder& real_machine(std::uint16_t family,
                                std::uint16_t model_and_stepping,
                                std::uint8_t processor_count);
  MinidumpBuilder& module(std::uint64_t base,
                          std::uint32_t size,
                          std::string_view name,
                          Buffer code_view = {});
  MinidumpBuilder& unloaded_module(std::uint64_t base, std::uint32_t size, std::string_view name);
  MinidumpBuilder& thread(std::uint32_t id, Buffer context, std::uint64_t stack_base, Buffer stack);
  MinidumpBuilder& thread_name(std::uint32_t id, std::string_view name);
  MinidumpBuilder& exception(std::uint32_t thread_id,
                             std::uint32_t code,
                             std::uint32_t flags,
                             std::uint64_t address,
                             std::vector<std::uint64_t> parameters = {},
                             Buffer context = {});
  MinidumpBuilder& memory(std::uint64_t base, Buffer bytes);
  MinidumpBuilder& stream(std::uint32_t type, Buffer bytes);
  Buffer build() const;

  // Contexts of the processors, zero but for the given registers. `width` is that of a register.
  Buffer context(std::size_t size,
                 std::size_t flags_offset,
                 std::uint32_t flags,
                 std::size_t width,
                 const ContextRegisters& registers) const;
  Buffer x86_context(std::uint32_t eip, std::uint32_t esp, std::uint32_t ebp) const;
  Buffer amd64_context(std::uint64_t rip, std::uint64_t rsp, std::uint64_t rbp) const;
  Buffer arm_context(const ContextRegisters& by_number) const;
  Buffer arm64_context(const ContextRegisters& by_number, bool old_layout = false) const;
  Buffer pdb_code_view(const Buffer& guid_as_written,
                       std::uint32_t age,
                       std::string_view path) const;
  Buffer elf_code_view(const Buffer& build_id) const;

 private:
  struct Module {
    std::uint64_t base;
    std::uint32_t size;
    std::string name;
    Buffer code_view;
  };
  struct Thread {
    std::uint32_t id;
    Buffer context;
    std::uint64_t stack_base;
    Buffer stack;
  };
  struct Assembly;
  void put_system(Assembly& out) const;
  void put_threads(Assembly& out) const;
  void put_thread_names(Assembly& out) const;
  void put_modules(Assembly& out) const;
  void put_unloaded_modules(Assembly& out) const;
  void put_exceptions(Assembly& out) const;
  void put_memory(Assembly& out) const;
  struct Exception {
    std::uint32_t thread_id, code, flags;
    std::uint64_t address;
    std::vector<std::uint64_t> parameters;
    Buffer context;
  };

  std::endian order_;
  bool has_system_ = false;
  std::uint16_t architecture_ = 0;
  std::uint32_t platform_ = 0;
  std::string csd_version_;
  std::uint16_t processor_level_ = 6;
  std::uint16_t processor_revision_ = 0x2a07;
  std::uint8_t processor_count_ = 4;
  bool has_versions_ = true;
  std::vector<Module> modules_;
  std::vector<Module> unloaded_;
  std::vector<Thread> threads_;
  std::vector<std::pair<std::uint32_t, std::string>> names_;
  std::vector<Exception> exceptions_;
  std::vector<std::pair<std::uint64_t, Buffer>> memory_;
  std::vector<std::pair<std::uint32_t, Buffer>> streams_;
};

}  // namespace sigla
