// SPDX-License-Identifier: Apache-2.0
#include "app/symbol_file_options.h"

#include <fmt/format.h>

#include <cstdio>

namespace sigla::app {

void SymbolFileOptions::add_to(CommandLine& line) {
  line.option("--arch",
              "ARCH",
              &arch,
              "which image of a fat Mach-O file: x86_64, arm64, ...; without it the first one");
  line.option("--debug-directory",
              "DIR",
              &debug_directories,
              "where separate debug files are, before /usr/lib/debug; may be repeated");
  line.flag("--verbose", &is_verbose, "say on standard error which other files were used");
}

Result<OpenSymcache> SymbolFileOptions::open(const std::string& path, LazyWorkers& workers) const {
  const Arch wanted = parse_arch(arch);
  if (!arch.empty() && wanted == Arch::kUnknown) {
    return make_error(ErrorCode::kInvalidArgument, "'{}' is no architecture", arch);
  }
  std::vector<std::filesystem::path> roots(debug_directories.begin(), debug_directories.end());
  for (auto& root : CompanionFiles::usual_roots()) roots.push_back(std::move(root));
  const SymcacheFolder folder(SymcacheFolder::user_path(), std::move(roots));
  SIGLA_TRY_ASSIGN(OpenSymcache opened, folder.get(path, wanted, workers));
  for (const std::string& companion : opened.companions) {
    if (is_verbose)
      std::fputs(fmt::format("sigla: {}: with {}\n", path, companion).c_str(), stderr);
  }
  return opened;
}

}  // namespace sigla::app
