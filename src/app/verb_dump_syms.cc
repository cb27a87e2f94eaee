// SPDX-License-Identifier: Apache-2.0
#include <cstdio>
#include <string>
#include <vector>

#include "app/command_line.h"
#include "app/exit_code.h"
#include "app/symbol_file_options.h"
#include "app/verbs.h"
#include "convert/symcache_to_breakpad.h"

namespace sigla::app {

namespace {

Status print(std::string_view text) {
  if (std::fwrite(text.data(), 1, text.size(), stdout) == text.size()) return {};
  return errno_error("standard output");
}

int run_dump_syms(const Verb& self, Arguments arguments) {
  BreakpadTextOptions options;
  SymbolFileOptions file_options;
  std::vector<std::string> files;
  CommandLine line(
      self,
      "[--cfi-only] [--arch ARCH] [--debug-directory DIR]... FILE...",
      "Prints the symbols of each FILE as a Breakpad symbol file: functions, lines, "
      "inlined calls, public symbols and unwind rules, each kind in order of address.\n\n"
      "Reads what `sigla lookup` reads, plain or compressed. Of a Breakpad symbol file comes out "
      "the same in one canonical order and numbering, without what overlaps.");
  line.flag("--cfi-only", &options.cfi_only, "only STACK records");
  file_options.add_to(line);
  line.positionals("FILE", &files, "what to read", CommandLine::kAtLeastOne);
  line.example("sigla dump-syms app.sym > canonical.sym", "the same symbols, in order");
  if (const auto status = line.parse(arguments)) return *status;

  LazyWorkers workers;
  int status = kExitDone;
  for (const std::string& path : files) {
    const auto opened = file_options.open(path, workers);
    if (!opened.has_value()) {
      status = fail(path, opened.error());
      continue;
    }
    const auto written = symcache_to_breakpad(opened->cache, options, print);
    if (!written.has_value()) return fail(written.error());
  }
  if (std::fflush(stdout) != 0) return fail(errno_error("standard output"));
  return status;
}

}  // namespace

const Verb kVerbDumpSyms = {"dump-syms", "print a file's symbols as Breakpad text", run_dump_syms};

}  // namespace sigla::app
