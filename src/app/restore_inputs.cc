// SPDX-License-Identifier: Apache-2.0
#include "app/restore_inputs.h"

#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <optional>
#include <set>

#include "app/dotnet_manifest.h"
#include "base/text.h"
#include "object/object.h"
#include "os/file.h"

namespace sigla::app {

namespace fs = std::filesystem;

namespace {

constexpr std::uint64_t kManifestSizeMax = std::uint64_t{256} << 20;
constexpr std::size_t kStartSize = 4'096;

Format format_of(const fs::path& path) {
  const auto file = File::open_read(path);
  if (!file.has_value()) return Format::kUnknown;
  Buffer start(kStartSize);
  const auto size = file->read_at(start, 0);
  return size.has_value() ? sniff_format(Bytes(start).first(*size)) : Format::kUnknown;
}

bool is_program(Format format) {
  return format == Format::kPe || format == Format::kElf || format == Format::kMacho;
}
bool is_dump(Format format) { return format == Format::kMinidump || format == Format::kElfCore; }

class InputFinder {
 public:
  Status add_named(const std::string& path) {
    struct stat info{};
    if (::stat(path.c_str(), &info) != 0) return errno_error(path);
    if (S_ISDIR(info.st_mode)) {
      add_folder(path);
      return {};
    }
    const ManifestKind kind = manifest_kind(path);
    if (kind != ManifestKind::kNone) {
      Status status = add_manifest(path, kind);
      return status.has_value() ? Status() : Status(std::move(status).error().in(path));
    }
    const Format format = format_of(path);
    if (is_program(format) || is_dump(format)) {
      add_file(path);
      return {};
    }
    return make_error(ErrorCode::kUnsupported,
                      "{}: neither a program, a crash dump, nor a manifest of .NET",
                      path);
  }

  RestoreInputs take() && { return std::move(inputs_); }

 private:
  void add_file(const fs::path& path) {
    struct stat info{};
    if (::stat(path.c_str(), &info) != 0) return;
    if (seen_.emplace(info.st_dev, info.st_ino).second) inputs_.files.push_back(path.string());
  }

  // Links to folders are not followed, so there is no loop.
  void add_folder(const fs::path& root) {
    std::vector<fs::path> files;
    std::error_code error;
    for (fs::recursive_directory_iterator
             it(root, fs::directory_options::skip_permission_denied, error),
         end;
         !error && it != end;
         it.increment(error)) {
      std::error_code ignored;
      if (it->is_regular_file(ignored)) files.push_back(it->path());
    }
    std::sort(files.begin(), files.end());
    for (const fs::path& file : files) {
      const ManifestKind kind = manifest_kind(file.filename().string());
      if (kind != ManifestKind::kNone) {
        // What is only found may be something else of that name.
        static_cast<void>(add_manifest(file, kind));
      } else if (is_program(format_of(file))) {
        add_file(file);
      }
    }
  }

  Status add_manifest(const fs::path& path, ManifestKind kind) {
    SIGLA_TRY_ASSIGN(const Buffer text, read_file(path, kManifestSizeMax));
    const fs::path folder = path.has_parent_path() ? path.parent_path() : fs::path(".");
    SIGLA_TRY_ASSIGN(const std::vector<DotnetAsset> assets,
                     read_manifest(kind, as_text(text), folder, user_package_folders()));
    for (const DotnetAsset& asset : assets) {
      const auto found =
          std::find_if(asset.places.begin(), asset.places.end(), [](const fs::path& place) {
            std::error_code ignored;
            return fs::exists(place, ignored);
          });
      std::error_code ignored;
      if (found == asset.places.end()) {
        inputs_.missing.push_back(
            {fmt::format("{}: {}", asset.library, asset.places.back().string()), path.string()});
      } else if (fs::is_directory(*found, ignored)) {
        add_folder(*found);
      } else if (is_program(format_of(*found))) {
        add_file(*found);
      }
    }
    return {};
  }

  std::set<std::pair<dev_t, ino_t>> seen_;
  RestoreInputs inputs_;
};

}  // namespace

Result<RestoreInputs> find_restore_inputs(const std::vector<std::string>& paths) {
  InputFinder finder;
  for (const std::string& path : paths) SIGLA_TRY(finder.add_named(path));
  return std::move(finder).take();
}

}  // namespace sigla::app
