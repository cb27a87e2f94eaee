// SPDX-License-Identifier: Apache-2.0
#include "convert/contents_job.h"

#include <algorithm>
#include <string>
#include <utility>

#include "base/json_writer.h"
#include "convert/dwarf_sections.h"
#include "convert/elf_sections.h"
#include "convert/map_unwrapped.h"
#include "formats/dwarf/debug_info.h"
#include "formats/elf/compression.h"
#include "formats/macho/identity.h"
#include "object/object.h"

namespace sigla {
namespace {

std::string hex(std::uint64_t value) { return fmt::format("{:#x}", value); }

// An array of objects, one a line.
class JsonList {
 public:
  JsonWriter& begin() {
    json_ = JsonWriter();
    json_.begin_object();
    return json_;
  }
  void end() {
    json_.end_object();
    text_ += text_.empty() ? "[" : ",\n";
    text_ += std::move(json_).take();
  }
  std::string take() && { return (text_.empty() ? "[" : std::move(text_)) + "]"; }

 private:
  JsonWriter json_;
  std::string text_;
};

JsonWriter& begin_section(JsonList& list,
                          std::string_view name,
                          std::uint64_t address,
                          std::uint64_t size,
                          std::uint64_t offset) {
  return list.begin()
      .member("name", name)
      .member("address", hex(address))
      .member("size", size)
      .member("offset", offset);
}

Result<std::string> sections_of(const elf::Image& image) {
  JsonList list;
  for (const elf::Section& section : image.sections()) {
    if (section.index == 0) continue;
    JsonWriter& json =
        begin_section(list, section.name, section.sh_addr, section.sh_size, section.sh_offset);
    if (section.sh_type == elf::SHT_NOBITS) json.member("content", false);
    const auto compression = elf::compression_of(image, section);
    if (compression.has_value() && compression->has_value()) {
      json.member("compression", to_string((*compression)->codec))
          .member("unpacked_size", (*compression)->unpacked_size);
    }
    list.end();
  }
  return std::move(list).take();
}

Result<std::string> sections_of(const macho::Image& image) {
  JsonList list;
  for (const macho::Section& section : image.sections()) {
    const std::string name = std::string(section.segname) + "," + std::string(section.sectname);
    JsonWriter& json = begin_section(list, name, section.addr, section.size, section.offset);
    if (!section.has_content) json.member("content", false);
    list.end();
  }
  return std::move(list).take();
}

Result<std::string> sections_of(const pe::Image& image) {
  JsonList list;
  for (const pe::Section& section : image.sections()) {
    const std::uint64_t size = std::max(section.virtual_size, section.raw_size);
    JsonWriter& json =
        begin_section(list, section.name, section.virtual_address, size, section.raw_offset);
    if (section.raw_size == 0) json.member("content", false);
    list.end();
  }
  return std::move(list).take();
}

Result<std::string> sections_of(const wasm::Module& module) {
  JsonList list;
  for (const wasm::Section& section : module.sections()) {
    const std::string name = section.id == wasm::kCustomSection
                                 ? std::string(section.name)
                                 : fmt::format("section {}", section.id);
    begin_section(list, name, section.offset, section.data.size(), section.offset);
    list.end();
  }
  return std::move(list).take();
}

std::string_view to_string(dwarf::UnitType type) {
  switch (type) {
    case dwarf::DW_UT_compile:
      return "compile";
    case dwarf::DW_UT_type:
      return "type";
    case dwarf::DW_UT_partial:
      return "partial";
    case dwarf::DW_UT_skeleton:
      return "skeleton";
    case dwarf::DW_UT_split_compile:
      return "split_compile";
    case dwarf::DW_UT_split_type:
      return "split_type";
  }
  return "unknown";
}

Result<std::string> units_of(const dwarf::Sections& sections, const Limits& limits) {
  Diagnostics diagnostics;
  const auto info = dwarf::DebugInfo::open(sections, limits, diagnostics);
  JsonList list;
  for (const dwarf::Unit& unit : info.units()) {
    JsonWriter& json = list.begin();
    json.member("offset", hex(unit.offset)).member("version", unit.encoding.version);
    json.member("type", to_string(unit.type));
    dwarf::DieValues values;
    if (unit.abbrevs != nullptr && dwarf::read_die({&info, unit.first_die}, unit, values)) {
      const auto text = [&](std::string_view name, dwarf::Slot slot) {
        const auto value = info.string(unit, values[slot]);
        if (value) json.member(name, *value);
      };
      text("producer", dwarf::kProducer);
      if (values.has(dwarf::kLanguage)) json.member("language", values.number(dwarf::kLanguage));
      text("name", dwarf::kName);
      text("comp_dir", dwarf::kCompDir);
      text("dwo_name", dwarf::kDwoName);
      if (unit.dwo_id) json.member("dwo_id", hex(*unit.dwo_id));
    }
    list.end();
  }
  return std::move(list).take();
}

Result<Bytes> choose_image(Bytes file, Arch arch, const Limits& limits) {
  SIGLA_TRY_ASSIGN(const auto slice, macho::choose_slice(file, arch, limits));
  return file.subspan(static_cast<std::size_t>(slice.offset), static_cast<std::size_t>(slice.size));
}

Error unsupported(Format format) {
  return make_error(ErrorCode::kUnsupported, "{} files have no sections", sigla::to_string(format));
}

Result<WorkerMessage> run_contents_job(WorkerMessage request, WorkerContext& context) {
  if (request.files.size() != 2) {
    return make_error(
        ErrorCode::kInvalidArgument, "contents job: {} files instead of 2", request.files.size());
  }
  SIGLA_TRY_ASSIGN(const MappedFile mapped, map_unwrapped(request.files[0], context.limits()));
  const bool is_units = request.payload.starts_with("units");
  const Arch arch =
      parse_arch(std::string_view(request.payload).substr(request.payload.find(' ') + 1));
  SIGLA_TRY_ASSIGN(const std::string text,
                   is_units ? list_units(mapped.bytes(), arch, context.limits())
                            : list_sections(mapped.bytes(), arch, context.limits()));
  SIGLA_TRY(request.files[1].write_all(as_bytes(text)));
  return WorkerMessage();
}

}  // namespace

Result<std::string> list_sections(Bytes file, Arch arch, const Limits& limits) {
  switch (const Format format = sniff_format(file)) {
    case Format::kElf:
    case Format::kElfCore: {
      SIGLA_TRY_ASSIGN(const auto image, elf::Image::open(file, limits));
      return sections_of(image);
    }
    case Format::kMacho: {
      SIGLA_TRY_ASSIGN(const Bytes slice, choose_image(file, arch, limits));
      SIGLA_TRY_ASSIGN(const auto image, macho::Image::open(slice, limits));
      return sections_of(image);
    }
    case Format::kPe: {
      SIGLA_TRY_ASSIGN(const auto image, pe::Image::open(file, limits));
      return sections_of(image);
    }
    case Format::kWasm: {
      SIGLA_TRY_ASSIGN(const auto module, wasm::Module::open(file, limits));
      return sections_of(module);
    }
    default:
      return unsupported(format);
  }
}

Result<std::string> list_units(Bytes file, Arch arch, const Limits& limits) {
  Diagnostics ignored;
  switch (const Format format = sniff_format(file)) {
    case Format::kElf: {
      SIGLA_TRY_ASSIGN(const auto image, elf::Image::open(file, limits));
      const bool is_split = image.section(".debug_info.dwo") != nullptr;
      const auto sections =
          ElfSections::load(image,
                            is_split ? ElfSections::Kind::kSplit : ElfSections::Kind::kWhole,
                            1,
                            limits,
                            ignored);
      return units_of(sections.sections(), limits);
    }
    case Format::kMacho: {
      SIGLA_TRY_ASSIGN(const Bytes slice, choose_image(file, arch, limits));
      SIGLA_TRY_ASSIGN(const auto image, macho::Image::open(slice, limits));
      return units_of(dwarf_sections_of(image, ignored), limits);
    }
    case Format::kPe: {
      SIGLA_TRY_ASSIGN(const auto image, pe::Image::open(file, limits));
      return units_of(dwarf_sections_of(image, ignored), limits);
    }
    case Format::kWasm: {
      SIGLA_TRY_ASSIGN(const auto module, wasm::Module::open(file, limits));
      return units_of(dwarf_sections_of(module), limits);
    }
    default:
      return unsupported(format);
  }
}

WorkerMessage make_contents_request(File input, File output, Contents contents, Arch arch) {
  WorkerMessage request;
  request.payload = contents == Contents::kUnits ? "units " : "sections ";
  request.payload += to_string(arch);
  request.files.push_back(std::move(input));
  request.files.push_back(std::move(output));
  return request;
}

void add_contents_job(WorkerJobs& jobs) { jobs.emplace(kContentsJob, run_contents_job); }

}  // namespace sigla
