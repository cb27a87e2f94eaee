// SPDX-License-Identifier: Apache-2.0
// The files in which .NET writes down what a program is made of, read for the paths of its
// assemblies:
//
//   project.assets.json   targets/FRAMEWORK/LIBRARY: runtime, runtimeTargets, native;
//   packageFolders packages.lock.json    dependencies/FRAMEWORK/PACKAGE: resolved NAME.deps.json as
//   project.assets.json, of a program that was published
//
// (NuGet.ProjectModel, dotnet/runtime "runtime-configuration-file.md".) Nothing is opened here.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace sigla::app {

enum class ManifestKind { kNone, kProjectAssets, kPackagesLock, kDeps };
ManifestKind manifest_kind(std::string_view file_name);  // by its name

struct DotnetAsset {
  std::string library;  // "Demo.Lib/1.0.0"
  // Where it can lie, in order; the first that exists is meant. A folder (of a packages.lock.json,
  // which names no files): every assembly below.
  std::vector<std::filesystem::path> places;

  bool operator==(const DotnetAsset&) const = default;
};

// `folder` is the manifest's own, `package_folders` come before those it names. Each file once.
// kMalformed for what is no such manifest.
Result<std::vector<DotnetAsset>> read_manifest(
    ManifestKind kind,
    std::string_view json,
    const std::filesystem::path& folder,
    const std::vector<std::filesystem::path>& package_folders);

// NUGET_PACKAGES, or ~/.nuget/packages.
std::vector<std::filesystem::path> user_package_folders();

}  // namespace sigla::app
