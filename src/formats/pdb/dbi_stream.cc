// SPDX-License-Identifier: Apache-2.0
#include "formats/pdb/dbi_stream.h"

#include <algorithm>

#include "base/byte_reader.h"

namespace sigla::pdb {
namespace {

constexpr std::uint32_t kVersion70 = 19'990'903;
constexpr std::uint64_t kHeaderSize = 64;
constexpr std::uint64_t kDbiSizeMax = 1U << 30;
constexpr std::size_t kModuleHeaderSize = 64;

Status read_modules(Bytes raw, const Limits& limits, std::vector<Module>& modules) {
  ByteReader reader(raw);
  while (reader.remaining() > kModuleHeaderSize) {
    Module module;
    reader.skip(34);  // a pointer, the first section contribution, flags
    module.stream = reader.u16();
    module.symbols_size = reader.u32();
    module.c11_lines_size = reader.u32();
    module.c13_lines_size = reader.u32();
    reader.skip(16);  // source file count, padding, a pointer, two name offsets
    module.name = reader.cstring(limits.path_size_max);
    module.object_file = reader.cstring(limits.path_size_max);
    SIGLA_TRY(reader.finish("PDB module information"));
    reader.align(4);
    modules.push_back(std::move(module));
  }
  return {};
}

}  // namespace

Result<std::optional<DbiStream>> read_dbi_stream(const Container& container, const Limits& limits) {
  if (container.stream_size(kDbiStream) < kHeaderSize) return std::optional<DbiStream>();
  DbiStream dbi;
  SIGLA_TRY_ASSIGN(dbi.content, container.read(kDbiStream, kDbiSizeMax));
  ByteReader reader(dbi.content.bytes());
  const std::uint32_t signature = reader.u32();
  dbi.version = reader.u32();
  if (signature != UINT32_MAX || dbi.version != kVersion70) return std::optional<DbiStream>();
  dbi.age = reader.u32();
  reader.skip(8);  // global symbols stream, build number, public symbols stream, DLL version
  dbi.symbol_records_stream = reader.u16();
  reader.skip(2);
  const std::uint32_t modules_size = reader.u32();
  const std::uint64_t contributions_size = reader.u32();
  const std::uint64_t section_map_size = reader.u32();
  const std::uint64_t sources_size = reader.u32();
  const std::uint64_t type_servers_size = reader.u32();
  reader.skip(4);  // MFC type server
  const std::uint32_t debug_header_size = reader.u32();
  const std::uint64_t edit_and_continue_size = reader.u32();
  dbi.flags = reader.u16();
  dbi.machine = reader.u16();
  reader.skip(4);
  const Bytes modules = reader.bytes(modules_size);
  SIGLA_TRY(reader.finish("PDB DBI header"));
  dbi.section_contributions = reader.bytes(contributions_size);
  reader.skip(section_map_size + sources_size + type_servers_size + edit_and_continue_size);
  ByteReader debug_header = reader.sub(debug_header_size);
  SIGLA_TRY(reader.finish("PDB DBI substreams"));

  SIGLA_TRY(read_modules(modules, limits, dbi.modules));
  dbi.debug_streams.fill(kNoStream);
  for (std::uint16_t& stream : dbi.debug_streams) {
    if (debug_header.remaining() < 2) break;
    stream = debug_header.u16();
  }
  return std::optional(std::move(dbi));
}

}  // namespace sigla::pdb
