// SPDX-License-Identifier: Apache-2.0
#include "formats/minidump/modules.h"

#include <fmt/format.h>

#include "base/checked.h"
#include "base/text.h"
#include "base/utf16.h"
#include "formats/minidump/list.h"

namespace sigla::minidump {
namespace {

std::string version_text(const VS_FIXEDFILEINFO& info) {
  if (info.dwSignature != VS_FFI_SIGNATURE || (info.dwStrucVersion & VS_FFI_STRUCVERSION) == 0) {
    return {};
  }
  return fmt::format("{}.{}.{}.{}",
                     info.dwFileVersionMS >> 16U,
                     info.dwFileVersionMS & 0xffffU,
                     info.dwFileVersionLS >> 16U,
                     info.dwFileVersionLS & 0xffffU);
}

Status check_range(std::uint64_t base, std::uint64_t size) {
  if (size == 0 || !checked_add(base, size)) {
    return malformed("minidump module at {:#x}: size {} is out of range", base, size);
  }
  return {};
}

// IMAGE_DEBUG_MISC, by which very old linkers named a DBG file.
Result<std::string> read_debug_misc(const Image& image,
                                    const MINIDUMP_LOCATION_DESCRIPTOR& location) {
  constexpr std::string_view kWhat = "IMAGE_DEBUG_MISC";
  SIGLA_TRY_ASSIGN(const Bytes record, image.at(location, kWhat));
  ByteReader reader = image.reader(record);
  reader.skip(4);  // DataType
  const std::uint32_t length = reader.u32();
  const bool is_unicode = reader.u8() != 0;
  reader.skip(3);
  SIGLA_TRY(reader.finish(kWhat));
  if (length != record.size()) return malformed("{}: wrong length {}", kWhat, length);
  if (is_unicode) return utf16_to_utf8(image.reader(reader.rest()));
  const std::string_view text = as_text(reader.rest());
  return to_utf8(text.substr(0, text.find('\0')));
}

// False when the module's debug records are damaged; they then say nothing at all.
bool read_debug_records(const Image& image, const MINIDUMP_MODULE& raw, Module& module) {
  if (raw.CvRecord.DataSize != 0) {
    const auto view = read_code_view(image, raw.CvRecord);
    if (!view.has_value()) return false;
    module.debug_file = view->pdb_path;
    module.debug_id = view->debug_id;
    module.debug_identifier = view->breakpad_id();
    if (view->kind == CodeView::Kind::kElfBuildId) {
      module.debug_file = module.code_file;
      module.has_elf_build_id = true;
      module.code_id = CodeId::from_bytes(view->build_id);
    }
  }
  if (raw.MiscRecord.DataSize != 0) {
    const auto misc = read_debug_misc(image, raw.MiscRecord);
    if (!misc.has_value()) return false;
    if (module.debug_file.empty()) module.debug_file = *misc;
  }
  return true;
}

}  // namespace

Identity Module::identity(const SystemInfo* system_info) const {
  Identity identity;
  identity.kind = ObjectKind::kLibrary;
  identity.name = std::string(base_name(code_file));
  identity.debug_id = debug_id;
  identity.code_id = code_id;
  identity.debug_file_name = std::string(base_name(debug_file));
  identity.version = version;
  if (system_info == nullptr) return identity;
  identity.arch = system_info->arch();
  const std::uint32_t platform = system_info->raw.PlatformId;
  if (system_info->is_windows()) {
    identity.format = Format::kPe;
    identity.time_date_stamp = time_date_stamp;
    identity.size_of_image = static_cast<std::uint32_t>(size);
    if (debug_id) identity.pdbs.push_back({debug_file, *debug_id, false});
  } else if (platform == MD_OS_MAC_OS_X || platform == MD_OS_IOS) {
    identity.format = Format::kMacho;
    if (debug_id) identity.code_id = CodeId(debug_id->guid_lower());
  } else if (has_elf_build_id) {
    identity.format = Format::kElf;
  }
  return identity;
}

Result<std::vector<Module>> read_modules(const Image& image, const SystemInfo* system_info) {
  SIGLA_TRY_ASSIGN(const Bytes stream, image.stream(ModuleListStream));
  SIGLA_TRY_ASSIGN(
      const auto records,
      read_list<MINIDUMP_MODULE>(
          image, stream, image.limits().minidump_module_count_max, "minidump module list"));
  const bool is_windows = system_info != nullptr && system_info->is_windows();
  std::vector<Module> modules;
  modules.reserve(records.size());
  for (const MINIDUMP_MODULE& raw : records) {
    SIGLA_TRY(check_range(raw.BaseOfImage, raw.SizeOfImage));
    Module module;
    module.base = raw.BaseOfImage;
    module.size = raw.SizeOfImage;
    module.version = version_text(raw.VersionInfo);
    SIGLA_TRY_ASSIGN(module.code_file, image.utf16_string(raw.ModuleNameRva));
    if (!read_debug_records(image, raw, module)) {
      module.debug_file.clear();
      module.debug_identifier.clear();
      module.debug_id.reset();
      module.code_id = CodeId();
      module.has_elf_build_id = false;
    }
    module.time_date_stamp = raw.TimeDateStamp;
    if (is_windows) module.code_id = CodeId::from_pe(raw.TimeDateStamp, raw.SizeOfImage);
    modules.push_back(std::move(module));
  }
  return modules;
}

Result<std::vector<Module>> read_unloaded_modules(const Image& image,
                                                  const SystemInfo* system_info) {
  constexpr std::string_view kWhat = "minidump unloaded module list";
  SIGLA_TRY_ASSIGN(const Bytes stream, image.stream(UnloadedModuleListStream));
  ByteReader reader = image.reader(stream);
  const std::uint32_t header_size = reader.u32();
  const std::uint32_t entry_size = reader.u32();
  const std::uint32_t count = reader.u32();
  SIGLA_TRY(reader.finish(kWhat));
  if (count > image.limits().minidump_module_count_max) {
    return make_error(ErrorCode::kLimitExceeded,
                      "{}: {} entries are more than the limit of {}",
                      kWhat,
                      count,
                      image.limits().minidump_module_count_max);
  }
  if (header_size < 12 || entry_size < MINIDUMP_UNLOADED_MODULE::kSize ||
      header_size + std::uint64_t{entry_size} * count != stream.size()) {
    return malformed(
        "{}: {} entries of {} bytes do not make {} bytes", kWhat, count, entry_size, stream.size());
  }
  const bool is_windows = system_info != nullptr && system_info->is_windows();
  reader.skip(header_size - 12);
  std::vector<Module> modules;
  for (std::uint32_t i = 0; i < count; ++i) {
    ByteReader entry = reader.sub(entry_size);
    const auto raw = MINIDUMP_UNLOADED_MODULE::read(entry);
    SIGLA_TRY(reader.finish(kWhat));
    SIGLA_TRY(check_range(raw.BaseOfImage, raw.SizeOfImage));
    Module module;
    module.base = raw.BaseOfImage;
    module.size = raw.SizeOfImage;
    SIGLA_TRY_ASSIGN(module.code_file, image.utf16_string(raw.ModuleNameRva));
    if (is_windows) module.code_id = CodeId::from_pe(raw.TimeDateStamp, raw.SizeOfImage);
    modules.push_back(std::move(module));
  }
  return modules;
}

}  // namespace sigla::minidump
