// SPDX-License-Identifier: Apache-2.0
#include "formats/pdb/identity.h"

#include <algorithm>

#include "base/text.h"
#include "formats/pdb/dbi_stream.h"

namespace sigla::pdb {
namespace {

constexpr std::uint16_t kManagedMachine = 0xc0ee;

// The DBI stream holds the machine of the linker's command line, one of the PE's.
Arch arch_of(std::uint16_t machine) {
  switch (machine) {
    case 0x14c:
      return Arch::kX86;
    case 0x8664:
      return Arch::kX86_64;
    case 0x1c0:
    case 0x1c2:
    case 0x1c4:
      return Arch::kArm;
    case 0xaa64:
    case 0xa641:
    case 0xa64e:
      return Arch::kArm64;
    case 0x162:
    case 0x166:
    case 0x169:
    case 0x266:
    case 0x366:
    case 0x466:
      return Arch::kMips;
    case 0x1f0:
    case 0x1f1:
      return Arch::kPpc;
    case 0x200:
      return Arch::kIa64;
    case 0x5032:
      return Arch::kRiscv32;
    case 0x5064:
      return Arch::kRiscv64;
    case 0x6264:
      return Arch::kLoongArch64;
    default:
      return Arch::kUnknown;
  }
}

bool has_lines(const Module& module) {
  return module.c11_lines_size != 0 || module.c13_lines_size != 0;
}

}  // namespace

Result<IdentifiedPdb> identify_pdb(Bytes file, std::string_view name, const Limits& limits) {
  SIGLA_TRY_ASSIGN(const Container container, Container::open(file, limits));
  SIGLA_TRY_ASSIGN(const InfoStream info, read_info_stream(container));
  SIGLA_TRY_ASSIGN(const auto dbi, read_dbi_stream(container, limits));

  IdentifiedPdb pdb;
  pdb.sources = read_sources(container, info, limits);
  Identity& identity = pdb.identity;
  identity.format = Format::kPdb;
  identity.kind = ObjectKind::kDebug;
  identity.name = base_name(name);
  identity.is_msfz = container.is_msfz();
  identity.debug_id = info.guid;
  identity.debug_id->age = dbi ? dbi->age : info.age;
  identity.has_sources = pdb.sources.any();
  if (!dbi) return pdb;

  identity.arch = arch_of(dbi->machine);
  identity.is_managed = dbi->machine == kManagedMachine;
  identity.has_symbols = container.stream_size(dbi->symbol_records_stream) != 0 ||
                         std::any_of(dbi->modules.begin(), dbi->modules.end(), [](const Module& m) {
                           return m.symbols_size > 4;  // the signature alone is no symbol
                         });
  identity.has_debug_info = std::any_of(dbi->modules.begin(), dbi->modules.end(), has_lines);
  identity.has_unwind_info = container.stream_size(dbi->debug_streams[kFpo]) != 0 ||
                             container.stream_size(dbi->debug_streams[kNewFpo]) != 0;
  return pdb;
}

}  // namespace sigla::pdb
