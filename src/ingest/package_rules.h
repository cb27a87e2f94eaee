// SPDX-License-Identifier: Apache-2.0
// Which findings refuse a NuGet package, and which are only told.
//
// Strict is what NuGet.org does: every rule refuses. Otherwise only what nobody could use does; a
// Windows PDB, symbols of a package that lives elsewhere or a program without a checksum are good
// for every debugger, so they are taken with a warning.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "ingest/package_facts.h"

namespace sigla {

// NuGet.org's limit for symbol packages.
inline constexpr std::uint64_t kStrictPackageSizeMax = 262'144'000;

bool refuses(PackageFinding::Kind kind, bool is_strict);
// The code of the refusal: kNotFound, kConflict or kLimitExceeded where NuGet.org answers 404, 409
// or 413, kInvalidArgument for the rest.
ErrorCode refusal_code(PackageFinding::Kind kind);

// Why the package is refused, in one line; empty when it is not.
std::string refusal_of(const std::vector<PackageFinding>& findings, bool is_strict);

}  // namespace sigla
