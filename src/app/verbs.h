// SPDX-License-Identifier: Apache-2.0
// Every verb of the program, in the order `sigla --help` lists them.
#pragma once

#include <span>

#include "app/verb.h"

namespace sigla::app {

extern const Verb kVerbConvertPdb;
extern const Verb kVerbDemangle;
extern const Verb kVerbDumpSyms;
extern const Verb kVerbInspect;
extern const Verb kVerbKeys;
extern const Verb kVerbLookup;
extern const Verb kVerbProject;
extern const Verb kVerbRestore;
extern const Verb kVerbServe;
extern const Verb kVerbSource;
extern const Verb kVerbSourceIndex;
extern const Verb kVerbSourcelink;
extern const Verb kVerbSymbolicate;
extern const Verb kVerbToken;
extern const Verb kVerbUpload;
extern const Verb kVerbVerify;
extern const Verb kVerbWorker;
extern const Verb kVerbHelp;

std::span<const Verb* const> all_verbs();
const Verb* find_verb(std::string_view name);  // null when there is none

// The page `sigla --help` prints.
std::string overview();

}  // namespace sigla::app
