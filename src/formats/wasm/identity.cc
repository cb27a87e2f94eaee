// SPDX-License-Identifier: Apache-2.0
#include "formats/wasm/identity.h"

#include <algorithm>
#include <array>

#include "base/text.h"

namespace sigla::wasm {
namespace {

bool has_content(const Module& module, std::string_view name) {
  const Section* section = module.custom_section(name);
  return section != nullptr && !section->data.empty();
}

ObjectKind kind_of(const Module& module, bool has_debug_info) {
  if (module.custom_section("linking") != nullptr) return ObjectKind::kRelocatable;
  if (has_debug_info && module.section(kCodeSection) == nullptr) return ObjectKind::kDebug;
  return ObjectKind::kLibrary;
}

}  // namespace

Result<Identity> identify_wasm(Bytes file, std::string_view name, const Limits& limits) {
  SIGLA_TRY_ASSIGN(const Module module, Module::open(file, limits));
  const Names names = read_names(module, limits);
  Identity identity;
  identity.format = Format::kWasm;
  identity.arch = Arch::kWasm32;
  identity.name = to_utf8(base_name(name.empty() ? names.module_name : name));
  if (const auto id = build_id(module)) {
    std::array<std::uint8_t, 16> uuid{};
    std::copy_n(id->begin(), std::min(id->size(), uuid.size()), uuid.begin());
    identity.code_id = CodeId::from_bytes(*id);
    identity.debug_id = DebugId::from_uuid(uuid);
  }
  identity.debug_file_name = to_utf8(external_debug_info(module, limits));
  identity.has_symbols = names.function_count != 0;
  identity.has_debug_info = has_content(module, ".debug_info");
  identity.has_unwind_info = has_content(module, ".debug_frame");
  identity.kind = kind_of(module, identity.has_debug_info);
  return identity;
}

}  // namespace sigla::wasm
