// SPDX-License-Identifier: Apache-2.0
// A verb of the command line: `sigla NAME ARGUMENTS...`.
//
// Each lives in its own file app/verb_NAME.cc, which defines one constant and nothing else that
// others see:
//
//   const Verb kVerbKeys = {"keys", "print every symbol key of a file", run_keys};
//
// and is declared and listed in app/verbs.h and app/verbs.cc, one line each. `run` reads its
// arguments with CommandLine (app/command_line.h), which gives it --help.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace sigla::app {

using Arguments = std::span<const std::string>;  // what stands after the verb

struct Verb {
  std::string_view name;
  std::string_view summary;  // one line without a full stop, for `sigla --help`
  int (*run)(const Verb& self, Arguments arguments);  // the exit status
};

}  // namespace sigla::app
