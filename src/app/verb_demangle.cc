// SPDX-License-Identifier: Apache-2.0
#include <unistd.h>

#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

#include "app/command_line.h"
#include "app/demangle_filter.h"
#include "app/exit_code.h"
#include "app/local_workers.h"
#include "app/verbs.h"
#include "convert/demangle_job.h"

namespace sigla::app {

namespace {

int print(const Result<std::string>& text) {
  if (!text.has_value()) return fail(text.error());
  std::fwrite(text->data(), 1, text->size(), stdout);
  if (std::fflush(stdout) != 0) return fail(errno_error("standard output"));
  return kExitDone;
}

int filter_standard_input(const Demangler& demangler) {
  DemangleFilter filter(
      [&](std::span<const std::string_view> names) { return demangler.demangle(names); });
  std::vector<char> buffer(1 << 20);
  for (;;) {
    const ssize_t size = ::read(STDIN_FILENO, buffer.data(), buffer.size());
    if (size < 0) return fail(errno_error("standard input"));
    if (size == 0) return print(filter.finish());
    const std::string_view text(buffer.data(), static_cast<std::size_t>(size));
    if (const int status = print(filter.add(text)); status != kExitDone) return status;
  }
}

int run_demangle(const Verb& self, Arguments arguments) {
  std::vector<std::string> names;
  CommandLine line(self,
                   "NAME...",
                   "Prints each NAME as its language has it, one a line: qualified and with "
                   "parameters, without return type, access or calling convention. Reads C++ "
                   "(Itanium and MSVC), Rust, Swift and D. What is no mangled name comes back as "
                   "it is. A single '-' makes the names within a text readable, from standard "
                   "input.");
  line.positionals(
      "NAME", &names, "a name as the linker sees it, or '-'", CommandLine::kAtLeastOne);
  line.example("sigla demangle _ZN1a1bEi", "prints a::b(int)");
  line.example("sigla demangle -- '-[Foo bar]'", "a name that begins with a dash");
  line.example("nm app | sigla demangle -", "a text with names in it");
  if (const auto status = line.parse(arguments)) return *status;

  const auto workers = start_local_workers();
  if (!workers.has_value()) return fail(workers.error());
  const Demangler demangler(*workers.value());
  if (names.size() == 1 && names[0] == "-") return filter_standard_input(demangler);
  const std::vector<std::string_view> views(names.begin(), names.end());
  const auto readable = demangler.demangle(views);
  if (!readable.has_value()) return fail(readable.error());
  std::string text;
  for (const std::string& name : readable.value()) text += name + '\n';
  return print(text);
}

}  // namespace

const Verb kVerbDemangle = {"demangle", "make mangled names readable", run_demangle};

}  // namespace sigla::app
