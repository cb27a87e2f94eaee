// SPDX-License-Identifier: Apache-2.0
// The verbs of `sigla sourcelink`, each in its own file app/sourcelink_NAME.cc.
#pragma once

#include "app/verb.h"

namespace sigla::app {

extern const Verb kSourcelinkCheck;
extern const Verb kSourcelinkGenerate;
extern const Verb kSourcelinkResolve;
extern const Verb kSourcelinkUntracked;
extern const Verb kSourcelinkUrl;

}  // namespace sigla::app
