// SPDX-License-Identifier: Apache-2.0
// What the directory of a NuGet package, a ZIP file, says of its entries: where the nuspec is, and
// which names and dates are none that a package should have.
#pragma once

#include <string_view>

#include "base/limits.h"
#include "ingest/package_facts.h"

namespace sigla {

// Reads the directory and the nuspec of the package into facts, with findings. Whether it is a
// symbol package is known afterwards.
Result<PackageFacts> read_package_directory(Bytes package,
                                            const PackageQuestion& question,
                                            const Limits& limits);

// Adds a finding unless there are kFindingsMax already.
void add_finding(PackageFacts& facts,
                 PackageFinding::Kind kind,
                 std::string_view path,
                 std::string message);

}  // namespace sigla
