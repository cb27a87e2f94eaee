// SPDX-License-Identifier: Apache-2.0
// Source bundles: the source files of one program, under the ids of that program. The file is
// "SYSB", a version (u32, little-endian), then a ZIP archive with manifest.json at its root. A
// plain ZIP with a manifest.json in it is no bundle.
#pragma once

#include <string_view>

#include "base/bytes.h"
#include "base/limits.h"
#include "formats/sourcebundle/manifest.h"
#include "ident/identity.h"

namespace sigla::sourcebundle {

bool is_source_bundle(Bytes file);

// Unpacks and parses the manifest; no source is unpacked.
Result<Manifest> read_manifest(Bytes file, const Limits& limits);

// `name` is what the sender called the file; an empty one is replaced by the program's.
Result<Identity> identify_source_bundle(Bytes file, std::string_view name, const Limits& limits);

}  // namespace sigla::sourcebundle
