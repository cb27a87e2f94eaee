// SPDX-License-Identifier: Apache-2.0
#include <cstdio>

#include "app/command_line.h"
#include "app/exit_code.h"
#include "app/verbs.h"

namespace sigla::app {

namespace {

int run_help(const Verb& self, Arguments arguments) {
  std::string topic;
  CommandLine line(self, "[VERB]", "Prints the manual page of VERB, or the list of all verbs.");
  line.positional("VERB", &topic, "the verb to explain", false);
  line.example("sigla help upload", "how to publish the symbols of a build");
  if (const auto status = line.parse(arguments)) return *status;
  if (topic.empty()) {
    std::fputs(overview().c_str(), stdout);
    return kExitDone;
  }
  const Verb* verb = find_verb(topic);
  if (verb == nullptr) {
    return fail("help", make_error(ErrorCode::kInvalidArgument, "no verb '{}'", topic));
  }
  const std::string help_flag[] = {"--help"};
  return verb->run(*verb, Arguments(help_flag));
}

}  // namespace

const Verb kVerbHelp = {"help", "explain a verb", run_help};

}  // namespace sigla::app
