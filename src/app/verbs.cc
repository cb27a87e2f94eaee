// SPDX-License-Identifier: Apache-2.0
#include "app/verbs.h"

#include <fmt/format.h>

#include <iterator>

namespace sigla::app {

namespace {

const Verb* const kVerbs[] = {
    &kVerbServe,
    &kVerbUpload,
    &kVerbRestore,
    &kVerbVerify,
    &kVerbInspect,
    &kVerbKeys,
    &kVerbLookup,
    &kVerbDumpSyms,
    &kVerbConvertPdb,
    &kVerbDemangle,
    &kVerbSymbolicate,
    &kVerbSource,
    &kVerbSourcelink,
    &kVerbSourceIndex,
    &kVerbToken,
    &kVerbProject,
    &kVerbWorker,
    &kVerbHelp,
};

}  // namespace

std::span<const Verb* const> all_verbs() { return kVerbs; }

const Verb* find_verb(std::string_view name) {
  for (const Verb* verb : kVerbs) {
    if (verb->name == name) return verb;
  }
  return nullptr;
}

std::string overview() {
  std::string page =
      "NAME\n"
      "    sigla - symbol server and crash symbolication\n\n"
      "SYNOPSIS\n"
      "    sigla VERB [OPTION]... [ARGUMENT]...\n"
      "    sigla VERB --help\n"
      "    sigla --version\n\n"
      "VERBS\n";
  for (const Verb* verb : kVerbs) {
    fmt::format_to(std::back_inserter(page), "    {:<14}{}\n", verb->name, verb->summary);
  }
  page +=
      "\nEXIT STATUS\n"
      "    0   done\n"
      "    1   the answer is \"no\": not found, a check failed\n"
      "    2   the command line makes no sense\n"
      "    3   bad input: a file breaks its format\n"
      "    4   environment: network, disk or server\n";
  return page;
}

}  // namespace sigla::app
