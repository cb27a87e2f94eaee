// SPDX-License-Identifier: Apache-2.0
#include "formats/pe/identity.h"

#include <array>

#include "base/byte_reader.h"
#include "base/text.h"
#include "formats/pe/version_resource.h"

namespace sigla::pe {
namespace {

Arch native_arch(std::uint16_t machine) {
  switch (machine) {
    case IMAGE_FILE_MACHINE_I386:
      return Arch::kX86;
    case IMAGE_FILE_MACHINE_AMD64:
      return Arch::kX86_64;
    case 0x1c0:  // ARM
    case 0x1c2:  // THUMB
    case IMAGE_FILE_MACHINE_ARMNT:
      return Arch::kArm;
    case IMAGE_FILE_MACHINE_ARM64:
    case 0xa641:  // ARM64EC
    case 0xa64e:  // ARM64X
      return Arch::kArm64;
    case 0x160:  // R3000, big-endian
    case 0x162:  // R3000
    case 0x166:  // R4000
    case 0x168:  // R10000
    case 0x169:  // WCEMIPSV2
    case 0x266:  // MIPS16
    case 0x366:  // MIPSFPU
    case 0x466:  // MIPSFPU16
      return Arch::kMips;
    case 0x1f0:  // POWERPC
    case 0x1f1:  // POWERPCFP
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

bool has_exports(const Image& image) {
  const DataDirectory entry = image.directory(kExportTable);
  if (entry.rva == 0) return false;
  const auto table = image.data_at(entry.rva, kExportDirectorySize, "PE export directory");
  if (!table.has_value()) return false;
  ByteReader reader(table.value());
  reader.skip(20);
  return reader.u32() != 0;  // NumberOfFunctions
}

bool has_content(const Image& image, std::string_view name) {
  const Section* section = image.section(name);
  if (section == nullptr) return false;
  const auto data = image.data(*section);
  return data.has_value() && !data.value().empty();
}

// What objcopy --only-keep-debug leaves: code sections, and none with code in it.
bool is_debug_half(const Image& image) {
  constexpr std::uint32_t kContainsCode = 0x20;  // IMAGE_SCN_CNT_CODE
  bool has_code_section = false;
  for (const Section& section : image.sections()) {
    if ((section.characteristics & kContainsCode) == 0) continue;
    has_code_section = true;
    if (section.raw_size != 0) return false;
  }
  return has_code_section;
}

const CodeView* main_code_view(const DebugDirectory& debug, bool is_managed) {
  if (debug.code_views.empty()) return nullptr;
  return is_managed ? &debug.code_views.back() : &debug.code_views.front();
}

}  // namespace

Arch arch_of(std::uint16_t machine) {
  // Linux, Apple, FreeBSD, NetBSD, SunOS (dotnet/runtime, ImageFileMachineOverride).
  constexpr std::array<std::uint16_t, 6> kSystems = {0, 0x7b79, 0x4644, 0xadc4, 0x1993, 0x1992};
  for (const std::uint16_t system : kSystems) {
    const Arch arch = native_arch(static_cast<std::uint16_t>(machine ^ system));
    if (arch != Arch::kUnknown) return arch;
  }
  return Arch::kUnknown;
}

Identity identify_image(const Image& image, const DebugDirectory& debug, std::string_view name) {
  const Header& header = image.header();
  Identity identity;
  identity.format = Format::kPe;
  identity.kind = (header.characteristics & IMAGE_FILE_DLL) != 0 ? ObjectKind::kLibrary
                                                                 : ObjectKind::kExecutable;
  identity.arch = arch_of(header.machine);
  identity.name = base_name(name);
  identity.time_date_stamp = header.time_date_stamp;
  identity.size_of_image = header.size_of_image;
  identity.code_id = CodeId::from_pe(header.time_date_stamp, header.size_of_image);
  identity.is_managed = image.directory(kClrRuntimeHeader).rva != 0;
  if (const CodeView* view = main_code_view(debug, identity.is_managed)) {
    identity.debug_id = view->pdb.debug_id;
    if (view->pdb.portable) identity.debug_id->age = view->stamp;
    identity.debug_file_name = view->pdb.path;
  }
  for (const CodeView& view : debug.code_views) {
    if (!view.is_nb10) identity.pdbs.push_back(view.pdb);
  }
  identity.perfmaps = debug.perfmaps;
  if (const auto version = read_file_version(image)) {
    identity.version = version->text();
    if (version->is_debug) identity.version_flavor = version->is_special_build ? ".dbg" : ".chk";
  }
  identity.has_symbols = has_exports(image);
  identity.has_debug_info = has_content(image, ".debug_info") || has_content(image, ".zdebug_info");
  if (identity.has_debug_info && is_debug_half(image)) identity.kind = ObjectKind::kDebug;
  const auto exception_table = image.data_of(kExceptionTable);
  identity.has_unwind_info = exception_table.has_value() || has_content(image, ".eh_frame");
  return identity;
}

Result<Identity> identify_pe(Bytes file, std::string_view name, const Limits& limits) {
  SIGLA_TRY_ASSIGN(const Image image, Image::open(file, limits));
  return identify_image(image, read_debug_directory(image), name);
}

}  // namespace sigla::pe
