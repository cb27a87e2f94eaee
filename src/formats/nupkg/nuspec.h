// SPDX-License-Identifier: Apache-2.0
// The manifest of a NuGet package (docs.microsoft.com/nuget/reference/nuspec): what the package is
// called, and what its metadata holds. Owned copies.
//
//   <package><metadata>
//     <id>Demo.Lib</id> <version>1.0.0</version>
//     <packageTypes><packageType name="SymbolsPackage" /></packageTypes>
#pragma once

#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"

namespace sigla::nupkg {

inline constexpr std::uint64_t kNuspecSizeMax = std::uint64_t{4} << 20;

struct Nuspec {
  std::string id;  // as written
  std::string version;
  std::vector<std::string> package_types;  // at most 100
  std::vector<std::string> items;          // the elements of <metadata>, each once, at most 100

  bool is_symbols_package() const;  // of the type SymbolsPackage
  // The elements NuGet.org does not take in a symbol package, which shares them with its package.
  std::vector<std::string> items_for_packages_only() const;
};

// kMalformed (or kLimitExceeded) for what is no manifest, or one without an id or a version.
Result<Nuspec> read_nuspec(Bytes file);

}  // namespace sigla::nupkg
