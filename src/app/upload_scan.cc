// SPDX-License-Identifier: Apache-2.0
#include "app/upload_scan.h"

#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <optional>
#include <set>
#include <utility>

#include "app/upload_content.h"
#include "base/text.h"
#include "codec/archive.h"

namespace sigla::app {

namespace fs = std::filesystem;

namespace {

class Scanner {
 public:
  Scanner(const HasId& has_id, bool takes_sources)
      : has_id_(has_id), takes_sources_(takes_sources) {}

  void scan_named(const std::string& path) {
    struct stat info{};
    if (::stat(path.c_str(), &info) != 0) return refuse(path, errno_error("not readable"));
    if (S_ISDIR(info.st_mode)) return scan_folder(path);
    const std::string name = to_utf8(base_name(path));
    if (!S_ISREG(info.st_mode)) {
      return refuse(path, make_error(ErrorCode::kUnsupported, "neither a file nor a folder"));
    }
    add_file(path, name, info, true);
  }

  ScanResult take() && { return std::move(result_); }

 private:
  void scan_folder(const std::string& root) {
    std::vector<fs::path> folders = {root};
    while (!folders.empty()) {
      const fs::path folder = std::move(folders.back());
      folders.pop_back();
      std::vector<fs::path> below;
      for (const fs::path& path : entries_of(folder)) {
        struct stat info{};
        if (::lstat(path.c_str(), &info) != 0) continue;  // gone meanwhile
        if (S_ISDIR(info.st_mode)) below.push_back(path);
        if (S_ISLNK(info.st_mode) && ::stat(path.c_str(), &info) != 0) continue;
        if (!S_ISREG(info.st_mode)) continue;
        add_file(
            path.string(), to_utf8(path.lexically_relative(root).generic_string()), info, false);
      }
      folders.insert(folders.end(), below.rbegin(), below.rend());
    }
  }

  std::vector<fs::path> entries_of(const fs::path& folder) {
    std::vector<fs::path> entries;
    std::error_code error;
    for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
      entries.push_back(it->path());
    }
    if (error) {
      refuse(folder.string(), make_error(ErrorCode::kUnavailable, "{}", error.message()));
    }
    std::sort(entries.begin(), entries.end());
    return entries;
  }

  void add_file(const std::string& path, std::string name, const struct stat& info, bool is_named) {
    if (!seen_.emplace(info.st_dev, info.st_ino).second) return;
    const Result<File> file = File::open_read(path);
    if (!file.has_value()) return refuse(path, file.error());
    const Result<UploadContent> content = look_at(file.value());
    if (!content.has_value()) return refuse(path, content.error());
    FoundFile found;
    found.path = path;
    found.name = std::move(name);
    found.size = static_cast<std::uint64_t>(info.st_size);
    found.is_named = is_named;
    const std::optional<std::string> obstacle = obstacle_of(*content, file.value(), found);
    if (!obstacle) {
      result_.files.push_back(std::move(found));
    } else if (is_named) {
      result_.refused.push_back({path, *obstacle});
    } else {
      ++result_.ignored_count;
    }
  }

  // Why the file is not sent; nothing when it is.
  std::optional<std::string> obstacle_of(UploadContent content,
                                         const File& file,
                                         FoundFile& found) {
    switch (content) {
      case UploadContent::kSymbolFile:
        return std::nullopt;
      case UploadContent::kRelocatable:
        if (found.is_named || has_id_(file, found.path)) return std::nullopt;
        return "an object file without an id";
      case UploadContent::kStaticLibrary:
        found.is_packed = true;
        if (found.is_named) return std::nullopt;
        return "a static library";
      case UploadContent::kCompressed:
      case UploadContent::kArchive:
        found.is_packed = true;
        return std::nullopt;
      case UploadContent::kDump:
        return "a crash dump, not a symbol file; `sigla symbolicate` reads it";
      case UploadContent::kOther:
        if (takes_sources_ && is_source_name(found.path)) return std::nullopt;
        break;
    }
    // Some archives have no mark of their own, a tar.lz4 for one.
    if (found.is_named) {
      const Limits limits;
      UnpackBudget budget;
      found.is_packed = ArchiveReader::open(file, limits, budget).has_value();
      if (found.is_packed) return std::nullopt;
    }
    return "not a symbol file";
  }

  void refuse(const std::string& path, const Error& error) {
    result_.refused.push_back({path, error.message()});
  }

  const HasId& has_id_;
  const bool takes_sources_;
  std::set<std::pair<dev_t, ino_t>> seen_;
  ScanResult result_;
};

}  // namespace

bool is_source_name(std::string_view name) {
  constexpr std::string_view kExtensions =
      " asm c c++ cc cp cpp cppm cs cshtml cu cuh cxx d def f f90 fs fsi fsx go h h++ hh hlsl hpp "
      "hxx idl inc inl ipp ixx java kt l m mm pas proto razor rs s swift tcc tpp vb y zig ";
  const std::string_view base = base_name(name);
  const std::size_t dot = base.rfind('.');
  if (dot == std::string_view::npos || dot == 0 || dot + 1 == base.size()) return false;
  return kExtensions.find(" " + lower(base.substr(dot + 1)) + " ") != std::string_view::npos;
}

ScanResult scan_for_upload(const std::vector<std::string>& paths,
                           const HasId& has_id,
                           bool takes_sources) {
  Scanner scanner(has_id, takes_sources);
  for (const std::string& path : paths) scanner.scan_named(path);
  return std::move(scanner).take();
}

}  // namespace sigla::app
