// SPDX-License-Identifier: Apache-2.0
#include <cstdio>
#include <string>
#include <vector>

#include "app/command_line.h"
#include "app/exit_code.h"
#include "app/file_contents.h"
#include "app/local_workers.h"
#include "app/provider_options.h"
#include "app/source_access.h"
#include "app/verbs.h"
#include "object/source_job.h"
#include "sourcelink/map_file.h"
#include "sourcelink/srcsrv.h"
#include "sourcelink/srcsrv_writer.h"

namespace sigla::app {

namespace {

struct IndexCommand {
  std::vector<std::string> files;
  bool is_show = false;
  bool is_verify = false;
  std::string directory = ".";
  std::string remote_name;
  std::string prefix;
  std::string map_path;
  ProviderOptions options;
};

Result<sourcelink::SourceLinkMap> map_of(const IndexCommand& command) {
  if (!command.map_path.empty()) {
    SIGLA_TRY_ASSIGN(const Buffer json,
                     read_file(command.map_path, Limits().embedded_source_size_max));
    return sourcelink::SourceLinkMap::parse(as_text(json), Limits());
  }
  SIGLA_TRY_ASSIGN(const auto choice, command.options.resolve());
  SIGLA_TRY_ASSIGN(const auto checkout,
                   sourcelink::read_checkout(command.directory, command.remote_name));
  SIGLA_TRY_ASSIGN(const auto file, sourcelink::make_map_file(checkout, choice, command.prefix));
  for (const std::string& warning : file.warnings) {
    std::fprintf(stderr, "sigla: warning: %s\n", warning.c_str());
  }
  if (file.json.empty()) return make_error(ErrorCode::kNotFound, "no source has a URL");
  return sourcelink::SourceLinkMap::parse(file.json, Limits());
}

Status write_index(WorkerPool& pool,
                   const std::string& path,
                   const SourceObject& object,
                   const sourcelink::SourceLinkMap& map) {
  std::vector<std::string> paths;
  for (const SourceFile& source : object.sources().files) {
    if (!source.is_embedded) paths.push_back(source.path);
  }
  const sourcelink::SrcsrvText index = sourcelink::write_srcsrv(map, paths);
  for (const std::string& unmapped : index.unmapped) {
    std::fprintf(stderr, "sigla: warning: %s has no URL\n", printable(unmapped).c_str());
  }
  if (index.text.empty()) return make_error(ErrorCode::kNotFound, "none of its sources has a URL");
  SIGLA_TRY_ASSIGN(const File file, File::open_read(path));
  SIGLA_TRY_ASSIGN(const File output, File::create_in_memory("pdb"));
  SIGLA_TRY(replace_srcsrv_in_worker(pool, file, index.text, output));
  SIGLA_TRY_ASSIGN(const MappedFile written, MappedFile::map(output));
  SIGLA_TRY(replace_file(path, written.bytes()));
  std::printf("%s: %zu of %zu sources indexed\n",
              path.c_str(),
              paths.size() - index.unmapped.size(),
              paths.size());
  return {};
}

Status show(const SourceObject& object) {
  const std::string& text = object.sources().srcsrv;
  if (text.empty()) return make_error(ErrorCode::kNotFound, "no source server in it");
  std::fwrite(text.data(), 1, text.size(), stdout);
  return {};
}

// What a debugger would do for each source.
Status verify(const SourceObject& object) {
  if (object.sources().srcsrv.empty()) {
    return make_error(ErrorCode::kNotFound, "no source server in it");
  }
  SIGLA_TRY_ASSIGN(const auto stream, sourcelink::Srcsrv::parse(object.sources().srcsrv, Limits()));
  std::size_t bad = 0;
  for (const SourceFile& source : object.sources().files) {
    const std::string name = printable(source.path);
    const auto target = stream.evaluate(source.path, "%targ%");
    if (target.has_value()) {
      const bool is_command = !target->command.empty();
      std::printf("%s: %s%s%s\n",
                  name.c_str(),
                  printable(target->path).c_str(),
                  is_command ? " by " : "",
                  printable(target->command).c_str());
    } else if (!source.is_embedded) {
      ++bad;
      std::printf("%s: %s\n", name.c_str(), printable(target.error().message()).c_str());
    }
  }
  if (bad == 0) return {};
  return make_error(ErrorCode::kNotFound, "{} sources are not indexed", bad);
}

void describe(CommandLine& line, IndexCommand& command) {
  line.positionals(
      "PDB", &command.files, "a Windows PDB, native or managed", CommandLine::kAtLeastOne);
  line.flag("--show", &command.is_show, "print the stream as it is");
  line.flag("--verify", &command.is_verify, "print what a debugger would do for each source");
  line.option("--repo", "DIR", &command.directory, "a folder of the checkout; \".\" unless given");
  line.option("--map", "FILE", &command.map_path, "a Source Link map, instead of a checkout");
  line.option("--remote", "NAME", &command.remote_name, "the remote to take");
  line.option("--prefix", "PATH", &command.prefix, "what the compiler calls the checkout's root");
  command.options.add_to(line);
}

Status run_one(WorkerPool& pool,
               const IndexCommand& command,
               const std::string& path,
               const sourcelink::SourceLinkMap* map) {
  SIGLA_TRY_ASSIGN(const SourceObject object, SourceObject::open(pool, path));
  if (command.is_show) return show(object);
  if (command.is_verify) return verify(object);
  return write_index(pool, path, object, *map);
}

int run_source_index(const Verb& self, Arguments arguments) {
  IndexCommand command;
  CommandLine line(
      self,
      "[--repo DIR] [OPTION]... PDB...",
      "Writes into each PDB where its sources are, as a source server's stream (srcsrv): for "
      "debuggers that do not know Source Link. What pdbstr does, from the same Git information as "
      "`sigla sourcelink generate`. The PDB keeps its id and age, hence its place in a symbol "
      "store; written twice it is the same.\n\n" +
          ProviderOptions::manual());
  line.synopsis("--show|--verify PDB...");
  describe(line, command);
  line.exit_status(kExitNo, "no source has a URL; no stream; with --verify a source is not in it");
  line.example("sigla source-index --prefix 'C:\\build\\app' app.pdb", "behind the linker");
  line.example("sigla source-index --verify app.pdb", "which URL each source has");
  if (const auto status = line.parse(arguments)) return *status;

  const bool is_write = !command.is_show && !command.is_verify;
  std::optional<sourcelink::SourceLinkMap> map;
  if (is_write) {
    auto made = map_of(command);
    if (!made.has_value()) return fail(self.name, made.error());
    map = std::move(made).value();
  }
  const auto workers = start_local_workers();
  if (!workers.has_value()) return fail(workers.error());
  int status = kExitDone;
  for (const std::string& path : command.files) {
    const Status done = run_one(*workers.value(), command, path, map ? &*map : nullptr);
    if (!done.has_value()) status = fail(path, done.error());
  }
  return status;
}

}  // namespace

const Verb kVerbSourceIndex = {
    "source-index", "write the source server's stream of a PDB", run_source_index};

}  // namespace sigla::app
