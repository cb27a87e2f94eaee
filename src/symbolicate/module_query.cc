// SPDX-License-Identifier: Apache-2.0
#include "symbolicate/module_query.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"

namespace sigla {
namespace {

constexpr std::size_t kUuidDigits = 32;

}  // namespace

bool is_named_as(std::string_view file_name, const ModuleQuery& query) {
  constexpr std::string_view kAdded[] = {
      "", ".debug", ".dbg", ".sym", ".pdb", ".ko", ".ko.debug", ".exe", ".dll", ".sys"};
  // The kernel has '_' where the file of a module may have '-'.
  const auto plain = [](std::string_view text) {
    std::string name = lower(text);
    std::ranges::replace(name, '-', '_');
    return name;
  };
  const std::string name = plain(base_name(file_name));
  const std::string wanted = plain(base_name(query.code_file));
  if (wanted.empty() || !name.starts_with(wanted.substr(0, wanted.rfind('.')))) return false;
  const auto is_one = [&](std::string_view stem) {
    return std::ranges::any_of(kAdded, [&](std::string_view added) {
      return name.size() == stem.size() + added.size() && name.starts_with(stem) &&
             name.ends_with(added);
    });
  };
  if (is_one(wanted)) return true;
  const bool is_pe = wanted.ends_with(".exe") || wanted.ends_with(".dll");
  if (is_pe && is_one(std::string_view(wanted).substr(0, wanted.size() - 4))) return true;
  return wanted == "vmlinux" && name.starts_with("vmlinux_");  // vmlinux-6.1.0-13-amd64
}

bool is_of_module(const Identity& identity, const ModuleQuery& query) {
  if (query.is_by_name) {
    return is_named_as(identity.name, query) || is_named_as(identity.debug_file_name, query);
  }
  if (!identity.code_id.empty() && identity.code_id == query.code_id) return true;
  if (!identity.debug_id || !query.debug_id || query.debug_id->is_null()) return false;
  if (identity.format == Format::kPortablePdb)
    return identity.debug_id->guid == query.debug_id->guid;
  return *identity.debug_id == *query.debug_id;
}

bool begins_as(Bytes file_start, const ModuleQuery& query) {
  constexpr std::size_t kClass = 4;  // of e_ident: 2 for 64 bits
  const Bytes wanted = as_bytes(query.image_start);
  if (wanted.empty()) return true;
  if (file_start.size() < wanted.size() || wanted.size() <= kClass) return false;
  // e_shoff, then e_shentsize, e_shnum and e_shstrndx, up to the end of the header.
  const bool is_64 = wanted[kClass] == 2;
  const auto is_of_sections = [&](std::size_t at) {
    return is_64 ? (at >= 40 && at < 48) || (at >= 58 && at < 64)
                 : (at >= 32 && at < 36) || (at >= 46 && at < 52);
  };
  for (std::size_t at = 0; at < wanted.size(); ++at) {
    if (file_start[at] != wanted[at] && !is_of_sections(at)) return false;
  }
  return true;
}

int preference(const Identity& identity) {
  if (identity.format == Format::kBreakpad) return 0;
  if (identity.has_debug_info) return 1;
  return identity.has_symbols ? 2 : 3;
}

std::string module_name(const ModuleQuery& query) {
  const std::string_view name =
      base_name(query.debug_file.empty() ? query.code_file : query.debug_file);
  return name.empty() ? "module" : std::string(name);
}

std::string describe(const ModuleQuery& query) {
  const std::string& id =
      query.debug_identifier.empty() ? query.code_id.text() : query.debug_identifier;
  const std::string_view no_id = query.is_by_name ? "(by name, no id is known)" : "without an id";
  return fmt::format("{} {}", module_name(query), id.empty() ? no_id : id);
}

ModuleType module_type(const ModuleQuery& query) {
  if (query.type) return *query.type;
  const std::string os = lower(query.os);
  if (os.starts_with("windows")) return ModuleType::kPe;
  if (os.starts_with("mac") || os.starts_with("ios")) return ModuleType::kMacho;
  if (!os.empty()) return ModuleType::kElf;
  if (ends_with_ignoring_case(query.debug_file, ".pdb")) return ModuleType::kPe;
  if (query.code_id.text().size() == kUuidDigits) return ModuleType::kMacho;
  return ModuleType::kElf;
}

std::vector<WantedFile> native_files(const ModuleQuery& query) {
  const auto wanted = [&](WantedType type) {
    return WantedFile{.type = type,
                      .module = module_type(query),
                      .code_id = query.code_id,
                      .debug_id = query.debug_id,
                      .code_file = query.code_file,
                      .debug_file = query.debug_file};
  };
  switch (module_type(query)) {
    case ModuleType::kPe:
      return {wanted(WantedType::kPdb), wanted(WantedType::kPortablePdb), wanted(WantedType::kPe)};
    case ModuleType::kPortable:
      return {wanted(WantedType::kPortablePdb), wanted(WantedType::kPdb), wanted(WantedType::kPe)};
    case ModuleType::kMacho:
      return {wanted(WantedType::kMachoDebug), wanted(WantedType::kMachoCode)};
    case ModuleType::kWasm:
      return {wanted(WantedType::kWasmDebug), wanted(WantedType::kWasmCode)};
    case ModuleType::kElf:
      break;
  }
  return {wanted(WantedType::kElfDebug), wanted(WantedType::kElfCode)};
}

}  // namespace sigla
