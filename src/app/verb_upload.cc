// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "app/command_line.h"
#include "app/exit_code.h"
#include "app/local_workers.h"
#include "app/uploader.h"
#include "app/verbs.h"
#include "base/json_writer.h"
#include "base/text.h"
#include "ident/lookup_keys.h"
#include "object/identify_job.h"

namespace sigla::app {

namespace {

struct UploadCommand {
  std::vector<std::string> paths;
  std::string project = "default";
  std::string tag;
  bool json = false;
  bool has_sources = false;
};

// Object files are the bulk of a build folder, and nobody can ask for them, unless they are kernel
// modules.
HasId has_id_by(LazyWorkers& workers) {
  return [&workers](const File& file, const std::string& path) {
    const auto pool = workers.get();
    if (!pool.has_value()) return true;  // the server decides
    const auto found = identify_in_worker(**pool, file, base_name(path), {});
    if (!found.has_value()) return false;
    for (const Object& object : found->objects) {
      if (!lookup_keys(object.identity).empty()) return true;
    }
    return false;
  };
}

std::string json_of(const UploadSummary& summary) {
  JsonWriter json;
  json.begin_object();
  json.member("stored", summary.stored_count).member("duplicate", summary.duplicate_count);
  json.member("skipped", summary.skipped_count).member("refused", summary.refused_count);
  json.member("ignored", summary.ignored_count);
  if (summary.error) json.member("error", summary.error->message());
  json.key("files").begin_array();
  for (const UploadedFile& file : summary.files) {
    json.begin_object().member("path", file.path).member("size", file.size);
    json.member("result", file.result);
    if (!file.reason.empty()) json.member("reason", file.reason);
    if (!file.sha256.empty()) json.member("sha256", file.sha256);
    json.end_object();
  }
  json.end_array().end_object();
  return std::move(json).take();
}

std::string text_of(const UploadSummary& summary) {
  std::string text = fmt::format("{} stored", summary.stored_count);
  const auto add = [&](std::uint64_t count, std::string_view what) {
    if (count > 0) text += fmt::format(", {} {}", count, what);
  };
  add(summary.skipped_count, "skipped (the server has them)");
  add(summary.duplicate_count, "sent although the server had them");
  add(summary.refused_count, "refused");
  add(summary.ignored_count, "ignored (not symbol files)");
  return text;
}

void describe(CommandLine& line, UploadCommand& command) {
  line.positionals("PATH", &command.paths, "a file or a folder", CommandLine::kAtLeastOne);
  line.option("--tag",
              "TEXT",
              &command.tag,
              "a word by which to find these files later: a version, a branch, a build number");
  line.option("--project", "NAME", &command.project, "where they go; \"default\" unless given");
  line.flag("--sources",
            &command.has_sources,
            "send source files too, to be shown for what debug information names by checksum");
  line.flag("--json", &command.json, "print what became of each file as JSON");
}

constexpr std::string_view kDescription =
    "Sends symbol files to a server and says what became of them: programs and libraries, PDBs, "
    "debug files, Breakpad files, WebAssembly, source bundles and R2R maps. They are recognised by "
    "their content; names do not matter. Compressed files and archives of any kind are sent as "
    "they "
    "are and unpacked by the server.\n\n"
    "A folder is searched with everything below it. Links to files are followed, links to folders "
    "only when PATH is one. Files that are no symbol files are passed over, and so are object "
    "files "
    "and static libraries; what PATH names itself must be of use.\n\n"
    "Nothing is sent twice: the server is asked first which files the project has, by their "
    "SHA-256. These are skipped, and found under the new tag as well as under those they have. "
    "When the connection drops or the server is busy or restarts, sigla tries again until it has "
    "failed for a minute, and goes on "
    "where it was. Whatever is called stored is on the server's disk.\n\n"
    "On a terminal a line shows how far it is. With --json, standard output is one object:\n"
    "  {\"stored\":2,\"duplicate\":0,\"skipped\":7,\"refused\":1,\"ignored\":40,\n"
    "   \"files\":[{\"path\":\"out/a.pdb\",\"size\":9,\"result\":\"stored\",\"sha256\":\"...\"},\n"
    "            {\"path\":\"out/b.pdb\",\"size\":3,\"result\":\"refused\",\"reason\":\"...\"}]}\n"
    "\"duplicate\" was sent although it was there (in an archive, say), \"ignored\" were no symbol "
    "files; with \"error\", something ended it early and the counts are of what was done before.";

int run_upload(const Verb& self, Arguments arguments) {
  UploadCommand command;
  ServerOptions server;
  CommandLine line(self, "[OPTION]... PATH...", kDescription);
  describe(line, command);
  server.add_to(line);
  line.exit_status(kExitDone, "all symbol files are on the server");
  line.exit_status(kExitNo, "something was refused, or there is no such project");
  line.exit_status(kExitEnvironment, "the server cannot be reached, or refuses the token");
  line.example("sigla upload out/Release", "what a build made");
  line.example("sigla upload --server https://symbols.example --tag 2.4.1 app.pdb app.exe",
               "one program, of one version, with the token in SIGLA_TOKEN");
  line.example("sigla upload --token-file ~/.sigla-token --project engine symbols.tar.zst",
               "an archive, into a project of its own");
  line.example("sigla upload --sources out/Release src",
               "a build and its sources, where no host can be asked for them");
  line.example(
      "sigla upload --json build | jq -r '.files[] | select(.result==\"refused\") | .path'",
      "which files a build step should look at");
  if (const auto status = line.parse(arguments)) return *status;

  const Result<ServerAccess> access = server.resolve(std::getenv);
  if (!access.has_value()) return fail("upload", access.error());
  LazyWorkers workers;
  ScanResult scan = scan_for_upload(command.paths, has_id_by(workers), command.has_sources);
  UploadSummary summary;
  {
    ProgressBar progress(ProgressBar::is_wanted());
    Uploader uploader(
        [&] {
          return make_upload_target(
              access.value(), command.project, command.tag, command.has_sources);
        },
        progress,
        {});
    summary = uploader.run(std::move(scan));
  }
  for (const UploadedFile& file : summary.files) {
    if (file.result != "refused") continue;
    std::fputs(fmt::format("sigla: {}: {}\n", file.path, file.reason).c_str(), stderr);
  }
  const std::string text = command.json ? json_of(summary) : text_of(summary);
  if (command.json || !summary.error) std::fputs((text + "\n").c_str(), stdout);
  if (summary.error) {
    if (!command.json) std::fputs(fmt::format("before the end: {}\n", text).c_str(), stderr);
    return fail("upload", *summary.error);
  }
  return summary.refused_count > 0 ? kExitNo : kExitDone;
}

}  // namespace

const Verb kVerbUpload = {"upload", "send symbol files to a server", run_upload};

}  // namespace sigla::app
