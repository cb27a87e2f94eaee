// SPDX-License-Identifier: Apache-2.0
// snapshot OUT.dmp PROGRAM ARGS...
//
// Runs PROGRAM until a signal would kill it and writes a minidump of that moment: threads with
// registers, stacks and names, code around the crash, modules with build ids, the signal,
// /proc/PID/maps. The program is killed then. Exit status: 0 written, 1 it ended without a crash, 2
// usage, 4 anything else.
#include <cpuid.h>
#include <fmt/format.h>
#include <sys/utsname.h>

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <thread>

#include "base/text.h"
#include "minidump_writer/process_memory.h"
#include "minidump_writer/tracer.h"
#include "testing/minidump_builder.h"

namespace sigla::snapshot {
namespace {

constexpr std::uint16_t kAmd64 = 9;
constexpr std::uint32_t kLinux = 0x8201;
constexpr std::uint32_t kMapsStream = 0x47670009;
constexpr std::uint64_t kCodeSize = 256;  // around where it crashed
constexpr std::uint64_t kRedZone = 128;   // below rsp, may be in use by a leaf function
constexpr std::uint64_t kGuardSize = 64 << 10;
constexpr std::uint64_t kStackSizeMax = 16 << 20;  // of one thread

// Byte offsets in the amd64 CONTEXT.
Buffer context_of(const MinidumpBuilder& dump, const user_regs_struct& r) {
  Buffer context = dump.context(1232,
                                48,
                                0x10000b,
                                8,
                                {{120, r.rax},
                                 {128, r.rcx},
                                 {136, r.rdx},
                                 {144, r.rbx},
                                 {152, r.rsp},
                                 {160, r.rbp},
                                 {168, r.rsi},
                                 {176, r.rdi},
                                 {184, r.r8},
                                 {192, r.r9},
                                 {200, r.r10},
                                 {208, r.r11},
                                 {216, r.r12},
                                 {224, r.r13},
                                 {232, r.r14},
                                 {240, r.r15},
                                 {248, r.rip}});
  for (unsigned i = 0; i < 4; ++i) context[68 + i] = static_cast<std::uint8_t>(r.eflags >> (8 * i));
  return context;
}

void add_thread(const ProcessMemory& memory,
                const StoppedProcess& process,
                const TracedThread& thread,
                MinidumpBuilder& dump) {
  const auto& mappings = memory.mappings();
  const std::uint64_t rsp = thread.registers.rsp;
  const auto stack = std::find_if(mappings.begin(), mappings.end(), [rsp](const Mapping& m) {
    return rsp < m.end && rsp + kGuardSize >= m.begin;  // below it where it has overflowed
  });
  std::uint64_t base = rsp;
  Buffer bytes;
  if (stack != mappings.end()) {
    base = std::max(stack->begin, rsp - kRedZone);
    bytes = memory.read(base, std::min(stack->end - base, kStackSizeMax));
  }
  const auto id = static_cast<std::uint32_t>(thread.id);
  dump.thread(id, context_of(dump, thread.registers), base, std::move(bytes));
  dump.thread_name(id,
                   trim(read_proc(fmt::format("/proc/{}/task/{}/comm", process.id, thread.id))));
}

// What was executing, where that is code: a jump into nothing has none.
void add_code(const ProcessMemory& memory, std::uint64_t rip, MinidumpBuilder& dump) {
  for (const Mapping& mapping : memory.mappings()) {
    if (rip < mapping.begin || rip >= mapping.end) continue;
    const std::uint64_t begin = std::max(mapping.begin, rip - std::min(rip, kCodeSize / 2));
    dump.memory(begin, memory.read(begin, std::min(mapping.end - begin, kCodeSize)));
  }
}

// Family, model and stepping as CPUID leaf 1 has them.
void add_processor(MinidumpBuilder& dump) {
  unsigned eax = 0;
  unsigned ebx = 0;
  unsigned ecx = 0;
  unsigned edx = 0;
  __get_cpuid(1, &eax, &ebx, &ecx, &edx);
  const unsigned family = (eax >> 8U) & 0xfU;
  const unsigned model = ((eax >> 12U) & 0xf0U) | ((eax >> 4U) & 0xfU);
  const unsigned whole_family = family == 0xf ? family + ((eax >> 20U) & 0xffU) : family;
  dump.real_machine(static_cast<std::uint16_t>(whole_family),
                    static_cast<std::uint16_t>((model << 8U) | (eax & 0xfU)),
                    static_cast<std::uint8_t>(std::min(std::thread::hardware_concurrency(), 255U)));
}

Buffer minidump_of(const StoppedProcess& process) {
  const ProcessMemory memory(process.id);
  MinidumpBuilder dump;
  utsname name{};
  uname(&name);
  dump.system(kAmd64,
              kLinux,
              fmt::format("{} {} {} {}", name.sysname, name.release, name.version, name.machine));
  add_processor(dump);
  for (const LoadedModule& module : memory.modules()) {
    dump.module(module.base,
                static_cast<std::uint32_t>(module.size),
                module.path,
                module.build_id.empty() ? Buffer() : dump.elf_code_view(module.build_id));
  }
  for (const TracedThread& thread : process.threads) {
    add_thread(memory, process, thread, dump);
    if (thread.id != process.crashed_thread) continue;
    const bool has_address = process.signal.si_code > 0;  // from the kernel, about an access
    const std::uint64_t rip = thread.registers.rip;
    add_code(memory, rip, dump);
    std::uint64_t address = rip;
    if (has_address) std::memcpy(&address, &process.signal.si_addr, sizeof(address));
    dump.exception(static_cast<std::uint32_t>(thread.id),
                   static_cast<std::uint32_t>(process.signal.si_signo),
                   static_cast<std::uint32_t>(process.signal.si_code),
                   address,
                   {},
                   context_of(dump, thread.registers));
  }
  const Bytes maps = as_bytes(memory.maps_text());
  dump.stream(kMapsStream, Buffer(maps.begin(), maps.end()));
  return dump.build();
}

int run(int argc, char** argv) {
  if (argc < 3) {
    std::fputs("usage: snapshot OUT.dmp PROGRAM ARGS...\n", stderr);
    return 2;
  }
  const auto process = run_until_crash(argv + 2);
  if (!process.has_value()) {
    std::fprintf(stderr, "snapshot: %s\n", process.error().message().c_str());
    return process.error().code() == ErrorCode::kNotFound ? 1 : 4;
  }
  const Buffer file = minidump_of(*process);
  kill_process(*process);
  std::ofstream out(argv[1], std::ios::binary);
  const std::string_view text = as_text(file);
  out.write(text.data(), static_cast<std::streamsize>(text.size()));
  if (out.flush()) return 0;
  std::fprintf(stderr, "snapshot: %s cannot be written\n", argv[1]);
  return 4;
}

}  // namespace
}  // namespace sigla::snapshot

int main(int argc, char** argv) { return sigla::snapshot::run(argc, argv); }
