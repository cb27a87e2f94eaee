// SPDX-License-Identifier: Apache-2.0
#include <cstdio>
#include <string>
#include <vector>

#include "app/command_line.h"
#include "app/exit_code.h"
#include "app/file_contents.h"
#include "app/local_workers.h"
#include "app/source_access.h"
#include "app/sourcelink_verbs.h"
#include "sourcelink/map.h"
#include "sourcelink/srcsrv.h"

namespace sigla::app {

namespace {

struct Tally {
  std::size_t good = 0;
  std::size_t missing = 0;
};

class Checker {
 public:
  Checker(sourcelink::FetchOptions options, bool is_offline, bool is_verbose)
      : fetcher_(std::move(options)), is_offline_(is_offline), is_verbose_(is_verbose) {}

  Tally check(const SourceObject& object) {
    Tally tally;
    sourcelink::SourcePlaces places = object.places(fetcher_);
    if (is_offline_) {
      places.fetch = [](const std::string& url) -> Result<sourcelink::Fetched> {
        return make_error(ErrorCode::kNotFound, "{}", url);
      };
    }
    for (const SourceFile& file : object.sources().files) {
      const std::string path = printable(file.path);
      const auto search = sourcelink::find_source(object.sources(), file.path, places);
      if (search.found) {
        ++tally.good;
        if (is_verbose_) print_found(path, *search.found);
      } else if (is_offline_ && is_mapped(object.sources(), file.path)) {
        ++tally.good;
        if (is_verbose_) std::printf("%s: mapped\n", path.c_str());
      } else {
        ++tally.missing;
        std::string reasons;
        for (const std::string& tried : search.tried) reasons += "\n    " + printable(tried);
        std::printf("%s: missing%s\n", path.c_str(), reasons.c_str());
      }
    }
    return tally;
  }

 private:
  static void print_found(const std::string& path, const sourcelink::FoundSource& found) {
    const bool is_embedded = found.origin == sourcelink::SourceOrigin::kEmbedded;
    std::printf("%s: %s%s%s%s\n",
                path.c_str(),
                std::string(to_string(found.origin)).c_str(),
                is_embedded ? "" : " ",
                printable(found.url).c_str(),
                is_embedded || found.is_verified ? "" : " (no checksum to verify it with)");
  }

  static bool is_mapped(const SourceFiles& sources, const std::string& path) {
    const auto map = sourcelink::SourceLinkMap::parse(sources.source_link, Limits());
    if (map.has_value() && map->url_of(path)) return true;
    const auto stream = sourcelink::Srcsrv::parse(sources.srcsrv, Limits());
    return stream.has_value() && stream->find_row(path) != nullptr;
  }

  sourcelink::Fetcher fetcher_;
  bool is_offline_;
  bool is_verbose_;
};

int run_check(const Verb& self, Arguments arguments) {
  std::vector<std::string> files;
  bool is_offline = false;
  bool is_verbose = false;
  FetchArguments fetch;
  CommandLine line(self,
                   "[OPTION]... FILE...",
                   "Tells whether a debugger will get every source of each FILE, a PDB of any kind "
                   "or a PE with one inside: embedded, or fetched from where Source Link or srcsrv "
                   "say, with the right checksum. Prints those it will not get, and why; exits "
                   "with 1 when there are any.");
  line.flag("--offline", &is_offline, "fetch nothing: whether each is embedded or mapped");
  line.flag("-v,--verbose", &is_verbose, "print the others too");
  fetch.add_to(line);
  line.positionals("FILE", &files, "what to check", CommandLine::kAtLeastOne);
  line.exit_status(kExitNo, "a source is missing");
  line.example("sigla sourcelink check --offline bin/*.pdb", "in a build, before it is published");
  line.example("sigla sourcelink check app.pdb", "after the commit was pushed");
  if (const auto status = line.parse(arguments)) return *status;

  auto options = fetch.resolve();
  if (!options.has_value()) return fail(self.name, options.error());
  const auto workers = start_local_workers();
  if (!workers.has_value()) return fail(workers.error());
  Checker checker(std::move(options).value(), is_offline, is_verbose);
  int status = kExitDone;
  for (const std::string& path : files) {
    const auto object = SourceObject::open(*workers.value(), path);
    if (!object.has_value()) {
      status = fail(path, object.error());
      continue;
    }
    const Tally tally = checker.check(*object);
    std::printf("%s: %zu of %zu sources can be had\n",
                path.c_str(),
                tally.good,
                tally.good + tally.missing);
    if (tally.missing > 0 && status == kExitDone) status = kExitNo;
  }
  return status;
}

}  // namespace

const Verb kSourcelinkCheck = {
    "sourcelink check", "tell whether every source of a PDB can be had", run_check};

}  // namespace sigla::app
