// SPDX-License-Identifier: Apache-2.0
// Formats by magic number. Each format folder says what its files look like; the order here only
// matters where one magic is shared.
#include "base/byte_reader.h"
#include "codec/decoder.h"
#include "formats/breakpad/identity.h"
#include "formats/elf/image.h"
#include "formats/macho/fat.h"
#include "formats/macho/image.h"
#include "formats/macho/symbol_map.h"
#include "formats/pdb/container.h"
#include "formats/pe/image.h"
#include "formats/perfmap/header.h"
#include "formats/ppdb/metadata.h"
#include "formats/sourcebundle/identity.h"
#include "formats/wasm/module.h"
#include "object/object.h"

namespace sigla {
namespace {

constexpr std::uint16_t kEtCore = 4;
constexpr std::size_t kElfTypeOffset = 16;
constexpr std::size_t kElfOrderOffset = 5;  // EI_DATA
constexpr std::uint8_t kBigEndian = 2;
constexpr std::uint32_t kMhCore = 4;
constexpr std::size_t kMachoTypeOffset = 12;

bool is_elf_core(Bytes elf) {
  ByteReader reader(elf,
                    elf[kElfOrderOffset] == kBigEndian ? std::endian::big : std::endian::little);
  reader.seek(kElfTypeOffset);
  return reader.u16() == kEtCore;
}

bool is_macho_core(Bytes macho) {
  const bool is_big_endian = macho[0] == 0xfe;  // feedface and feedfacf as they are written
  ByteReader reader(macho, is_big_endian ? std::endian::big : std::endian::little);
  reader.seek(kMachoTypeOffset);
  return reader.u32() == kMhCore;
}

bool is_breakpad(Bytes file) { return starts_with(file, "MODULE "); }

bool is_minidump(Bytes file) { return starts_with(file, "MDMP") || starts_with(file, "PMDM"); }

}  // namespace

Wrapping sniff_wrapping(Bytes file) {
  if (starts_with(file, "MSCF")) return Wrapping::kCab;
  const auto codec = sniff_codec(file);
  if (!codec) return Wrapping::kNone;
  switch (*codec) {
    case Codec::kGzip:
      return Wrapping::kGzip;
    case Codec::kZstd:
      return Wrapping::kZstd;
    case Codec::kXz:
      return Wrapping::kXz;
    case Codec::kBzip2:
      return Wrapping::kBzip2;
    case Codec::kLz4:
      return Wrapping::kLz4;
    case Codec::kZlib:
    case Codec::kDeflate:
      break;
  }
  return Wrapping::kNone;
}

Format sniff_format(Bytes file) {
  if (elf::is_elf(file)) return is_elf_core(file) ? Format::kElfCore : Format::kElf;
  if (macho::is_macho(file)) return is_macho_core(file) ? Format::kMachoCore : Format::kMacho;
  if (macho::is_fat(file)) return Format::kMacho;
  if (pe::is_pe(file)) return Format::kPe;
  if (pdb::is_pdb(file)) return Format::kPdb;
  if (ppdb::is_metadata(file)) return Format::kPortablePdb;
  if (is_breakpad(file)) return Format::kBreakpad;
  if (wasm::is_wasm(file)) return Format::kWasm;
  if (sourcebundle::is_source_bundle(file)) return Format::kSourceBundle;
  if (is_minidump(file)) return Format::kMinidump;
  if (perfmap::is_perfmap(file)) return Format::kPerfMap;
  if (macho::is_symbol_map(file)) return Format::kBcSymbolMap;
  if (macho::is_uuid_map(file)) return Format::kUuidMap;
  return Format::kUnknown;
}

}  // namespace sigla
