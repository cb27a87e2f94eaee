// SPDX-License-Identifier: Apache-2.0
#include "formats/elf/core_modules.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "formats/elf/dynamic.h"

namespace sigla::elf {
namespace {

constexpr std::uint64_t kPageSize = 4096;  // the smallest there is

// The header and program headers of an image in memory.
std::optional<Image> image_at(const Core& core, std::uint64_t base, const Limits& limits) {
  const Bytes memory = core.memory(base);
  if (!is_elf(memory)) return std::nullopt;
  auto image = Image::open_without_sections(memory, limits);
  if (!image.has_value()) return std::nullopt;
  return std::move(image).value();
}

// What to add to the image's own addresses. `base` is where offset 0 of the file was mapped.
std::uint64_t bias_of(const Image& image, std::uint64_t base) {
  for (const Segment& segment : image.segments()) {
    if (segment.p_type == PT_LOAD) return base - (segment.p_vaddr - segment.p_offset);
  }
  return base;
}

std::uint64_t end_of(const Image& image, std::uint64_t bias, std::uint64_t base) {
  std::uint64_t end = base;
  for (const Segment& segment : image.segments()) {
    if (segment.p_type != PT_LOAD) continue;
    end = std::max(end, bias + segment.p_vaddr + segment.p_memsz);
  }
  return end;
}

std::optional<Bytes> build_id_at(const Core& core, const Image& image, std::uint64_t bias) {
  for (const Segment& segment : image.segments()) {
    if (segment.p_type != PT_NOTE) continue;
    const Bytes memory = core.memory(bias + segment.p_vaddr);
    if (memory.size() < segment.p_filesz) continue;
    const Bytes table = memory.first(static_cast<std::size_t>(segment.p_filesz));
    NoteReader notes(image.reader(table), segment.p_align);
    for (auto note = notes.next(); note.has_value() && note->has_value(); note = notes.next()) {
      const Note& found = **note;
      if (found.name == "GNU" && found.type == NT_GNU_BUILD_ID && !found.descriptor.empty()) {
        return found.descriptor;
      }
    }
  }
  return std::nullopt;
}

CoreModule module_at(const Core& core, std::uint64_t base, std::string path, const Limits& limits) {
  CoreModule module;
  module.path = std::move(path);
  module.base = base;
  module.end = base;
  if (const auto image = image_at(core, base, limits)) {
    const std::uint64_t bias = bias_of(*image, base);
    module.e_type = image->header().e_type;
    module.end = end_of(*image, bias, base);
    module.build_id = build_id_at(core, *image, bias);
  }
  return module;
}

bool is_executable(const Core& core, const CoreMapping& mapping) {
  return std::ranges::any_of(core.image().segments(), [&](const Segment& segment) {
    return segment.p_type == PT_LOAD && (segment.p_flags & PF_X) != 0 &&
           segment.p_vaddr >= mapping.start && segment.p_vaddr < mapping.end;
  });
}

// Files are mapped piece by piece; the piece that holds the file's start is the module's base. Data
// files (locales, fonts) have no ELF header and no code. Without its header, code alone makes a
// module.
std::vector<CoreModule> modules_of_mappings(const Core& core, const Limits& limits) {
  std::vector<CoreModule> modules;
  std::map<std::string_view, std::uint64_t> first_seen;
  std::set<std::string_view> executable;
  std::map<std::string_view, std::uint64_t> ends;
  for (const CoreMapping& mapping : core.mappings()) {
    ends[mapping.path] = mapping.end;
    if (is_executable(core, mapping)) executable.insert(mapping.path);
  }
  for (const CoreMapping& mapping : core.mappings()) {
    if (mapping.file_offset != 0) continue;
    const Bytes memory = core.memory(mapping.start);
    if (memory.size() < sizeof(Elf64_Ehdr)) {
      if (!executable.contains(mapping.path) || first_seen.contains(mapping.path)) continue;
    } else if (!is_elf(memory)) {
      continue;
    }
    first_seen.emplace(mapping.path, mapping.start);
    CoreModule module = module_at(core, mapping.start, std::string(mapping.path), limits);
    module.end = std::max(module.end, module.e_type == 0 ? ends[mapping.path] : mapping.end);
    modules.push_back(std::move(module));
  }
  return modules;
}

// AT_PHDR leads to the program headers, those to the dynamic section, DT_DEBUG in it to r_debug
// { version, r_map, ... }, and that to the list of link_map { l_addr, l_name, l_ld, l_next, l_prev
// }.
class LinkMapReader {
 public:
  LinkMapReader(const Core& core, const Limits& limits) : core_(core), limits_(limits) {}

  std::vector<CoreModule> read() {
    std::vector<CoreModule> modules;
    const auto headers = core_.auxiliary(AT_PHDR);
    if (!headers) return modules;
    const std::uint64_t program_base = *headers / kPageSize * kPageSize;
    modules.push_back(module_at(core_, program_base, std::string(), limits_));
    std::uint64_t next = first_link_map(program_base);
    // A list that turns back on itself ends at the limit.
    while (next != 0 && modules.size() < limits_.minidump_module_count_max) {
      ByteReader link(core_.memory(next), core_.image().header().order);
      const std::uint64_t base = core_.image().read_word(link);
      const std::uint64_t name = core_.image().read_word(link);
      static_cast<void>(core_.image().read_word(link));
      next = core_.image().read_word(link);
      if (!link.ok()) break;
      // The program's own entry has no name, and often a base of 0.
      std::string path = text_at(name);
      if (!path.empty()) modules.push_back(module_at(core_, base, std::move(path), limits_));
    }
    return modules;
  }

 private:
  std::uint64_t first_link_map(std::uint64_t program_base) {
    const auto program = image_at(core_, program_base, limits_);
    if (!program) return 0;
    const std::uint64_t bias = bias_of(*program, program_base);
    for (const Segment& segment : program->segments()) {
      if (segment.p_type != PT_DYNAMIC) continue;
      ByteReader dynamic(core_.memory(bias + segment.p_vaddr), core_.image().header().order);
      while (!dynamic.at_end()) {
        const std::uint64_t tag = core_.image().read_word(dynamic);
        const std::uint64_t value = core_.image().read_word(dynamic);
        if (tag == DT_NULL || !dynamic.ok()) break;
        if (tag == DT_DEBUG) return word_at(value + core_.image().word_size());
      }
    }
    return 0;
  }

  std::uint64_t word_at(std::uint64_t address) {
    ByteReader reader(core_.memory(address), core_.image().header().order);
    return core_.image().read_word(reader);
  }
  std::string text_at(std::uint64_t address) {
    ByteReader reader(core_.memory(address));
    return std::string(reader.cstring(limits_.path_size_max));
  }

  const Core& core_;
  const Limits& limits_;
};

}  // namespace

std::vector<CoreModule> find_modules(const Core& core, const Limits& limits) {
  std::vector<CoreModule> modules = modules_of_mappings(core, limits);
  if (modules.empty()) modules = LinkMapReader(core, limits).read();
  if (const auto vdso = core.auxiliary(AT_SYSINFO_EHDR)) {
    if (is_elf(core.memory(*vdso))) {
      modules.push_back(module_at(core, *vdso, "linux-vdso.so.1", limits));
    }
  }
  std::ranges::sort(modules, [](const CoreModule& a, const CoreModule& b) {
    return std::tie(a.base, a.path) < std::tie(b.base, b.path);
  });
  return modules;
}

}  // namespace sigla::elf
