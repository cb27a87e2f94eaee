// SPDX-License-Identifier: Apache-2.0
#include "app/dotnet_manifest.h"

#include <gtest/gtest.h>

#include "testing/matchers.h"

namespace sigla::app {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

constexpr std::string_view kAssets = R"({
  "targets": {"net8.0": {
    "Demo.Lib/1.0.0": {"type": "package",
      "compile": {"ref/net8.0/Demo.Lib.dll": {}},
      "runtime": {"lib/net8.0/Demo.Lib.dll": {}, "lib/net8.0/_._": {}},
      "runtimeTargets": {"runtimes/win/lib/net8.0/Demo.Lib.dll": {"assetType": "runtime"},
                         "runtimes/de/Demo.resources.dll": {"assetType": "resources"}},
      "native": {"runtimes/linux-x64/native/libdemo.so": {}}},
    "Mine/1.0.0": {"type": "project", "runtime": {"bin/placeholder/Mine.dll": {}}}},
   "net9.0": {"Demo.Lib/1.0.0": {"runtime": {"lib/net8.0/Demo.Lib.dll": {}}}}},
  "libraries": {"Demo.Lib/1.0.0": {"type": "package", "path": "demo.lib/1.0.0"},
                "Mine/1.0.0": {"type": "project", "path": "../Mine/Mine.csproj"}},
  "packageFolders": {"/pkgs/": {}}})";

TEST(DotnetManifest, IsKnownByItsName) {
  EXPECT_EQ(manifest_kind("obj/project.assets.json"), ManifestKind::kProjectAssets);
  EXPECT_EQ(manifest_kind("Packages.Lock.json"), ManifestKind::kPackagesLock);
  EXPECT_EQ(manifest_kind("app.deps.json"), ManifestKind::kDeps);
  EXPECT_EQ(manifest_kind("app.runtimeconfig.json"), ManifestKind::kNone);
}

TEST(DotnetManifest, NamesWhatAProjectIsMadeOf) {
  ASSERT_OK_AND_ASSIGN(const auto assets,
                       read_manifest(ManifestKind::kProjectAssets, kAssets, "obj", {"/mine"}));
  ASSERT_THAT(assets, SizeIs(3));
  EXPECT_EQ(assets[0].library, "Demo.Lib/1.0.0");
  EXPECT_THAT(assets[0].places,
              ElementsAre("/mine/demo.lib/1.0.0/lib/net8.0/Demo.Lib.dll",
                          "/pkgs/demo.lib/1.0.0/lib/net8.0/Demo.Lib.dll"));
  EXPECT_EQ(assets[1].places.back(), "/pkgs/demo.lib/1.0.0/runtimes/win/lib/net8.0/Demo.Lib.dll");
  EXPECT_EQ(assets[2].places.back(), "/pkgs/demo.lib/1.0.0/runtimes/linux-x64/native/libdemo.so");
}

TEST(DotnetManifest, LooksBesideAPublishedProgramFirst) {
  ASSERT_OK_AND_ASSIGN(const auto assets,
                       read_manifest(ManifestKind::kDeps, kAssets, "/app", {"/mine"}));
  ASSERT_THAT(assets, SizeIs(4));
  EXPECT_THAT(assets[1].places,
              ElementsAre("/app/runtimes/win/lib/net8.0/Demo.Lib.dll",
                          "/app/Demo.Lib.dll",
                          "/mine/demo.lib/1.0.0/runtimes/win/lib/net8.0/Demo.Lib.dll",
                          "/pkgs/demo.lib/1.0.0/runtimes/win/lib/net8.0/Demo.Lib.dll"));
}

TEST(DotnetManifest, NamesTheFoldersOfLockedPackages) {
  constexpr std::string_view kLock = R"({"version": 1, "dependencies": {"net8.0": {
      "Demo.Lib": {"type": "Direct", "resolved": "1.0.0-RC.1"}, "mine": {"type": "Project"}}}})";
  ASSERT_OK_AND_ASSIGN(const auto assets,
                       read_manifest(ManifestKind::kPackagesLock, kLock, ".", {"/mine"}));
  ASSERT_THAT(assets, SizeIs(1));
  EXPECT_THAT(assets[0].places, ElementsAre("/mine/demo.lib/1.0.0-rc.1"));
}

TEST(DotnetManifest, NeverLeavesItsFolders) {
  constexpr std::string_view kEvil = R"({"targets": {"t": {
      "A/1": {"runtime": {"/etc/a.dll": {}, "../../b.dll": {}, "x/../../../c.dll": {}}},
      "../../B/1": {"runtime": {"d.dll": {}}}}}})";
  ASSERT_OK_AND_ASSIGN(const auto assets,
                       read_manifest(ManifestKind::kProjectAssets, kEvil, "obj", {"/mine"}));
  EXPECT_THAT(assets, IsEmpty());
}

TEST(DotnetManifest, RefusesWhatIsNone) {
  const auto read = [](ManifestKind kind, std::string_view text) {
    return read_manifest(kind, text, ".", {});
  };
  EXPECT_THAT(read(ManifestKind::kDeps, "{"), IsError(ErrorCode::kMalformed, "no JSON"));
  EXPECT_THAT(read(ManifestKind::kDeps, "[]"), IsError(ErrorCode::kMalformed, "no object"));
  EXPECT_THAT(read(ManifestKind::kDeps, "{}"), IsError(ErrorCode::kMalformed, "'targets'"));
  EXPECT_THAT(read(ManifestKind::kPackagesLock, "{}"),
              IsError(ErrorCode::kMalformed, "'dependencies'"));
  EXPECT_THAT(read(ManifestKind::kDeps, R"({"targets": {"a": 1, "b": {"c": []}}})"),
              IsOkAnd(IsEmpty()));
  for (std::size_t size = 0; size < kAssets.size(); ++size) {
    EXPECT_FALSE(read(ManifestKind::kDeps, kAssets.substr(0, size)).has_value()) << size;
  }
}

}  // namespace
}  // namespace sigla::app
