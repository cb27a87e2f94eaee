// SPDX-License-Identifier: Apache-2.0
#include "object/object.h"

#include <utility>

#include "base/text.h"
#include "formats/breakpad/identity.h"
#include "formats/clr/program.h"
#include "formats/elf/identity.h"
#include "formats/macho/identity.h"
#include "formats/macho/symbol_map.h"
#include "formats/minidump/identify.h"
#include "formats/pdb/identity.h"
#include "formats/pe/cli_header.h"
#include "formats/pe/identity.h"
#include "formats/perfmap/header.h"
#include "formats/ppdb/identity.h"
#include "formats/ppdb/pdb_checksum.h"
#include "formats/sourcebundle/identity.h"
#include "formats/wasm/identity.h"
#include "object/core_modules.h"
#include "object/elf_sources.h"

namespace sigla {
namespace {

using Objects = std::vector<Object>;

Objects whole_file(Identity identity, Bytes file) {
  Object object;
  object.identity = std::move(identity);
  object.size = file.size();
  Objects objects;
  objects.push_back(std::move(object));
  return objects;
}

Result<Objects> one(Result<Identity> identity, Bytes file) {
  if (!identity.has_value()) return std::move(identity).error();
  return whole_file(std::move(identity).value(), file);
}

Result<Objects> identify_elf_file(Bytes file, std::string_view name, const Limits& limits) {
  SIGLA_TRY_ASSIGN(Identity identity, elf::identify_elf(file, name, limits));
  identity.has_sources = identity.has_debug_info && has_elf_sources(file, limits);
  return whole_file(std::move(identity), file);
}

Result<Objects> identify_macho_file(Bytes file, std::string_view name, const Limits& limits) {
  SIGLA_TRY_ASSIGN(auto slices, macho::identify_macho(file, name, limits));
  Objects objects;
  for (macho::MachoSlice& slice : slices) {
    Object object;
    object.identity = std::move(slice.identity);
    object.offset = slice.offset;
    object.size = slice.size;
    objects.push_back(std::move(object));
  }
  return objects;
}

Result<Objects> identify_pdb_file(Bytes file, std::string_view name, const Limits& limits) {
  SIGLA_TRY_ASSIGN(auto pdb, pdb::identify_pdb(file, name, limits));
  Objects objects = whole_file(std::move(pdb.identity), file);
  for (pdb::EmbeddedFile& source : pdb.sources.embedded) {
    objects[0].embedded_sources.push_back({std::move(source.path), source.size});
  }
  objects[0].source_link = std::move(pdb.sources.source_link);
  return objects;
}

Result<Objects> identify_ppdb_file(Bytes file, std::string_view name, const Limits& limits) {
  SIGLA_TRY_ASSIGN(auto pdb, ppdb::identify_ppdb(file, name, limits));
  Objects objects = whole_file(std::move(pdb.identity), file);
  for (const ppdb::DocumentInfo& info : pdb.documents) {
    SourceDocument& document = objects[0].documents.emplace_back();
    document.path = info.path;
    document.language = ppdb::language_name(info.language);
    document.hash_algorithm = ppdb::hash_algorithm_name(info.hash_algorithm);
    document.hash = hex_lower(info.hash);
  }
  for (ppdb::EmbeddedFile& source : pdb.sources.embedded) {
    if (source.document <= objects[0].documents.size()) {
      objects[0].documents[source.document - 1].is_embedded = true;
    }
    objects[0].embedded_sources.push_back({std::move(source.path), source.size});
  }
  objects[0].source_link = std::move(pdb.sources.source_link);
  return objects;
}

// What the program says of its PDB, compared with the one it carries.
void add_checksums(const pe::DebugDirectory& debug,
                   std::optional<Bytes> pdb,
                   const Limits& limits,
                   Object& object) {
  for (const pe::PdbChecksum& entry : debug.checksums) {
    PdbChecksum& checksum = object.pdb_checksums.emplace_back();
    checksum.algorithm = entry.algorithm;
    checksum.digest = lower(entry.digest);
    if (!pdb) continue;
    const auto actual = ppdb::pdb_checksum(*pdb, entry.algorithm, limits);
    if (actual.has_value()) checksum.is_right = *actual == checksum.digest;
  }
}

// The id of this build of a managed module. An image whose metadata cannot be read has none.
std::string mvid_of(const pe::Image& image, const Limits& limits) {
  const auto metadata = pe::clr_metadata_of(image);
  if (!metadata.has_value()) return {};
  const auto program = clr::Program::open(metadata.value(), limits);
  if (!program.has_value()) return {};
  const auto mvid = program->mvid();
  return mvid.has_value() ? DebugId::from_windows_guid(mvid.value(), 0).guid_lower()
                          : std::string();
}

// The image, and the Portable PDB it carries. A PDB that cannot be unpacked makes the file
// malformed.
Result<Objects> identify_pe_file(Bytes file, std::string_view name, const Limits& limits) {
  SIGLA_TRY_ASSIGN(const pe::Image image, pe::Image::open(file, limits));
  const pe::DebugDirectory debug = pe::read_debug_directory(image);
  Objects objects = whole_file(pe::identify_image(image, debug, name), file);
  objects[0].identity.mvid = mvid_of(image, limits);
  if (!debug.embedded_pdb) {
    add_checksums(debug, std::nullopt, limits, objects[0]);
    return objects;
  }
  SIGLA_TRY_ASSIGN(const Buffer unpacked, pe::unpack_embedded_pdb(debug, limits));
  add_checksums(debug, unpacked, limits, objects[0]);
  const std::string_view pdb_name = base_name(objects[0].identity.debug_file_name);
  auto embedded = identify_ppdb_file(unpacked, pdb_name, limits);
  if (!embedded.has_value()) return std::move(embedded).error().in("embedded Portable PDB");
  for (Object& object : embedded.value()) {
    object.identity.is_embedded = true;
    objects.push_back(std::move(object));
  }
  return objects;
}

}  // namespace

Result<Objects> identify(Bytes file, std::string_view file_name, const Limits& limits) {
  const std::string_view name = base_name(file_name);
  switch (sniff_format(file)) {
    case Format::kElf:
      return identify_elf_file(file, name, limits);
    case Format::kMacho:
      return identify_macho_file(file, name, limits);
    case Format::kPe:
      return identify_pe_file(file, name, limits);
    case Format::kPdb:
      return identify_pdb_file(file, name, limits);
    case Format::kPortablePdb:
      return identify_ppdb_file(file, name, limits);
    case Format::kBreakpad:
      return one(breakpad::identify_breakpad(file, name, limits), file);
    case Format::kWasm:
      return one(wasm::identify_wasm(file, name, limits), file);
    case Format::kSourceBundle:
      return one(sourcebundle::identify_source_bundle(file, name, limits), file);
    case Format::kMinidump:
      return one(minidump::identify_minidump(file, name, limits), file);
    case Format::kPerfMap:
      return one(perfmap::identify_perfmap(file, name), file);
    case Format::kBcSymbolMap:
      return whole_file(macho::identify_symbol_map(name), file);
    case Format::kUuidMap:
      return one(macho::identify_uuid_map(file, name), file);
    case Format::kElfCore:
      return one(identify_elf_core(file, name, limits), file);
    case Format::kMachoCore:
    case Format::kUnknown:
      break;
  }
  return Error(ErrorCode::kUnsupported, std::string(kNoKnownFormat));
}

Result<Buffer> embedded_pdb(Bytes file, const Limits& limits) {
  if (!pe::is_pe(file)) return make_error(ErrorCode::kNotFound, "no PE, so no embedded PDB");
  SIGLA_TRY_ASSIGN(const pe::Image image, pe::Image::open(file, limits));
  const pe::DebugDirectory debug = pe::read_debug_directory(image);
  if (!debug.embedded_pdb) return make_error(ErrorCode::kNotFound, "PE: no embedded PDB");
  return pe::unpack_embedded_pdb(debug, limits);
}

}  // namespace sigla
