// SPDX-License-Identifier: Apache-2.0
#include "convert/elf_sections.h"

#include <algorithm>
#include <atomic>
#include <functional>
#include <memory>
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

}  // namespace

// One section of the file. In a relocatable file several may have one name (type units in section
// groups); they count as one, in the order of the file.
struct ElfSections::Part {
  std::size_t known;  // which of the known ones it is
  const elf::Section* section;
  std::optional<elf::SectionContent> content;
  std::string failure;
};

namespace {

using Part = ElfSections::Part;

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

elf::SectionContent joined(Bytes first, std::span<Part* const> rest) {
  std::size_t size = first.size();
  for (const Part* part : rest) size += part->content->bytes().size();
  auto whole = std::make_unique_for_overwrite<std::uint8_t[]>(size);
  std::uint8_t* end = std::ranges::copy(first, whole.get()).out;
  for (const Part* part : rest) end = std::ranges::copy(part->content->bytes(), end).out;
  return {std::move(whole), size};
}

struct Growing {
  Part* part = nullptr;
  elf::Compression compression;
};

// A .debug_info that is packed, alone under its name, and moved by no relocations.
std::optional<Growing> find_growing(const elf::Image& image,
                                    std::vector<Part>& parts,
                                    std::span<const DwarfSectionName> known) {
  Part* info = nullptr;
  for (Part& part : parts) {
    // Units that may be split are looked through for the names of other files before anything else.
    if (known[part.known].member == &dwarf::Sections::addr) return std::nullopt;
    if (known[part.known].member != &dwarf::Sections::info) continue;
    if (info != nullptr) return std::nullopt;
    info = &part;
  }
  if (info == nullptr || elf::has_relocations(image, *info->section)) return std::nullopt;
  const auto compression = elf::compression_of(image, *info->section);
  if (!compression.has_value() || !compression->has_value()) return std::nullopt;
  return Growing{info, **compression};
}

std::unique_ptr<elf::SectionUnpacker> open_unpacker(const Growing& growing, const Limits& limits) {
  Part& part = *growing.part;
  auto unpacker = elf::SectionUnpacker::open(growing.compression, part.section->name, limits);
  if (unpacker.has_value()) {
    return std::make_unique<elf::SectionUnpacker>(*std::move(unpacker));
  }
  part.failure = unpacker.error().message();
  return nullptr;
}

// The largest first, so that no thread is left alone with it at the end. `growing` is unpacked as
// far as the others take.
void unpack_all(const elf::Image& image,
                std::vector<Part>& parts,
                const Part* growing,
                elf::SectionUnpacker* unpacker,
                std::span<const std::uint64_t> addresses,
                unsigned thread_count,
                const Limits& limits) {
  std::vector<Part*> order;
  order.reserve(parts.size());
  for (Part& part : parts) {
    if (&part != growing) order.push_back(&part);
  }
  std::ranges::stable_sort(
      order, std::ranges::greater(), [](const Part* part) { return part->section->sh_size; });
  std::atomic<std::size_t> left = order.size();
  parallel_for(thread_count, order.size() + 1, [&](unsigned, std::size_t i) {
    if (i == 0) {
      // One thread has nobody to wait for.
      while (unpacker != nullptr && !unpacker->is_done() && thread_count > 1 && left > 0) {
        if (!unpacker->step(elf::SectionUnpacker::kStepSize).has_value()) break;
      }
      return;
    }
    Part& part = *order[i - 1];
    const Status status = unpack(image, addresses, limits, part);
    if (!status.has_value()) part.failure = status.error().message();
    --left;
  });
}

}  // namespace

ElfSections ElfSections::load(const elf::Image& image,
                              Kind kind,
                              unsigned thread_count,
                              const Limits& limits,
                              Diagnostics& diagnostics) {
  return load(image, kind, false, thread_count, limits, diagnostics);
}

ElfSections ElfSections::begin(const elf::Image& image,
                               unsigned thread_count,
                               const Limits& limits,
                               Diagnostics& diagnostics) {
  return load(image, Kind::kWhole, true, thread_count, limits, diagnostics);
}

ElfSections ElfSections::load(const elf::Image& image,
                              Kind kind,
                              bool may_grow,
                              unsigned thread_count,
                              const Limits& limits,
                              Diagnostics& diagnostics) {
  const std::span<const DwarfSectionName> known =
      kind == Kind::kSplit ? std::span<const DwarfSectionName>(kSplitDwarfSections)
                           : kDwarfSections;
  std::vector<Part> parts = find_parts(image, known);
  ElfSections loaded;
  loaded.sections_.order = image.header().order;
  const auto growing = may_grow ? find_growing(image, parts, known) : std::nullopt;
  if (growing) loaded.info_unpacker_ = open_unpacker(*growing, limits);
  unpack_all(image,
             parts,
             growing ? growing->part : nullptr,
             loaded.info_unpacker_.get(),
             target_addresses(image, parts, known.size()),
             thread_count,
             limits);
  if (loaded.info_unpacker_) loaded.sections_.info = loaded.info_unpacker_->bytes();
  loaded.keep(parts, known, diagnostics);
  return loaded;
}

// Parts of one name become one.
void ElfSections::keep(std::vector<Part>& parts,
                       std::span<const DwarfSectionName> known,
                       Diagnostics& diagnostics) {
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
    if (by_name[i].size() > 1) whole = joined(whole.bytes(), std::span(by_name[i]).subspan(1));
    sections_.*known[i].member = whole.bytes();
    contents_.push_back(std::move(whole));
  }
}

}  // namespace sigla
