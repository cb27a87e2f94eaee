// SPDX-License-Identifier: Apache-2.0
#include <cstdio>
#include <string>
#include <vector>

#include "app/command_line.h"
#include "app/exit_code.h"
#include "app/sourcelink_verbs.h"
#include "base/bytes.h"
#include "os/file.h"
#include "sourcelink/map.h"

namespace sigla::app {

namespace {

Result<sourcelink::SourceLinkMap> read_map(const std::string& path) {
  SIGLA_TRY_ASSIGN(const File file, File::open_read(path));
  SIGLA_TRY_ASSIGN(const MappedFile mapped, MappedFile::map(file));
  return sourcelink::SourceLinkMap::parse(as_text(mapped.bytes()), Limits());
}

int run_resolve(const Verb& self, Arguments arguments) {
  std::string map_path;
  std::vector<std::string> paths;
  CommandLine line(
      self,
      "--map FILE PATH...",
      "Prints the URL of each PATH by the Source Link map in FILE, one a line. PATH is "
      "what debug information calls the source file; it need not exist here.\n\n"
      "The longest entry that fits wins, and case does not count.");
  line.option("--map", "FILE", &map_path, "the Source Link map, JSON");
  line.positionals(
      "PATH", &paths, "a source file, as the compiler called it", CommandLine::kAtLeastOne);
  line.exit_status(kExitNo, "a PATH is not mapped");
  line.example("sigla sourcelink resolve --map app.sourcelink.json 'C:\\src\\main.cs'",
               "where a debugger would get main.cs");
  if (const auto status = line.parse(arguments)) return *status;
  if (map_path.empty()) {
    return fail(self.name, make_error(ErrorCode::kInvalidArgument, "--map is needed"));
  }

  const auto map = read_map(map_path);
  if (!map.has_value()) return fail(map_path, map.error());
  int status = kExitDone;
  for (const std::string& path : paths) {
    if (const auto url = map->url_of(path)) {
      std::printf("%s\n", url->c_str());
    } else {
      status = fail(path, make_error(ErrorCode::kNotFound, "the map has no entry for it"));
    }
  }
  return status;
}

}  // namespace

const Verb kSourcelinkResolve = {
    "sourcelink resolve", "print the URL of a source file", run_resolve};

}  // namespace sigla::app
