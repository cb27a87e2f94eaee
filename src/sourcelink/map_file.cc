// SPDX-License-Identifier: Apache-2.0
#include "sourcelink/map_file.h"

#include <algorithm>

#include "base/json_writer.h"

namespace sigla::sourcelink {
namespace {

// With the separator the prefix itself uses.
std::string path_of_root(std::string_view prefix, std::string folder) {
  const bool is_windows =
      prefix.find('\\') != std::string_view::npos && prefix.find('/') == std::string_view::npos;
  const char separator = is_windows ? '\\' : '/';
  if (is_windows) std::replace(folder.begin(), folder.end(), '/', separator);
  std::string path(prefix);
  if (!path.ends_with(separator)) path += separator;
  return path + folder;
}

}  // namespace

Result<MapFile> make_map_file(const Checkout& checkout,
                              const ProviderChoice& choice,
                              std::string_view prefix) {
  MapFile file;
  file.warnings = checkout.warnings;
  const std::string outermost = prefix.empty() ? checkout.work_tree.string() : std::string(prefix);
  JsonWriter json;
  json.begin_object().key("documents").begin_object();
  std::size_t count = 0;
  for (const SourceRoot& root : checkout.roots) {
    if (root.remote.empty()) continue;
    const std::string path = path_of_root(outermost, root.folder);
    if (path.find('*') != std::string::npos) {
      return make_error(
          ErrorCode::kInvalidArgument, "'{}': a map cannot hold a path with '*'", path);
    }
    const auto url = choose_source_link_url(choice, root.remote, root.revision);
    if (!url.has_value()) {
      file.warnings.push_back(fmt::format("{} has no URL: {}", path, url.error().message()));
      continue;
    }
    json.member(path + "*", *url);
    ++count;
  }
  json.end_object().end_object();
  if (count > 0) file.json = std::move(json).take() + "\n";
  return file;
}

}  // namespace sigla::sourcelink
