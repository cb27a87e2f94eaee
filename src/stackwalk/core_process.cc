// SPDX-License-Identifier: Apache-2.0
#include "stackwalk/core_process.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <set>

#include "base/checked.h"
#include "base/text.h"
#include "formats/elf/core.h"
#include "formats/elf/identity.h"
#include "stackwalk/core_registers.h"

namespace sigla {
namespace {

constexpr std::size_t kStartSize = 4096;  // one page, which every kernel dumps by default
constexpr std::string_view kDeleted = " (deleted)";  // what the kernel adds to a removed file

// Signals whose siginfo_t begins with the address they are about (sigaction(2)).
bool has_address(std::uint32_t signal) {
  constexpr std::uint32_t kSigill = 4;
  constexpr std::uint32_t kSigtrap = 5;
  constexpr std::uint32_t kSigbus = 7;
  constexpr std::uint32_t kSigfpe = 8;
  constexpr std::uint32_t kSigsegv = 11;
  return signal == kSigill || signal == kSigtrap || signal == kSigbus || signal == kSigfpe ||
         signal == kSigsegv;
}

// Signals that end no process, as gcore's: it stops what it takes a picture of.
bool ends_process(std::uint32_t signal) {
  constexpr std::uint32_t kHarmless[] = {0, 17, 18, 19, 20, 21, 22, 23, 28};
  return std::ranges::find(kHarmless, signal) == std::end(kHarmless);
}

std::string_view cpu_name(Arch arch) {
  switch (arch) {
    case Arch::kX86_64:
      return "amd64";  // as of minidumps
    default:
      return to_string(arch);
  }
}

class Reader {
 public:
  Reader(const elf::Core& core, const Limits& limits, Diagnostics& diagnostics)
      : core_(core), limits_(limits), diagnostics_(diagnostics) {
    facts_.arch = elf::arch_of(core.image().header());
  }

  Result<ProcessFacts> read() {
    if (core_.threads().empty()) return malformed("ELF core: no thread (NT_PRSTATUS) in its notes");
    const std::uint64_t size = core_.image().file().size();
    if (size < core_.whole_size()) {
      diagnostics_.report("ELF core is cut off",
                          fmt::format("{} of {} bytes are there; memory and modules may be missing",
                                      size,
                                      core_.whole_size()));
    }
    facts_.memory = ProcessMemory(core_.memory_regions());
    facts_.evidence.dumped = *facts_.memory;
    read_process();
    read_mappings();
    read_modules();
    SIGLA_TRY(read_threads());
    read_crash();
    return std::move(facts_);
  }

 private:
  void read_process() {
    SystemText system;
    system.os = "Linux";
    system.cpu = cpu_name(facts_.arch);
    facts_.system = std::move(system);
    if (!core_.auxiliary().empty()) {
      auto& auxv = facts_.details.auxv.emplace();
      for (const auto& [type, value] : core_.auxiliary()) auxv.push_back({type, value});
    }
    if (!core_.process()) return;
    facts_.process_id = core_.process()->id;
    const std::string command = to_utf8(trim(core_.process()->arguments));
    if (!command.empty()) facts_.annotations.emplace_back("command", command);
  }

  void read_mappings() {
    facts_.evidence.system = CrashSystem::kLinux;
    std::vector<MemoryMapping>& mappings = facts_.evidence.mappings.emplace();
    for (const elf::Segment& segment : core_.image().segments()) {
      if (segment.p_type != elf::PT_LOAD) continue;
      const auto end = checked_add(segment.p_vaddr, segment.p_memsz);
      if (!end) continue;
      MemoryMapping mapping;
      mapping.begin = segment.p_vaddr;
      mapping.end = *end;
      mapping.readable = (segment.p_flags & elf::PF_R) != 0;
      mapping.writable = (segment.p_flags & elf::PF_W) != 0;
      mapping.executable = (segment.p_flags & elf::PF_X) != 0;
      mapping.name = to_utf8(file_at(segment.p_vaddr));
      mappings.push_back(std::move(mapping));
    }
    std::ranges::stable_sort(mappings, {}, &MemoryMapping::begin);
  }

  // The path of what was mapped there; empty when it was no file.
  std::string_view file_at(std::uint64_t address) const {
    const auto found = std::ranges::find_if(core_.mappings(), [&](const elf::CoreMapping& file) {
      return address >= file.start && address < file.end;
    });
    return found == core_.mappings().end() ? std::string_view() : found->path;
  }

  static ProcessModule to_process_module(const elf::CoreModule& module, bool is_little_endian) {
    ProcessModule result;
    result.base = module.base;
    result.size = module.end - module.base;
    std::string path = to_utf8(module.path);
    if (path.ends_with(kDeleted)) path.resize(path.size() - kDeleted.size());
    result.debug_file = base_name(path);
    result.code_file = std::move(path);
    if (module.build_id) {
      result.code_id = CodeId::from_bytes(*module.build_id);
      result.debug_id = DebugId::from_build_id(*module.build_id, is_little_endian);
      result.debug_identifier = result.debug_id->breakpad();
    }
    return result;
  }

