// SPDX-License-Identifier: Apache-2.0
#include "formats/wasm/module.h"

#include <algorithm>

#include "base/byte_reader.h"

namespace sigla::wasm {
namespace {

// { size uleb, text }
std::string_view read_name(ByteReader& reader, std::size_t size_max) {
  const std::uint64_t size = reader.uleb128();
  if (size > size_max) reader.fail();
  return as_text(reader.bytes(reader.ok() ? size : 0));
}

Result<Section> read_section(ByteReader& reader, const Limits& limits) {
  Section section;
  section.id = reader.u8();
  const std::uint64_t size = reader.uleb128();
  section.offset = reader.position();
  section.data = reader.bytes(size);
  SIGLA_TRY(reader.finish("WebAssembly section"));
  if (section.id != kCustomSection) return section;
  ByteReader payload(section.data);
  section.name = read_name(payload, limits.symbol_name_size_max);
  SIGLA_TRY(payload.finish("WebAssembly custom section name"));
  section.offset += payload.position();
  section.data = payload.rest();
  return section;
}

}  // namespace

bool is_wasm(Bytes file) { return starts_with(file, kMagic); }

Result<Module> Module::open(Bytes file, const Limits& limits) {
  if (!is_wasm(file)) return malformed("WebAssembly header: wrong magic at offset 0");
  ByteReader reader(file);
  reader.skip(kMagic.size());
  const std::uint32_t version = reader.u32();
  SIGLA_TRY(reader.finish("WebAssembly header"));
  if (version != kModuleVersion) {
    return make_error(ErrorCode::kUnsupported,
                      "WebAssembly header: version {:#x} at offset 4 is no module",
                      version);
  }
  Module module;
  while (!reader.at_end()) {
    if (module.sections_.size() >= limits.section_count_max) {
      return make_error(ErrorCode::kLimitExceeded,
                        "WebAssembly module: more than {} sections",
                        limits.section_count_max);
    }
    SIGLA_TRY_ASSIGN(const Section section, read_section(reader, limits));
    module.sections_.push_back(section);
  }
  return module;
}

const Section* Module::section(std::uint8_t id) const {
  const auto found = std::ranges::find(sections_, id, &Section::id);
  return found == sections_.end() ? nullptr : &*found;
}

const Section* Module::custom_section(std::string_view name) const {
  const auto found = std::ranges::find_if(sections_, [&](const Section& section) {
    return section.id == kCustomSection && section.name == name;
  });
  return found == sections_.end() ? nullptr : &*found;
}

std::optional<Bytes> build_id(const Module& module) {
  constexpr std::size_t kBareSize = 16;
  const Section* section = module.custom_section("build_id");
  if (section == nullptr || section->data.empty()) return std::nullopt;
  if (section->data.size() == kBareSize) return section->data;
  ByteReader reader(section->data);
  const std::uint64_t size = reader.uleb128();
  if (reader.ok() && size != 0 && size == reader.remaining()) return reader.rest();
  return section->data;
}

Names read_names(const Module& module, const Limits& limits) {
  Names names;
  const Section* section = module.custom_section("name");
  if (section == nullptr) return names;
  ByteReader reader(section->data);
  while (!reader.at_end()) {
    const std::uint8_t id = reader.u8();
    ByteReader part(reader.bytes(reader.uleb128()));
    if (!reader.ok()) break;
    if (id == kModuleName) names.module_name = read_name(part, limits.path_size_max);
    if (id == kFunctionNames) {
      const std::uint64_t count = part.uleb128();
      // Each name takes at least its index and its size.
      names.function_count = static_cast<std::uint32_t>(
          std::min({count, part.remaining() / std::uint64_t{2}, std::uint64_t{UINT32_MAX}}));
    }
  }
  return names;
}

std::string_view external_debug_info(const Module& module, const Limits& limits) {
  const Section* section = module.custom_section("external_debug_info");
  if (section == nullptr) return {};
  ByteReader reader(section->data);
  return read_name(reader, limits.path_size_max);
}

}  // namespace sigla::wasm
