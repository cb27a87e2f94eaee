// SPDX-License-Identifier: Apache-2.0
#include "app/sourcelink_verbs.h"
#include "app/sub_verb.h"
#include "app/verbs.h"

namespace sigla::app {

namespace {

const Verb* const kSubVerbs[] = {&kSourcelinkGenerate,
                                 &kSourcelinkUntracked,
                                 &kSourcelinkCheck,
                                 &kSourcelinkResolve,
                                 &kSourcelinkUrl};

int run_sourcelink(const Verb& self, Arguments arguments) {
  return run_sub_verb(self,
                      "Makes and reads Source Link maps: which URL has the source of a path that "
                      "debug information names.",
                      kSubVerbs,
                      {"sigla sourcelink generate -o app.sourcelink.json",
                       "before a build, for /SOURCELINK:app.sourcelink.json"},
                      arguments);
}

}  // namespace

const Verb kVerbSourcelink = {"sourcelink", "make and read Source Link maps", run_sourcelink};

}  // namespace sigla::app
