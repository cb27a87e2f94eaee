// SPDX-License-Identifier: Apache-2.0
#include "convert/elf_companions.h"

#include <set>
#include <string_view>
#include <utility>

#include "codec/hash.h"
#include "formats/dwarf/debug_info.h"
#include "formats/elf/debug_link.h"
#include "formats/elf/notes.h"

namespace sigla {
namespace {

using enum ElfSections::Kind;

Buffer to_buffer(std::optional<Bytes> bytes) {
  return bytes ? Buffer(bytes->begin(), bytes->end()) : Buffer();
}

template <typename LoadSections>
std::optional<ElfCompanion> load(std::optional<Companion> found,
                                 const Conversion& conversion,
                                 LoadSections load_sections) {
  if (!found) return std::nullopt;
  auto image = elf::Image::open(found->file.bytes(), conversion.limits);
  if (!image.has_value()) return std::nullopt;
  ElfSections sections = load_sections(*image);
  return ElfCompanion{*std::move(found), *std::move(image), std::move(sections)};
}

std::optional<ElfCompanion> load(std::optional<Companion> found,
                                 ElfSections::Kind kind,
                                 Conversion& conversion) {
  return load(std::move(found), conversion, [&](const elf::Image& image) {
    return ElfSections::load(
        image, kind, conversion.thread_count, conversion.limits, conversion.diagnostics);
  });
}

// One request for each .dwo that the skeleton units name.
std::vector<CompanionRequest> split_requests(const dwarf::Sections& sections,
                                             Conversion& conversion) {
  std::vector<CompanionRequest> requests;
  // Split units take their addresses from there; without it there are none.
  if (sections.addr.empty()) return requests;
  Diagnostics ignored;  // who reads the units for good reports what is wrong with them
  const auto info = dwarf::DebugInfo::open(sections, conversion.limits, ignored);
  std::set<std::pair<std::string_view, std::string_view>> seen;
  for (const dwarf::Unit& unit : info.units()) {
    if (unit.abbrevs == nullptr || !unit.has_dwo_name) continue;
    dwarf::DieValues values;
    if (!dwarf::read_die({&info, unit.first_die}, unit, values)) continue;
    const auto name = info.string(unit, values[dwarf::kDwoName]);
    const std::string_view directory = info.string(unit, unit.comp_dir).value_or("");
    if (!name || name->empty() || !seen.emplace(directory, *name).second) continue;
    CompanionRequest request;
    request.kind = CompanionKind::kSplitUnit;
    request.dwo_id = unit.dwo_id.value_or(0);
    request.name = *name;
    request.directory = directory;
    requests.push_back(std::move(request));
  }
  return requests;
}

bool has_section(Bytes file, std::string_view name) {
  const auto image = elf::Image::open(file, Limits());
  return image.has_value() && image->section(name) != nullptr;
}

// Which unit is which is told by their ids, when they are read.
bool has_split_dwarf(Bytes file) { return has_section(file, ".debug_info.dwo"); }

std::optional<ElfCompanion> find_package(Conversion& conversion) {
  CompanionRequest request;
  request.kind = CompanionKind::kSplitPackage;
  request.name = std::string(conversion.file_name) + ".dwp";
  const auto fits = [](Bytes file) { return has_section(file, ".debug_cu_index"); };
  return load(conversion.companion(request, fits), kSplit, conversion);
}

}  // namespace

std::optional<ElfCompanion> find_debug_file(const elf::Image& image, Conversion& conversion) {
  CompanionRequest request;
  request.kind = CompanionKind::kDebugFile;
  request.build_id = to_buffer(elf::build_id(image));
  const auto link = elf::debug_link(image, conversion.limits);
  if (link) request.name = link->name;
  if (request.build_id.empty() && request.name.empty()) return std::nullopt;
  const auto fits = [&](Bytes file) {
    const auto other = elf::Image::open(file, conversion.limits);
    if (!other.has_value() || other->header().e_machine != image.header().e_machine) return false;
    const Buffer id = to_buffer(elf::build_id(*other));
    if (!request.build_id.empty() && !id.empty()) return id == request.build_id;
    return link && crc32(file) == link->crc;
  };
  return load(conversion.companion(request, fits), conversion, [&](const elf::Image& debug_file) {
    return ElfSections::begin(
        debug_file, conversion.thread_count, conversion.limits, conversion.diagnostics);
  });
}

std::optional<ElfCompanion> find_supplementary(const elf::Image& image, Conversion& conversion) {
  CompanionRequest request;
  request.kind = CompanionKind::kSupplementary;
  if (auto link = elf::debug_alt_link(image, conversion.limits)) {
    request.name = std::move(link->name);
    request.build_id = std::move(link->build_id);
  } else if (auto sup = elf::debug_sup(image, conversion.limits); sup && !sup->is_supplementary) {
    request.name = std::move(sup->name);
    request.build_id = std::move(sup->checksum);
  } else {
    return std::nullopt;
  }
  const auto fits = [&](Bytes file) {
    const auto other = elf::Image::open(file, conversion.limits);
    if (!other.has_value()) return false;
    const auto sup = elf::debug_sup(*other, conversion.limits);
    return to_buffer(elf::build_id(*other)) == request.build_id ||
           (sup && sup->is_supplementary && sup->checksum == request.build_id);
  };
  auto found = load(conversion.companion(request, fits), kWhole, conversion);
  if (!found) conversion.diagnostics.report("companion not found", request.name);
  return found;
}

std::vector<ElfCompanion> find_split(const dwarf::Sections& sections, Conversion& conversion) {
  std::vector<ElfCompanion> files;
  const std::vector<CompanionRequest> requests = split_requests(sections, conversion);
  if (requests.empty()) return files;
  if (auto package = find_package(conversion)) {
    files.push_back(*std::move(package));
    return files;
  }
  for (const CompanionRequest& request : requests) {
    auto file = load(conversion.companion(request, has_split_dwarf), kSplit, conversion);
    if (file) {
      files.push_back(*std::move(file));
    } else {
      conversion.diagnostics.report("companion not found", request.name);
    }
  }
  return files;
}

}  // namespace sigla
