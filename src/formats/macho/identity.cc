// SPDX-License-Identifier: Apache-2.0
#include "formats/macho/identity.h"

#include <algorithm>

#include "base/text.h"
#include "formats/macho/fat.h"

namespace sigla::macho {
namespace {

bool has_content(const Image& image, std::string_view sectname) {
  return std::ranges::any_of(image.sections(), [&](const Section& section) {
    return section.sectname == sectname && section.has_content;
  });
}

ObjectKind kind_of(std::uint32_t filetype) {
  switch (filetype) {
    case MH_OBJECT:
      return ObjectKind::kRelocatable;
    case MH_EXECUTE:
    case MH_PRELOAD:
      return ObjectKind::kExecutable;
    case MH_FVMLIB:
    case MH_DYLIB:
    case MH_DYLINKER:
    case MH_BUNDLE:
    case MH_DYLIB_STUB:
    case MH_KEXT_BUNDLE:
      return ObjectKind::kLibrary;
    case MH_CORE:
      return ObjectKind::kCore;
    case MH_DSYM:
      return ObjectKind::kDebug;
    default:
      return ObjectKind::kOther;
  }
}

// Stubs keep the segment table of a library whose content they lack, and cores are cut off by disk
// quotas every day; both are still of use.
Status check_complete(const Image& image) {
  const std::uint32_t filetype = image.header().filetype;
  if (filetype == MH_DYLIB_STUB || filetype == MH_CORE) return {};
  for (const Segment& segment : image.segments()) SIGLA_TRY(image.data(segment));
  return {};
}

Result<MachoSlice> identify_slice(Bytes file,
                                  std::uint64_t offset,
                                  std::uint64_t size,
                                  std::string_view name,
                                  const Limits& limits) {
  SIGLA_TRY_ASSIGN(const Bytes bytes, slice(file, offset, size, "Mach-O image"));
  SIGLA_TRY_ASSIGN(const Image image, Image::open(bytes, limits));
  SIGLA_TRY(check_complete(image));
  return MachoSlice{identify_image(image, name), offset, size};
}

}  // namespace

Arch arch_of(std::uint32_t cputype, std::uint32_t cpusubtype) {
  switch (cputype) {
    case CPU_TYPE_X86:
      return Arch::kX86;
    case CPU_TYPE_X86_64:  // the Haswell subtype (x86_64h) has no name of its own
      return Arch::kX86_64;
    case CPU_TYPE_ARM:
      return Arch::kArm;
    case CPU_TYPE_ARM64:
      return (cpusubtype & ~CPU_SUBTYPE_MASK) == CPU_SUBTYPE_ARM64E ? Arch::kArm64e : Arch::kArm64;
    case CPU_TYPE_ARM64_32:
      return Arch::kArm64_32;
    case CPU_TYPE_POWERPC:
      return Arch::kPpc;
    case CPU_TYPE_POWERPC64:
      return Arch::kPpc64;
    default:
      return Arch::kUnknown;
  }
}

Identity identify_image(const Image& image, std::string_view name) {
  const Header& header = image.header();
  Identity identity;
  identity.format = header.filetype == MH_CORE ? Format::kMachoCore : Format::kMacho;
  identity.kind = kind_of(header.filetype);
  identity.arch = arch_of(header.cputype, header.cpusubtype);
  identity.name = to_utf8(base_name(name.empty() ? image.install_name() : name));
  if (image.uuid()) {
    identity.code_id = CodeId::from_bytes(*image.uuid());
    identity.debug_id = DebugId::from_uuid(*image.uuid());
  }
  identity.has_symbols = image.symbol_table().has_value() && image.symbol_table()->nsyms != 0;
  identity.has_debug_info =
      has_content(image, "__debug_info") || has_content(image, "__zdebug_info");
  identity.has_unwind_info = has_content(image, "__unwind_info") ||
                             has_content(image, "__eh_frame") ||
                             has_content(image, "__debug_frame");
  return identity;
}

Result<std::vector<MachoSlice>> identify_macho(Bytes file,
                                               std::string_view name,
                                               const Limits& limits) {
  std::vector<MachoSlice> found;
  if (!is_fat(file)) {
    SIGLA_TRY_ASSIGN(MachoSlice only, identify_slice(file, 0, file.size(), name, limits));
    found.push_back(std::move(only));
    return found;
  }
  SIGLA_TRY_ASSIGN(const auto slices, read_fat(file, limits));
  for (const FatSlice& fat : slices) {
    const auto bytes = slice(file, fat.offset, fat.size, "fat Mach-O slice");
    if (!bytes.has_value() || !is_macho(*bytes)) continue;
    auto one = identify_slice(file, fat.offset, fat.size, name, limits);
    if (!one.has_value()) {
      return std::move(one).error().in(fmt::format("fat Mach-O slice at offset {}", fat.offset));
    }
    found.push_back(std::move(one).value());
  }
  if (found.empty()) {
    return make_error(ErrorCode::kUnsupported,
                      "fat Mach-O: none of its {} slices is a Mach-O image",
                      slices.size());
  }
  return found;
}

Result<MachoSlice> choose_slice(Bytes file, Arch arch, const Limits& limits) {
  SIGLA_TRY_ASSIGN(auto slices, identify_macho(file, {}, limits));
  for (MachoSlice& slice : slices) {
    if (arch == Arch::kUnknown || slice.identity.arch == arch) return std::move(slice);
  }
  return make_error(ErrorCode::kNotFound, "Mach-O: no image for {}", to_string(arch));
}

}  // namespace sigla::macho
