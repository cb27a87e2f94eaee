// SPDX-License-Identifier: Apache-2.0
#include "minidump_writer/process_memory.h"

#include <elf.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>

#include "base/text.h"

namespace sigla::snapshot {

std::string read_proc(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

ProcessMemory::ProcessMemory(pid_t process)
    : fd_(open(fmt::format("/proc/{}/mem", process).c_str(), O_RDONLY | O_CLOEXEC)),
      process_(process),
      maps_text_(read_proc(fmt::format("/proc/{}/maps", process))) {
  std::istringstream lines(maps_text_);
  std::string line;
  while (std::getline(lines, line)) {
    std::istringstream words(line);
    std::string range;
    std::string access;
    std::string offset;
    std::string device;
    std::string inode;
    words >> range >> access >> offset >> device >> inode;
    std::string path;
    std::getline(words >> std::ws, path);
    const auto dash = range.find('-');
    const auto begin = parse_hex(range.substr(0, dash));
    const auto end = parse_hex(range.substr(dash + 1));
    if (begin && end) mappings_.push_back({*begin, *end, parse_hex(offset).value_or(0), path});
  }
}

ProcessMemory::~ProcessMemory() {
  if (fd_ >= 0) close(fd_);
}

Buffer ProcessMemory::read(std::uint64_t address, std::size_t size) const {
  Buffer bytes(size);
  const ssize_t got = pread(fd_, bytes.data(), size, static_cast<off_t>(address));
  bytes.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
  return bytes;
}

Buffer ProcessMemory::build_id_at(std::uint64_t base) const {
  const Buffer raw = read(base, sizeof(Elf64_Ehdr));
  if (raw.size() != sizeof(Elf64_Ehdr) || !starts_with(raw, ELFMAG)) return {};
  const auto header = load<Elf64_Ehdr>(raw);
  for (std::uint16_t i = 0; i < header.e_phnum; ++i) {
    const Buffer entry = read(base + header.e_phoff + i * sizeof(Elf64_Phdr), sizeof(Elf64_Phdr));
    if (entry.size() != sizeof(Elf64_Phdr)) return {};
    const auto program = load<Elf64_Phdr>(entry);
    if (program.p_type != PT_NOTE) continue;
    const std::uint64_t load_base = header.e_type == ET_EXEC ? 0 : base;
    const Buffer notes = read(load_base + program.p_vaddr, program.p_memsz);
    for (std::size_t at = 0; at + sizeof(Elf64_Nhdr) <= notes.size();) {
      const auto note = load<Elf64_Nhdr>(Bytes(notes).subspan(at));
      const std::size_t name = at + sizeof(Elf64_Nhdr);
      const std::size_t description = name + (note.n_namesz + 3U) / 4U * 4U;
      if (description + note.n_descsz > notes.size()) break;
      if (note.n_type == NT_GNU_BUILD_ID) {
        const Bytes id = Bytes(notes).subspan(description, note.n_descsz);
        return {id.begin(), id.end()};
      }
      at = description + (note.n_descsz + 3U) / 4U * 4U;
    }
  }
  return {};
}

std::vector<LoadedModule> ProcessMemory::modules() const {
  std::vector<LoadedModule> modules;
  for (const Mapping& mapping : mappings_) {
    if (mapping.path.empty() || (mapping.path[0] != '/' && mapping.path != "[vdso]")) continue;
    const bool continues = !modules.empty() && modules.back().path == mapping.path;
    if (continues) {
      modules.back().size = mapping.end - modules.back().base;
    } else if (mapping.offset == 0 && starts_with(read(mapping.begin, 4), ELFMAG)) {
      modules.push_back({mapping.begin, mapping.end - mapping.begin, mapping.path, {}});
    }
  }
  for (LoadedModule& module : modules) {
    module.build_id = build_id_at(module.base);
    if (module.path == "[vdso]") module.path = "linux-gate.so";  // what Breakpad calls it
  }
  std::error_code error;
  const auto program = std::filesystem::read_symlink(fmt::format("/proc/{}/exe", process_), error);
  std::stable_partition(modules.begin(), modules.end(), [&](const LoadedModule& module) {
    return module.path == program.string();
  });
  return modules;
}

}  // namespace sigla::snapshot
