// SPDX-License-Identifier: Apache-2.0
#include "app/sub_verb.h"

#include <fmt/format.h>

#include <cstdio>
#include <iterator>
#include <string>

#include "app/command_line.h"
#include "app/exit_code.h"

namespace sigla::app {

int run_sub_verb(const Verb& outer,
                 std::string_view description,
                 std::span<const Verb* const> sub_verbs,
                 const SubVerbExample& example,
                 Arguments arguments) {
  std::string names;
  std::string page = std::string(description) + "\n";
  for (const Verb* verb : sub_verbs) {
    const std::string_view word = verb->name.substr(outer.name.size() + 1);
    if (!arguments.empty() && arguments.front() == word) {
      return verb->run(*verb, arguments.subspan(1));
    }
    names += (names.empty() ? "" : "|") + std::string(word);
    fmt::format_to(std::back_inserter(page), "\n  {:<12}{}", word, verb->summary);
  }
  page += fmt::format("\n\n`sigla {} VERB --help` says more of each.", outer.name);

  std::vector<std::string> words;
  CommandLine line(outer, names + " [OPTION]... [ARGUMENT]...", page);
  line.positionals("VERB", &words, "what to do", CommandLine::kAtLeastOne);
  line.example(example.command, example.what);
  if (const auto status = line.parse(arguments.first(std::min<std::size_t>(1, arguments.size())))) {
    return *status;
  }
  fail(outer.name,
       make_error(ErrorCode::kInvalidArgument, "'{}' is none of {}", words.front(), names));
  return kExitUsage;
}

}  // namespace sigla::app
