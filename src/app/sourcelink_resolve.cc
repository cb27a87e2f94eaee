// SPDX-License-Identifier: Apache-2.0
#include <cstdio>
#include <string>
#include <vector>

#include "app/command_line.h"
#include "app/exit_code.h"
#include "app/local_workers.h"
#include "app/source_access.h"
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

Result<sourcelink::SourceLinkMap> map_inside(const std::string& path) {
  SIGLA_TRY_ASSIGN(const auto workers, start_local_workers());
  SIGLA_TRY_ASSIGN(const SourceObject object, SourceObject::open(*workers, path));
  const std::string& json = object.sources().source_link;
  if (json.empty()) return make_error(ErrorCode::kNotFound, "no Source Link map in it");
  return sourcelink::SourceLinkMap::parse(json, Limits());
}

int run_resolve(const Verb& self, Arguments arguments) {
  std::string map_path;
  std::vector<std::string> paths;
  CommandLine line(self,
                   "--map MAP PATH...",
                   "Prints the URL of each PATH, one a line, by the Source Link map in MAP, or by "
                   "the one inside FILE: a PDB of any kind, or a PE with one inside. PATH is what "
                   "debug information calls the source file; it need not exist here.\n\n"
                   "The longest entry that fits wins, and case does not count.");
  line.synopsis("FILE PATH...");
  line.option("--map", "MAP", &map_path, "the Source Link map, JSON");
  line.positionals("PATH",
                   &paths,
                   "a source file, as the compiler called it; FILE before it without --map",
                   CommandLine::kAtLeastOne);
  line.exit_status(kExitNo, "a PATH is not mapped");
  line.example("sigla sourcelink resolve app.pdb 'C:\\src\\main.cs'",
               "where a debugger would get main.cs");
  line.example("sigla sourcelink resolve --map app.sourcelink.json src/main.cs",
               "before the map is in a PDB");
  if (const auto status = line.parse(arguments)) return *status;
  if (map_path.empty() && paths.size() < 2) {
    return fail(self.name, make_error(ErrorCode::kInvalidArgument, "a map and a PATH are needed"));
  }

  const bool is_inside = map_path.empty();
  const std::string file = is_inside ? paths.front() : map_path;
  if (is_inside) paths.erase(paths.begin());
  const auto map = is_inside ? map_inside(file) : read_map(file);
  if (!map.has_value()) return fail(file, map.error());
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
