// SPDX-License-Identifier: Apache-2.0
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "app/command_line.h"
#include "app/exit_code.h"
#include "app/local_workers.h"
#include "app/symcache_folder.h"
#include "app/verbs.h"
#include "os/worker.h"
#include "symbolicate/directory_symbols.h"
#include "symbolicate/symbolicator.h"
#include "symbolicate/write_machine.h"

namespace sigla::app {
namespace {

Result<std::string> symbolicate(const std::string& input,
                                const std::vector<std::string>& symbols,
                                const std::string& format) {
  SIGLA_TRY_ASSIGN(const File dump, File::open_read(input));
  SIGLA_TRY_ASSIGN(const auto walkers, start_local_workers());
  LazyWorkers converters;  // of their own: the walk waits for them
  const SymcacheFolder symcaches = SymcacheFolder::of_user();
  std::vector<std::unique_ptr<SymbolFinder>> owned;
  std::vector<SymbolFinder*> finders;
  for (const std::string& place : symbols) {
    owned.push_back(
        std::make_unique<DirectorySymbols>(place, [&](const File& object, const std::string& name) {
          return symcaches.get_file(object, name, converters);
        }));
    finders.push_back(owned.back().get());
  }
  SymbolFinders all(finders);
  Symbolicator symbolicator(*walkers, finders.empty() ? nullptr : &all);
  SIGLA_TRY_ASSIGN(const Report report, symbolicator.symbolicate(dump));
  static_cast<void>(format);
  return write_breakpad_machine(report);
}

int run_symbolicate(const Verb& self, Arguments arguments) {
  std::string format = "text";
  std::vector<std::string> symbols;
  std::vector<std::string> inputs;
  CommandLine line(self, "[--symbols DIR|URL]... [--format FORMAT] INPUT", "Prints the stacks.");
  line.option("--symbols", "DIR|URL", &symbols, "where symbols are");
  line.option("--format", "FORMAT", &format, "what to print");
  line.positionals("INPUT", &inputs, "a minidump", CommandLine::kAtLeastOne);
  if (const auto status = line.parse(arguments)) return *status;
  const auto text = symbolicate(inputs.front(), symbols, format);
  if (!text.has_value()) return fail(inputs.front(), text.error());
  std::fwrite(text->data(), 1, text->size(), stdout);
  return kExitDone;
}

}  // namespace

const Verb kVerbSymbolicate = {
    "symbolicate", "turn a crash dump into readable stacks", run_symbolicate};

}  // namespace sigla::app
