// SPDX-License-Identifier: Apache-2.0
// The loaded and the unloaded modules of the dumped process.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "formats/minidump/code_view.h"
#include "formats/minidump/image.h"
#include "formats/minidump/system_info.h"
#include "ident/identity.h"

namespace sigla::minidump {

struct Module {
  std::uint64_t base = 0;
  std::uint64_t size = 0;
  std::string code_file;   // path as the process had it
  std::string debug_file;  // path or name of the PDB, or code_file for ELF; empty when unknown
  std::string debug_identifier;  // Breakpad's form; empty when unknown
  std::optional<DebugId> debug_id;
  CodeId code_id;
  std::string version;  // "6.0.2.1"; empty when the module has none
  bool has_elf_build_id = false;
  std::uint32_t time_date_stamp = 0;

  // As the module's own file would have it, whose format the system tells.
  Identity identity(const SystemInfo* system_info) const;
};

// A module of no bytes, or one that wraps around the address space, makes the list malformed.
// A CodeView record that cannot be read leaves the module without debug file and id.
Result<std::vector<Module>> read_modules(const Image& image, const SystemInfo* system_info);
Result<std::vector<Module>> read_unloaded_modules(const Image& image,
                                                  const SystemInfo* system_info);

}  // namespace sigla::minidump
