// SPDX-License-Identifier: Apache-2.0
#include "formats/minidump/identify.h"

#include "base/text.h"
#include "formats/minidump/modules.h"
#include "formats/minidump/system_info.h"

namespace sigla::minidump {

Result<Identity> identify_minidump(Bytes file, std::string_view name, const Limits& limits) {
  SIGLA_TRY_ASSIGN(const Image image, Image::open(file, limits));
  Identity identity;
  identity.format = Format::kMinidump;
  identity.kind = ObjectKind::kCore;
  identity.name = std::string(base_name(name));
  const auto system_info = read_system_info(image);
  const SystemInfo* system = system_info.has_value() ? &*system_info : nullptr;
  if (system != nullptr) identity.arch = system->arch();
  const auto modules = read_modules(image, system);
  if (modules.has_value()) {
    for (const Module& module : *modules) {
      identity.loaded_modules.push_back(module.identity(system));
    }
  }
  return identity;
}

}  // namespace sigla::minidump
