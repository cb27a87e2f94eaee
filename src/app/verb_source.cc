// SPDX-License-Identifier: Apache-2.0
#include <cstdio>
#include <string>
#include <vector>

#include "app/command_line.h"
#include "app/exit_code.h"
#include "app/file_contents.h"
#include "app/local_workers.h"
#include "app/source_access.h"
#include "app/verbs.h"

namespace sigla::app {

namespace {

struct SourceCommand {
  std::vector<std::string> words;
  std::string output;
  std::string tag_url;
  bool is_list = false;
  bool has_origin = false;
  FetchArguments fetch;
};

void print_list(const SourceFiles& sources) {
  for (const SourceFile& file : sources.files) {
    std::printf("%s%s\n", printable(file.path).c_str(), file.is_embedded ? "\tembedded" : "");
  }
}

Status print_source(const SourceCommand& command, const SourceObject& object) {
  SIGLA_TRY_ASSIGN(auto options, command.fetch.resolve());
  sourcelink::Fetcher fetcher(std::move(options));
  sourcelink::SourcePlaces places = object.places(fetcher);
  places.tag_url = command.tag_url;
  const auto search = sourcelink::find_source(object.sources(), command.words[1], places);
  if (!search.found) {
    std::string text = "no source";
    for (const std::string& tried : search.tried) text += "\n  " + printable(tried);
    return Error(search.worst, text);
  }
  if (command.has_origin) {
    std::fprintf(stderr,
                 "%s %s%s\n",
                 std::string(to_string(search.found->origin)).c_str(),
                 printable(search.found->url).c_str(),
                 search.found->is_verified ? " (checksum verified)" : "");
  }
  if (!command.output.empty()) return replace_file(command.output, search.found->content);
  const Buffer& content = search.found->content;
  std::fwrite(content.data(), 1, content.size(), stdout);
  return {};
}

int run_source(const Verb& self, Arguments arguments) {
  SourceCommand command;
  CommandLine line(
      self,
      "[OPTION]... FILE PATH",
      "Prints the source that FILE was compiled from, a PDB of any kind, a PE with one inside, a "
      "source bundle or an ELF file whose DWARF has sources in it (clang -gembed-source). PATH is "
      "what FILE calls it, in any case and with either slash, or the end "
      "of that where only one source ends so.\n\n"
      "It is looked for in this order: embedded in FILE; under its Source Link URL; under the URL "
      "of FILE's source server (srcsrv; commands are never run); under --tag-url. What is fetched "
      "must have the checksum that FILE has of it, also with the other line ends: so a log-in page "
      "is never taken for source.");
  line.synopsis("--list FILE");
  line.positionals(
      "FILE PATH", &command.words, "the file, and which of its sources", CommandLine::kAtLeastOne);
  line.flag("--list", &command.is_list, "list the sources of FILE, and which are embedded");
  line.flag("--origin", &command.has_origin, "say on standard error where it came from");
  line.option("-o,--output", "FILE", &command.output, "where to; standard output unless given");
  line.option("--tag-url", "URL", &command.tag_url, "the last place, with '*' for the path");
  command.fetch.add_to(line);
  line.exit_status(kExitNo, "there is no such source, or what was found is another file");
  line.example("sigla source app.pdb src/main.cs", "main.cs as it was compiled");
  line.example("sigla source --credentials ~/.sigla-hosts app.pdb main.c -o main.c",
               "from a private repository");
  if (const auto status = line.parse(arguments)) return *status;
  if (command.words.size() != (command.is_list ? 1U : 2U)) {
    return fail(self.name, make_error(ErrorCode::kInvalidArgument, "FILE and PATH are needed"));
  }

  const auto workers = start_local_workers();
  if (!workers.has_value()) return fail(workers.error());
  const std::string& path = command.words.front();
  const auto object = SourceObject::open(*workers.value(), path);
  if (!object.has_value()) return fail(path, object.error());
  if (command.is_list) {
    print_list(object->sources());
    return kExitDone;
  }
  const Status printed = print_source(command, *object);
  return printed.has_value() ? kExitDone : fail(command.words[1], printed.error());
}

}  // namespace

const Verb kVerbSource = {"source", "print a source that a file was compiled from", run_source};

}  // namespace sigla::app
