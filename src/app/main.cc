// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <cstdio>
#include <string>
#include <vector>

#include "app/exit_code.h"
#include "app/verbs.h"
#include "app/version.h"

int main(int argc, char** argv) {
  namespace app = sigla::app;
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  const std::string first = arguments.empty() ? "" : arguments.front();
  if (first == "--help" || first == "-h") {
    std::fputs(app::overview().c_str(), stdout);
    return app::kExitDone;
  }
  if (first == "--version") {
    std::fputs(fmt::format("sigla {}\n", app::kVersion).c_str(), stdout);
    return app::kExitDone;
  }
  const app::Verb* verb = app::find_verb(first);
  if (verb == nullptr) {
    const std::string why =
        first.empty() ? "no verb given" : fmt::format("{}: no such verb", first);
    std::fputs(fmt::format("sigla: {}\nTry 'sigla --help'.\n", why).c_str(), stderr);
    return app::kExitUsage;
  }
  return verb->run(*verb, app::Arguments(arguments).subspan(1));
}
