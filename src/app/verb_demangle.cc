// SPDX-License-Identifier: Apache-2.0
#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

#include "app/command_line.h"
#include "app/exit_code.h"
#include "app/local_workers.h"
#include "app/verbs.h"
#include "convert/demangle_job.h"

namespace sigla::app {

namespace {

int run_demangle(const Verb& self, Arguments arguments) {
  std::vector<std::string> names;
  CommandLine line(self,
                   "NAME...",
                   "Prints each NAME as its language has it, one a line: qualified and with "
                   "parameters, without return type, access or calling convention. Reads C++ "
                   "(Itanium and MSVC), Rust, Swift and D. What is no mangled name comes back as "
                   "it is.");
  line.positionals("NAME", &names, "a name as the linker sees it", CommandLine::kAtLeastOne);
  line.example("sigla demangle _ZN1a1bEi", "prints a::b(int)");
  line.example("sigla demangle -- '-[Foo bar]'", "a name that begins with a dash");
  if (const auto status = line.parse(arguments)) return *status;

  const auto workers = start_local_workers();
  if (!workers.has_value()) return fail(workers.error());
  const std::vector<std::string_view> views(names.begin(), names.end());
  const auto readable = Demangler(*workers.value()).demangle(views);
  if (!readable.has_value()) return fail(readable.error());
  for (const std::string& name : readable.value()) std::printf("%s\n", name.c_str());
  return kExitDone;
}

}  // namespace

const Verb kVerbDemangle = {"demangle", "make mangled names readable", run_demangle};

}  // namespace sigla::app
