// SPDX-License-Identifier: Apache-2.0
#include "app/dotnet_manifest.h"

#include <algorithm>
#include <boost/json.hpp>
#include <cstdlib>
#include <set>

#include "base/text.h"

namespace sigla::app {

namespace fs = std::filesystem;
namespace json = boost::json;

namespace {

constexpr std::string_view kPlaceholder = "_._";  // "this folder is empty on purpose"

std::string_view text_of(const json::string& text) { return {text.data(), text.size()}; }

const json::object* member_object(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains({name.data(), name.size()});
  return value == nullptr ? nullptr : value->if_object();
}

std::string member_text(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains({name.data(), name.size()});
  const json::string* text = value == nullptr ? nullptr : value->if_string();
  return text == nullptr ? std::string() : std::string(text_of(*text));
}

// A path below a folder; nothing for one that would leave it.
std::optional<fs::path> below(const fs::path& folder, std::string_view path) {
  const fs::path tidy = fs::path(path).lexically_normal();
  if (path.empty() || tidy.is_absolute() || *tidy.begin() == "..") return std::nullopt;
  return folder / tidy;
}

class ManifestReader {
 public:
  ManifestReader(ManifestKind kind, const fs::path& folder, std::vector<fs::path> package_folders)
      : kind_(kind), folder_(folder), package_folders_(std::move(package_folders)) {}

  Result<std::vector<DotnetAsset>> run(const json::object& root) {
    if (const json::object* folders = member_object(root, "packageFolders")) {
      for (const auto& item : *folders) package_folders_.emplace_back(std::string(item.key()));
    }
    if (kind_ == ManifestKind::kPackagesLock) {
      const json::object* frameworks = member_object(root, "dependencies");
      if (frameworks == nullptr) return malformed("there is no object 'dependencies' in it");
      for (const auto& framework : *frameworks) {
        if (const json::object* packages = framework.value().if_object()) read_locked(*packages);
      }
      return std::move(assets_);
    }
    const json::object* targets = member_object(root, "targets");
    if (targets == nullptr) return malformed("there is no object 'targets' in it");
    libraries_ = member_object(root, "libraries");
    for (const auto& target : *targets) {
      const json::object* libraries = target.value().if_object();
      if (libraries == nullptr) continue;
      for (const auto& library : *libraries) {
        const json::object* assets = library.value().if_object();
        if (assets != nullptr) read_library(std::string(library.key()), *assets);
      }
    }
    return std::move(assets_);
  }

 private:
  void read_locked(const json::object& packages) {
    for (const auto& package : packages) {
      const json::object* facts = package.value().if_object();
      if (facts == nullptr) continue;
      const std::string version = member_text(*facts, "resolved");
      if (version.empty()) continue;  // a project of the solution
      DotnetAsset asset;
      asset.library = std::string(package.key()) + '/' + version;
      for (const fs::path& folder : package_folders_) {
        if (auto path = below(folder, lower(asset.library))) asset.places.push_back(*path);
      }
      add(std::move(asset));
    }
  }

  void read_library(const std::string& name, const json::object& assets) {
    const json::object* facts = libraries_ == nullptr ? nullptr : member_object(*libraries_, name);
    const std::string type =
        facts == nullptr ? member_text(assets, "type") : member_text(*facts, "type");
    std::string path = facts == nullptr ? std::string() : member_text(*facts, "path");
    if (path.empty()) path = lower(name);
    for (const std::string_view group : {"runtime", "runtimeTargets", "native"}) {
      const json::object* files = member_object(assets, group);
      if (files == nullptr) continue;
      for (const auto& file : *files) {
        add_file(name, path, type == "project", std::string(file.key()), file.value());
      }
    }
  }

  void add_file(const std::string& library,
                const std::string& package_path,
                bool is_project,
                const std::string& file,
                const json::value& facts) {
    if (file.ends_with(kPlaceholder)) return;
    if (const json::object* object = facts.if_object()) {
      if (member_text(*object, "assetType") == "resources") return;
    }
    DotnetAsset asset;
    asset.library = library;
    if (kind_ == ManifestKind::kDeps) {
      // Published: beside the manifest, what is for one system in its folder there.
      if (auto path = below(folder_, file)) asset.places.push_back(*path);
      asset.places.push_back(folder_ / std::string(base_name(file)));
    } else if (is_project) {
      return;  // bin/placeholder/...: built by somebody else's project file
    }
    for (const fs::path& folder : package_folders_) {
      const auto package = below(folder, package_path);
      if (!package) continue;
      if (auto path = below(*package, file)) asset.places.push_back(*path);
    }
    add(std::move(asset));
  }

  void add(DotnetAsset asset) {
    if (asset.places.empty() || !seen_.insert(asset.places.back()).second) return;
    assets_.push_back(std::move(asset));
  }

  const ManifestKind kind_;
  const fs::path folder_;
  std::vector<fs::path> package_folders_;
  const json::object* libraries_ = nullptr;
  std::set<fs::path> seen_;
  std::vector<DotnetAsset> assets_;
};

}  // namespace

ManifestKind manifest_kind(std::string_view file_name) {
  const std::string name = lower(base_name(file_name));
  if (name == "project.assets.json") return ManifestKind::kProjectAssets;
  if (name == "packages.lock.json") return ManifestKind::kPackagesLock;
  if (name.ends_with(".deps.json")) return ManifestKind::kDeps;
  return ManifestKind::kNone;
}

Result<std::vector<DotnetAsset>> read_manifest(ManifestKind kind,
                                               std::string_view text,
                                               const fs::path& folder,
                                               const std::vector<fs::path>& package_folders) {
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
  json::error_code failure;
  const json::value root = json::parse({text.data(), text.size()}, failure);
  if (failure) return malformed("this is no JSON: {}", failure.message());
  const json::object* object = root.if_object();
  if (object == nullptr) return malformed("this JSON is no object");
  return ManifestReader(kind, folder, package_folders).run(*object);
}

std::vector<fs::path> user_package_folders() {
  const char* const named = std::getenv("NUGET_PACKAGES");
  if (named != nullptr && *named != '\0') return {named};
  const char* const home = std::getenv("HOME");
  if (home == nullptr || *home == '\0') return {};
  return {fs::path(home) / ".nuget/packages"};
}

}  // namespace sigla::app
