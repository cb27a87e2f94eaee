// SPDX-License-Identifier: Apache-2.0
// Crashpad's stream: annotations of the process and of its modules
// (crashpad minidump/minidump_extensions.h, MinidumpCrashpadInfo).
#pragma once

#include <array>
#include <map>
#include <string>
#include <vector>

#include "formats/minidump/image.h"

namespace sigla::minidump {

struct CrashpadModule {
  std::uint32_t module_index = 0;  // in the module list
  std::vector<std::string> list_annotations;
  std::map<std::string, std::string> simple_annotations;
  std::map<std::string, std::string> annotations;  // typed ones, those of type string
};

struct CrashpadInfo {
  std::array<std::uint8_t, 16> report_id{};  // GUIDs as the dump has them
  std::array<std::uint8_t, 16> client_id{};
  std::map<std::string, std::string> simple_annotations;
  std::vector<CrashpadModule> modules;
};

Result<CrashpadInfo> read_crashpad_info(const Image& image);

}  // namespace sigla::minidump
