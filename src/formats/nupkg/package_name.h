// SPDX-License-Identifier: Apache-2.0
// The id and version of a NuGet package as it is looked up by: lower-case, the version normalised
// (docs.microsoft.com/nuget/concepts/package-versioning, "Normalized version numbers").
//
//   normalise_version("1.00")          "1.0.0"
//   normalise_version("1.0.0.0-RC.1")  "1.0.0-rc.1"
//   normalise_version("1.0.1+ab12")    "1.0.1"
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace sigla::nupkg {

inline constexpr std::size_t kPackageIdSizeMax = 100;
inline constexpr std::size_t kPackageVersionSizeMax = 256;

// Errors are kMalformed.
Result<std::string> normalise_id(std::string_view id);
Result<std::string> normalise_version(std::string_view version);

}  // namespace sigla::nupkg
