// SPDX-License-Identifier: Apache-2.0
#include "convert/elf_sections.h"

#include <algorithm>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <utility>

#include "base/parallel.h"
#include "base/text.h"
#include "convert/dwarf_sections.h"
#include "formats/elf/layout.h"
#include "formats/elf/relocations.h"

namespace sigla {
namespace {

// ".debug_info" or, compressed the GNU way, ".zdebug_info".
std::optional<std::size_t> find_known(std::string_view name,
                                      std::span<const DwarfSectionName> known) {
  if (name.starts_with(".z")) {
    name.remove_prefix(2);
  } else if (name.starts_with('.')) {
    name.remove_prefix(1);
  }
  const auto found = std::ranges::find(known, name, &DwarfSectionName::name);
  if (found == known.end()) return std::nullopt;
  return static_cast<std::size_t>(found - known.begin());
}

// One section of the file. In a relocatable file several may have one name (type units in section
// groups); they count as one, in the order of the file.
struct Part {
  std::size_t known;  // which of the known ones it is
  const elf::Section* section;
  std::optional<elf::SectionContent> content;
  std::string failure;
};

std::vector<Part> find_parts(const elf::Image& image, std::span<const DwarfSectionName> known) {
  std::vector<Part> parts;
  for (const elf::Section& section : image.sections()) {
    if (!section.has_content()) continue;
    if (const auto index = find_known(section.name, known)) {
      parts.push_back({*index, &section, std::nullopt, {}});
    }
  }
  return parts;
}

// Where everything lies that relocations speak of; a part of a debug section at its offset in the
// whole.
std::vector<std::uint64_t> target_addresses(const elf::Image& image,
                                            const std::vector<Part>& parts,
                                            std::size_t known_count) {
  std::vector<std::uint64_t> addresses = elf::section_addresses(image);
  std::vector<std::uint64_t> ends(known_count);
  for (const Part& part : parts) {
    addresses[part.section->index] = ends[part.known];
    const auto compression = elf::compression_of(image, *part.section);
    const bool is_packed = compression.has_value() && compression->has_value();
    ends[part.known] += is_packed ? (*compression)->unpacked_size : part.section->sh_size;
  }
  return addresses;
}

Status unpack(const elf::Image& image,
              std::span<const std::uint64_t> addresses,
              const Limits& limits,
              Part& part) {
  SIGLA_TRY_ASSIGN(part.content, elf::unpacked_section(image, *part.section, limits));
  if (!elf::has_relocations(image, *part.section)) return {};
  SIGLA_TRY_ASSIGN(const std::uint64_t skipped_count,
                   elf::apply_relocations(
                       image, *part.section, addresses, part.content->mutable_bytes(), limits));
  if (skipped_count != 0) part.failure = fmt::format("{} relocations left out", skipped_count);
  return {};
}

// The largest first, so that no thread is left alone with it at the end.
void unpack_all(const elf::Image& image,
                std::vector<Part>& parts,
                std::span<const std::uint64_t> addresses,
                unsigned thread_count,
                const Limits& limits) {
  std::vector<Part*> order;
  order.reserve(parts.size());
  for (Part& part : parts) order.push_back(&part);
  std::ranges::stable_sort(
      order, std::ranges::greater(), [](const Part* part) { return part->section->sh_size; });
  parallel_for(thread_count, order.size(), [&](unsigned, std::size_t i) {
    const Status status = unpack(image, addresses, limits, *order[i]);
    if (!status.has_value()) order[i]->failure = status.error().message();
  });
}

}  // namespace

ElfSections ElfSections::load(const elf::Image& image,
                              Kind kind,
                              unsigned thread_count,
                              const Limits& limits,
                              Diagnostics& diagnostics) {
  const std::span<const DwarfSectionName> known =
      kind == Kind::kSplit ? std::span<const DwarfSectionName>(kSplitDwarfSections)
                           : kDwarfSections;
  std::vector<Part> parts = find_parts(image, known);
  const auto addresses = target_addresses(image, parts, known.size());
  unpack_all(image, parts, addresses, thread_count, limits);

  ElfSections loaded;
  loaded.sections_.order = image.header().order;
  std::vector<std::vector<Part*>> by_name(known.size());
  for (Part& part : parts) {
    if (!part.failure.empty()) {
      diagnostics.report("debug section",
                         fmt::format("{}: {}", to_utf8(part.section->name), part.failure));
    }
    if (part.content) by_name[part.known].push_back(&part);
  }
  for (std::size_t i = 0; i < known.size(); ++i) {
    if (by_name[i].empty()) continue;
    elf::SectionContent whole = *std::move(by_name[i].front()->content);
    if (by_name[i].size() > 1) {
      Buffer joined(whole.bytes().begin(), whole.bytes().end());
      for (std::size_t j = 1; j < by_name[i].size(); ++j) {
        const Bytes next = by_name[i][j]->content->bytes();
        joined.insert(joined.end(), next.begin(), next.end());
      }
      whole = elf::SectionContent(std::move(joined));
    }
    loaded.sections_.*known[i].member = whole.bytes();
    loaded.contents_.push_back(std::move(whole));
  }
  return loaded;
}

}  // namespace sigla
