// SPDX-License-Identifier: Apache-2.0
#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

#include "app/command_line.h"
#include "app/exit_code.h"
#include "app/symbol_file_options.h"
#include "app/verbs.h"
#include "convert/demangle_job.h"
#include "convert/symcache_to_breakpad.h"

namespace sigla::app {

namespace {

Status print(std::string_view text) {
  if (std::fwrite(text.data(), 1, text.size(), stdout) == text.size()) return {};
  return errno_error("standard output");
}

// Every name of the cache as people read it, in the cache's order.
Result<std::vector<std::string>> readable_names(const Symcache& cache, LazyWorkers& workers) {
  std::vector<std::string_view> names;
  names.reserve(cache.name_count());
  for (std::size_t i = 0; i < cache.name_count(); ++i) names.push_back(cache.name(i));
  SIGLA_TRY_ASSIGN(WorkerPool* const pool, workers.get());
  return Demangler(*pool).demangle(names);
}

Status dump(const Symcache& cache, BreakpadTextOptions options, LazyWorkers& workers) {
  // What a Breakpad file says is not taken from it.
  options.inlines = options.inlines || cache.identity().format == Format::kBreakpad;
  std::vector<std::string> names;
  if (!options.cfi_only) {
    SIGLA_TRY_ASSIGN(names, readable_names(cache, workers));
    options.names = names;
  }
  return symcache_to_breakpad(cache, options, print);
}

int run_dump_syms(const Verb& self, Arguments arguments) {
  BreakpadTextOptions options{.inlines = false};
  SymbolFileOptions file_options;
  std::vector<std::string> files;
  CommandLine line(
      self,
      "[--inlines] [--cfi-only] [--arch ARCH] [--debug-directory DIR]... FILE...",
      "Prints the symbols of each FILE as a Breakpad symbol file: functions, lines, "
      "public symbols and unwind rules, each kind in order of address, with names as Breakpad's "
      "dump_syms writes them: demangled. Lines of inlined code are those of the code itself; "
      "--inlines adds which function called it from where.\n\n"
      "Reads what `sigla lookup` reads, plain or compressed. Of a Breakpad symbol file comes out "
      "the same in one canonical order and numbering, its inlined calls too, without what "
      "overlaps.");
  line.flag("--inlines", &options.inlines, "INLINE records, as dump_syms -d writes them");
  line.flag("--cfi-only", &options.cfi_only, "only STACK records");
  file_options.add_to(line);
  line.positionals("FILE", &files, "what to read", CommandLine::kAtLeastOne);
  line.example("sigla dump-syms --inlines app.debug > app.sym", "for Breakpad's stackwalkers");
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
    const auto written = dump(opened->cache, options, workers);
    if (!written.has_value()) return fail(written.error());
  }
  if (std::fflush(stdout) != 0) return fail(errno_error("standard output"));
  return status;
}

}  // namespace

const Verb kVerbDumpSyms = {"dump-syms", "print a file's symbols as Breakpad text", run_dump_syms};

}  // namespace sigla::app
