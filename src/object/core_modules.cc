// SPDX-License-Identifier: Apache-2.0
#include "object/core_modules.h"

#include <algorithm>
#include <set>

#include "base/text.h"
#include "formats/elf/core.h"
#include "formats/pe/identity.h"

namespace sigla {
namespace {

constexpr std::size_t kImageSizeMax = 64U << 20;
constexpr std::size_t kImageCountMax = 4'096;
constexpr std::size_t kPageSize = 4'096;

// What was dumped of [start, start + size), zeros where nothing was.
Buffer read_memory(const elf::Core& core, std::uint64_t start, std::size_t size) {
  Buffer memory(size, 0);
  for (std::size_t done = 0; done < size;) {
    const Bytes piece = core.memory(start + done);
    const std::size_t count = std::min(piece.size(), size - done);
    std::copy_n(piece.begin(), count, memory.begin() + static_cast<std::ptrdiff_t>(done));
    done += count != 0 ? count : kPageSize;
  }
  return memory;
}

std::optional<Identity> identify_mapped_pe(const elf::Core& core,
                                           const elf::CoreMapping& mapping,
                                           const Limits& limits) {
  const Bytes header = core.memory(mapping.start);
  if (!pe::is_pe(header)) return std::nullopt;
  const auto first_look = pe::Image::open(header, limits, pe::Placement::kMemory);
  if (!first_look.has_value()) return std::nullopt;
  const std::size_t mapped_size =
      static_cast<std::size_t>(std::min<std::uint64_t>(mapping.end - mapping.start, kImageSizeMax));
  const std::size_t size = std::max<std::size_t>(
      mapped_size, std::min<std::size_t>(first_look.value().header().size_of_image, kImageSizeMax));
  const Buffer memory = read_memory(core, mapping.start, size);
  // The runtime lays an image out by its sections, or maps the file as it is: the one that leads to
  // a debug directory was it.
  std::optional<Identity> identity;
  for (const pe::Placement placement : {pe::Placement::kMemory, pe::Placement::kFile}) {
    const auto image = pe::Image::open(memory, limits, placement);
    if (!image.has_value()) continue;
    const pe::DebugDirectory debug = pe::read_debug_directory(image.value());
    if (!identity || !debug.code_views.empty()) {
      identity = pe::identify_image(image.value(), debug, to_utf8(base_name(mapping.path)));
    }
    if (!debug.code_views.empty()) break;
  }
  return identity;
}

}  // namespace

Result<Identity> identify_elf_core(Bytes file, std::string_view name, const Limits& limits) {
  SIGLA_TRY_ASSIGN(Identity identity, elf::identify_core(file, name, limits));
  SIGLA_TRY_ASSIGN(const elf::Core core, elf::Core::open(file, limits));
  std::vector<Identity>& modules = identity.loaded_modules;
  std::set<std::string_view> seen;
  for (const elf::CoreMapping& mapping : core.mappings()) {
    if (seen.size() >= kImageCountMax) break;
    if (mapping.file_offset != 0 || seen.count(mapping.path) != 0) continue;
    auto found = identify_mapped_pe(core, mapping, limits);
    if (!found) continue;
    seen.insert(mapping.path);
    const auto same = std::find_if(modules.begin(), modules.end(), [&](const Identity& module) {
      return module.format == Format::kUnknown && module.name == found->name;
    });
    if (same != modules.end()) {
      *same = std::move(*found);
    } else {
      modules.push_back(std::move(*found));
    }
  }
  return identity;
}

}  // namespace sigla
