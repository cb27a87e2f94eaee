// SPDX-License-Identifier: Apache-2.0
// The verbs of a verb: `sigla sourcelink url`. Each is a Verb with a page of its own, whose name is
// both words; the outer verb only picks one and lists them.
//
//   int run_sourcelink(const Verb& self, Arguments arguments) {
//     return run_sub_verb(self, "Makes and reads Source Link maps.", kSubVerbs, {...}, arguments);
//   }
#pragma once

#include <span>
#include <string_view>

#include "app/verb.h"

namespace sigla::app {

struct SubVerbExample {
  std::string_view command;
  std::string_view what;
};

// `description` opens the page that `sigla OUTER --help` prints.
int run_sub_verb(const Verb& outer,
                 std::string_view description,
                 std::span<const Verb* const> sub_verbs,
                 const SubVerbExample& example,
                 Arguments arguments);

}  // namespace sigla::app
