// SPDX-License-Identifier: Apache-2.0
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "app/command_line.h"
#include "app/exit_code.h"
#include "app/http_symbols.h"
#include "app/local_workers.h"
#include "app/symcache_folder.h"
#include "app/verbs.h"
#include "os/worker.h"
#include "symbolicate/directory_symbols.h"
#include "symbolicate/symbolicator.h"
#include "symbolicate/write_breakpad.h"
#include "symbolicate/write_json.h"
#include "symbolicate/write_machine.h"
#include "symbolicate/write_text.h"

namespace sigla::app {
namespace {

std::unique_ptr<SymbolFinder> finder_of(const std::string& place, const SymcacheMaker& maker) {
  if (is_url(place)) {
    return std::make_unique<HttpSymbols>(
        place, SymcacheFolder::user_path().value_or(std::filesystem::path()), maker);
  }
  return std::make_unique<DirectorySymbols>(place, maker);
}

std::string write(const Report& report, const std::string& format) {
  if (format == "json") return write_json(report);
  if (format == "breakpad") return write_breakpad(report);
  if (format == "breakpad-machine") return write_breakpad_machine(report);
  return write_text(report);
}

Result<std::string> symbolicate(const std::string& input,
                                const std::vector<std::string>& places,
                                const std::string& format) {
  SIGLA_TRY_ASSIGN(const File dump, File::open_read(input));
  SIGLA_TRY_ASSIGN(const auto walkers, start_local_workers());
  LazyWorkers converters;  // of their own: the walk waits for them
  const SymcacheFolder symcaches = SymcacheFolder::of_user();
  const SymcacheMaker maker = [&](const File& object, const std::string& name) {
    return symcaches.get_file(object, name, converters);
  };
  std::vector<std::unique_ptr<SymbolFinder>> owned;
  std::vector<SymbolFinder*> finders;
  for (const std::string& place : places) {
    owned.push_back(finder_of(place, maker));
    finders.push_back(owned.back().get());
  }
  SymbolFinders all(finders);
  Symbolicator symbolicator(*walkers, finders.empty() ? nullptr : &all);
  SIGLA_TRY_ASSIGN(const Report report, symbolicator.symbolicate(dump, format == "breakpad"));
  return write(report, format);
}

int run_symbolicate(const Verb& self, Arguments arguments) {
  std::string format = "text";
  std::vector<std::string> places;
  std::string input;
  CommandLine line(
      self,
      "INPUT [--symbols DIR|URL]... [--format FORMAT]",
      "Prints the stacks of every thread of a crash: what happened, the crashed thread first, each "
      "frame with function, file and line, inlined calls included, and how it was found. INPUT is "
      "a "
      "minidump.\n\n"
      "Symbols are looked for in each DIR and at each URL in turn, under NAME/ID/NAME.sym as "
      "Breakpad's tools keep them; in a DIR also as a lone NAME.sym of the right id. The first use "
      "of a symbol file prepares it and keeps the result under $XDG_CACHE_HOME/sigla (or "
      "~/.cache/sigla), which may be deleted at any time.");
  line.positional("INPUT", &input, "a minidump");
  line.option("--symbols", "DIR|URL", &places, "where symbols are; may be given several times");
  line.choice("--format",
              {"text", "json", "breakpad", "breakpad-machine"},
              &format,
              "for people, for programs, or as Breakpad's minidump_stackwalk prints it with and "
              "without -m");
  line.exit_status(kExitBadInput, "the dump cannot be read");
  line.example("sigla symbolicate crash.dmp --symbols symbols/", "with a folder of .sym files");
  line.example(
      "sigla symbolicate crash.dmp --symbols https://symbols.example/symbols --format json",
      "with a server, for a program");
  if (const auto status = line.parse(arguments)) return *status;
  const auto text = symbolicate(input, places, format);
  if (!text.has_value()) return fail(input, text.error());
  if (std::fwrite(text->data(), 1, text->size(), stdout) != text->size() ||
      std::fflush(stdout) != 0) {
    return fail(errno_error("standard output"));
  }
  return kExitDone;
}

}  // namespace

const Verb kVerbSymbolicate = {
    "symbolicate", "turn a crash dump into readable stacks", run_symbolicate};

}  // namespace sigla::app
