// SPDX-License-Identifier: Apache-2.0
#include "ident/ssqp_key.h"

#include <fmt/format.h>

#include "base/text.h"

namespace sigla {

std::string ssqp_key(std::string_view path, std::string_view id) {
  const std::string name = lower(base_name(path));
  return fmt::format("{}/{}/{}", name, id, name);
}

std::string pe_id(std::uint32_t time_date_stamp, std::uint32_t size_of_image) {
  return fmt::format("{:08X}{:x}", time_date_stamp, size_of_image);
}

std::string pe_key(std::string_view path,
                   std::uint32_t time_date_stamp,
                   std::uint32_t size_of_image) {
  return ssqp_key(path, pe_id(time_date_stamp, size_of_image));
}

std::string pdb_key(std::string_view path, const DebugId& id) {
  return ssqp_key(path, fmt::format("{}{:x}", id.guid_lower(), id.age));
}

std::string portable_pdb_key(std::string_view path, const DebugId& id) {
  return ssqp_key(path, id.guid_lower() + "FFFFFFFF");
}

std::string msfz_key(std::string_view path, const DebugId& id) {
  const std::string name = lower(base_name(path));
  return fmt::format("{}/{}{:x}/msfz0/{}", name, id.guid_lower(), id.age, name);
}

std::optional<std::string> padded_build_id(const CodeId& build_id) {
  std::string digits = build_id.text();
  if (digits.size() < 16 || digits.size() > 40) return std::nullopt;
  digits.resize(40, '0');
  return digits;
}

std::string elf_key(std::string_view path, std::string_view id) {
  return ssqp_key(path, fmt::format("elf-buildid-{}", id));
}

std::string elf_symbol_key(std::string_view id) {
  return fmt::format("_.debug/elf-buildid-sym-{}/_.debug", id);
}

std::string macho_key(std::string_view path, std::string_view uuid) {
  return ssqp_key(path, fmt::format("mach-uuid-{}", uuid));
}

std::string macho_symbol_key(std::string_view uuid) {
  return fmt::format("_.dwarf/mach-uuid-sym-{}/_.dwarf", uuid);
}

std::string wasm_key(std::string_view path, const CodeId& build_id) {
  return ssqp_key(path, build_id.text());
}

std::string perfmap_key(std::string_view path, std::string_view signature, std::uint32_t version) {
  return ssqp_key(path, fmt::format("r2rmap-v{}-{}", version, signature));
}

std::string source_sha1_key(std::string_view path, std::string_view sha1) {
  return ssqp_key(path, fmt::format("sha1-{}", lower(sha1)));
}

std::string source_md5_key(std::string_view path, std::string_view md5) {
  return ssqp_key(path, fmt::format("md5-{}", lower(md5)));
}

std::string source_sha256_key(std::string_view path, std::string_view sha256) {
  return ssqp_key(path, fmt::format("sha256-{}", lower(sha256)));
}

}  // namespace sigla