  // The program first, which ModuleMap takes for the main module.
  void read_modules() {
    const bool is_little_endian = core_.image().header().order == std::endian::little;
    const auto entry = core_.auxiliary(elf::AT_ENTRY);
    const auto headers = core_.auxiliary(elf::AT_PHDR);
    std::vector<ProcessModule> modules;
    std::size_t unseen_count = 0;
    for (const elf::CoreModule& module : core_.modules(limits_)) {
      if (module.end <= module.base) continue;
      if (modules.size() >= limits_.minidump_module_count_max) {
        diagnostics_.report("ELF core has too many modules",
                            fmt::format("only the first {} count", modules.size()));
        break;
      }
      const auto holds = [&](const std::optional<std::uint64_t>& address) {
        return address && *address >= module.base && *address < module.end;
      };
      const bool is_program = holds(entry) || holds(headers);
      modules.push_back(to_process_module(module, is_little_endian));
      if (!module.build_id) {
        const Bytes memory = core_.memory(module.base);
        modules.back().start = memory.first(std::min(memory.size(), kStartSize));
        modules.back().is_known_by_name = !module.path.empty();
      }
      if (module.e_type == 0) ++unseen_count;
      if (module.base == core_.auxiliary(elf::AT_SYSINFO_EHDR)) {
        modules.back().image = core_.memory(module.base);
      }
      if (is_program) std::swap(modules.front(), modules.back());
    }
    if (unseen_count != 0) {
      diagnostics_.report("ELF core has not the headers of all modules",
                          fmt::format("of {} of {} nothing tells which build it was; they are "
                                      "known by name (coredump_filter has bit 4 for that)",
                                      unseen_count,
                                      modules.size()));
    }
    facts_.modules = ModuleMap::make_overlapping(std::move(modules));
  }

  Status read_threads() {
    std::set<std::uint32_t> ids;
    for (const elf::CoreThread& thread : core_.threads()) {
      if (facts_.threads.size() >= limits_.minidump_thread_count_max) {
        return make_error(ErrorCode::kLimitExceeded,
                          "ELF core: more than {} threads",
                          limits_.minidump_thread_count_max);
      }
      if (!ids.insert(thread.id).second) {
        return malformed("ELF core: thread {} is there twice", thread.id);
      }
      ProcessThread result;
      result.id = thread.id;
      // The kernel tells the name of one thread only.
      if (core_.process() && core_.process()->id == thread.id) {
        result.name = to_utf8(core_.process()->name);
      }
      result.context =
          read_core_registers(facts_.arch, thread.registers, core_.image().header().order);
      if (result.context) {
        const MemoryRegion* stack = facts_.memory->find(result.context->stack_pointer());
        if (stack != nullptr) result.stack = *stack;
      }
      if (result.stack) facts_.evidence.stacks.push_back(*result.stack);
      facts_.threads.push_back(std::move(result));
    }
    return {};
  }

  // The first thread is the one that the signal was for, and the current one of a process that
  // gcore took a picture of.
  void read_crash() {
    facts_.requesting_thread = 0;
    const elf::CoreThread& thread = core_.threads().front();
    const auto& info = thread.signal_info;
    const std::uint32_t signal = info && info->number != 0 ? info->number : thread.signal;
    if (!ends_process(signal)) return;
    const bool is_about = info && info->number == signal;
    const std::uint32_t code = is_about ? static_cast<std::uint32_t>(info->code) : 0;
    ProcessCrash crash;
    crash.thread_id = thread.id;
    crash.reason.text = describe_linux_signal(signal, code);
    // A code above 0 is the kernel's own: else somebody sent the signal, and there is no address.
    if (is_about && info->code > 0 && has_address(signal)) {
      crash.reason.address = info->address;
    } else if (facts_.threads.front().context) {
      crash.reason.address = facts_.threads.front().context->instruction_pointer();
    }
    CrashException& exception = facts_.evidence.exception.emplace();
    exception.code = signal;
    exception.flags = code;
    exception.address = crash.reason.address;
    exception.context = facts_.threads.front().context;
    facts_.crash = std::move(crash);
  }

  const elf::Core& core_;
  const Limits& limits_;
  Diagnostics& diagnostics_;
  ProcessFacts facts_;
};

}  // namespace

Result<ProcessFacts> read_core_process(Bytes file, const Limits& limits, Diagnostics& diagnostics) {
  SIGLA_TRY_ASSIGN(const elf::Core core, elf::Core::open(file, limits));
  return Reader(core, limits, diagnostics).read();
}

}  // namespace sigla
